//! The source of a plain queue: items leave the list when they are taken.

use super::looks::Looks;
use super::source::Source;
use crate::error::Result;
use crate::store::{Packed, Store, Whereabouts};

pub(crate) struct ListSource {
    key: String,
}

impl ListSource {
    pub(crate) fn new(key: String) -> Self {
        Self { key }
    }
}

impl Looks for ListSource {}

impl Source for ListSource {
    type Item = Vec<u8>;
    type Ending = ();

    const UNREADABLE: () = ();

    fn key(&self) -> &str {
        &self.key
    }

    async fn take(&self, store: &Store, limit: usize) -> Result<Vec<Vec<u8>>> {
        // Where one that cannot be read could not be put aside, none is taken.
        store.beside(&self.key, "$dead")?;
        store.lists().take(&self.key, limit).await
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
