//! The source of a plain queue: items leave the list when they are taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::lookout::Lookout;
use super::looks::Looks;
use super::source::Source;
use crate::error::Result;
use crate::store::{Packed, Store, Taker, Whereabouts};

pub(crate) struct ListSource {
    key: String,
    lookout: Lookout<Self>,
    /// The number of the next item that is taken for one who looks.
    next_number: AtomicU64,
}

impl ListSource {
    pub(crate) fn new(key: String) -> Self {
        Self { key, lookout: Lookout::default(), next_number: AtomicU64::new(0) }
    }
}

impl Taker<Vec<Vec<u8>>> for ListSource {
    fn depart(&self, count: usize) -> Option<u64> {
        self.lookout.depart(|| self.next_number.fetch_add(count as u64, Ordering::Relaxed))
    }

    fn arrive(&self, first: u64, tickets: &[u64], items: Vec<Vec<u8>>) {
        self.lookout.arrive(first, tickets, items);
    }

    fn landed(&self, first: u64) {
        self.lookout.landed(first);
    }
}

impl Looks for ListSource {
    fn lookout(&self) -> &Lookout<Self> {
        &self.lookout
    }
}

impl Source for ListSource {
    type Item = Vec<u8>;
    type Ending = ();

    const UNREADABLE: () = ();

    fn key(&self) -> &str {
        &self.key
    }

    async fn look(self: &Arc<Self>, store: &Store, tickets: &[u64]) -> Result<bool> {
        // Where one that cannot be read could not be put aside, none is taken.
        store.beside(&self.key, "$dead")?;
        let taker: Arc<dyn Taker<Vec<Vec<u8>>>> = Arc::<Self>::clone(self);
        store.lists().look(&self.key, &taker, tickets).await
    }

    async fn put_back(&self, store: &Store, items: &[&Vec<u8>], token: u64) -> Result<()> {
        // The one that was taken first goes back last, to be first again.
        let items: Packed = items.iter().rev().copied().collect();
        store.lists().put_back(&self.key, &items, token).await
    }

    async fn end(&self, store: &Store, ended: &[(&Vec<u8>, ())], token: u64) -> Result<Vec<Whereabouts>> {
        let items: Packed = ended.iter().map(|&(item, ())| item).collect();
        store.lists().put_aside(&store.beside(&self.key, "$dead")?, &items, token).await?;
        Ok(vec![Whereabouts::Dead; ended.len()])
    }
}
