//! The dead letters of a queue as a stream.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::DEAD;
use super::letter::DeadLetter;
use super::seen::{Looked, PAGE, SeenLetters};
use crate::bounds::Value;
use crate::codec::Codec;
use crate::error::{Error, ErrorKind, Result};
use crate::types::object::Target;
use crate::types::operation::Operation;

/// The dead letters of a queue, oldest first, a page at a time; made by [`RedisQueue::dead`](crate::RedisQueue::dead) and
/// [`RedisTaskQueue::dead`](crate::RedisTaskQueue::dead).
#[must_use = "a stream does nothing until it is polled"]
pub struct DeadLetters<T> {
    ask: Box<dyn Fn(Arc<SeenLetters>) -> Operation<LetterPage> + Send + Sync>,
    read: fn(&Target, &[u8]) -> Result<T>,
    seen: Arc<SeenLetters>,
    /// Where the last page is from, and what of it was not given out yet.
    page: Option<LetterPage>,
    /// The page under way.
    asked: Option<Operation<LetterPage>>,
    ended: bool,
}

/// Some letters, and where they are from.
#[derive(Debug)]
pub(in crate::types) struct LetterPage {
    at: Target,
    letters: VecDeque<Vec<u8>>,
}

impl<T: Value> DeadLetters<T> {
    pub(in crate::types) fn new<C: Codec>(
        ask: impl Fn(Arc<SeenLetters>) -> Operation<LetterPage> + Send + Sync + 'static,
    ) -> Self {
        let read = |at: &Target, letter: &[u8]| at.knowing_reader::<T, C>().read(letter);
        Self { ask: Box::new(ask), read, seen: Arc::default(), page: None, asked: None, ended: false }
    }
}

/// The next letters; the shapes that they take are looked up.
pub(in crate::types) async fn next_letters<T: Value, C: Codec>(
    at: Target,
    seen: Arc<SeenLetters>,
) -> Result<LetterPage> {
    let store = at.store()?;
    let (lists, dead) = (store.lists(), store.beside(&at.key, DEAD)?);
    let looked = async {
        let mut look = seen.so_far().next();
        let letters = loop {
            // Besides a page, the one before it.
            let page = lists.page(&dead, look.first as u64, PAGE as u64 + 1).await?;
            let looked = seen.so_far().take(look, page);
            match looked {
                Looked::Letters(letters) => break letters,
                Looked::Again(other) => look = other,
            }
        };
        if seen.so_far().left().is_none() {
            let length = if letters.len() < PAGE { 0 } else { lists.len(&dead).await? };
            seen.so_far().limit(usize::try_from(length).unwrap_or(usize::MAX));
        }
        let learned = at.learn::<T>(at.unknown_shapes::<C>(letters.iter())).await;
        // Otherwise the letters say that their shapes are not known.
        learned.or_else(|error| if is_of_all(&error) { Err(error) } else { Ok(()) })?;
        Ok(letters.into())
    };
    let letters = store.in_time(looked).await.map_err(Error::without_effect)?;
    Ok(LetterPage { at, letters })
}

/// Whether it says nothing of the letters.
fn is_of_all(error: &Error) -> bool {
    error.is_retryable() || error.kind() == ErrorKind::Closed
}

impl<T> Stream for DeadLetters<T> {
    type Item = Result<DeadLetter<T>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = self.get_mut();
        loop {
            if let Some(LetterPage { at, letters }) = &mut stream.page
                && let Some(letter) = letters.pop_front()
            {
                let value = (stream.read)(at, &letter);
                let value = value.map_err(|error| error.during("dead", Some(at.namespace.as_str())));
                return Poll::Ready(Some(Ok(DeadLetter::new(letter, value, &stream.seen))));
            }
            if stream.ended {
                return Poll::Ready(None);
            }
            let asked = stream.asked.get_or_insert_with(|| (stream.ask)(Arc::clone(&stream.seen)));
            let page = ready!(Pin::new(asked).poll(context));
            stream.asked = None;
            match page {
                Ok(page) => {
                    stream.ended = page.letters.is_empty() || stream.seen.so_far().left() == Some(0);
                    stream.page = Some(page);
                }
                Err(error) => {
                    stream.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

impl<T> fmt::Debug for DeadLetters<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetters").field("ended", &self.ended).finish_non_exhaustive()
    }
}
