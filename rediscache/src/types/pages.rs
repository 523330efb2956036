//! What a scan reads a page at a time, and gives out one by one.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::object::{Object, Target};
use super::operation::Operation;
use crate::error::Result;

/// The pages of one scan.
pub(super) struct Pages<I, C = Vec<u8>> {
    object: Object,
    fetch: FetchPage<I, C>,
    /// Where the last page is from, and what of it was not given out yet.
    page: Option<(Target, VecDeque<I>)>,
    /// The page under way; `None` after the last.
    next: Option<Operation<FetchedPage<I, C>>>,
}

/// What a page holds, where the next one begins, and where it is from.
pub(super) type FetchedPage<I, C = Vec<u8>> = (Vec<I>, Option<C>, Target);

/// Fetches the page at a cursor.
type FetchPage<I, C> = Box<dyn Fn(&Object, Option<C>) -> Operation<FetchedPage<I, C>> + Send + Sync>;

impl<I, C> Pages<I, C> {
    pub(super) fn new(
        object: &Object,
        fetch: impl Fn(&Object, Option<C>) -> Operation<FetchedPage<I, C>> + Send + Sync + 'static,
    ) -> Self {
        let next = Some(fetch(object, None));
        Self { object: object.clone(), fetch: Box::new(fetch), page: None, next }
    }

    pub(super) fn namespace(&self) -> &str {
        self.object.namespace()
    }

    /// The next that is there, as `read` reads it.
    pub(super) fn poll_next<T>(
        &mut self,
        context: &mut Context<'_>,
        mut read: impl FnMut(&Target, I) -> Result<Option<T>>,
    ) -> Poll<Option<Result<T>>> {
        loop {
            if let Some((at, waiting)) = &mut self.page
                && let Some(next) = waiting.pop_front()
            {
                let Some(item) = read(at, next).transpose() else { continue };
                let namespace = self.object.namespace();
                return Poll::Ready(Some(item.map_err(|error| error.during("scan", Some(namespace)))));
            }
            let Some(next) = &mut self.next else { return Poll::Ready(None) };
            let page = ready!(Pin::new(next).poll(context));
            self.next = None;
            let (items, cursor, at) = match page {
                Ok(page) => page,
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            self.page = Some((at, items.into()));
            self.next = cursor.map(|cursor| (self.fetch)(&self.object, Some(cursor)));
        }
    }
}
