//! Reads of entries whose answers this process may keep, and writes that tell what it keeps of them.
//!
//! What is kept is kept by scope: all entries of one object, each under what stands behind the last `:` of its name.

use futures_util::future::join_all;

use super::answer::Found;
use super::batches::{found_of, found_of_one, read_with_ends};
use crate::error::Result;
use crate::near::{Change, Provenance};
use crate::store::packed::text;
use crate::store::redis::{Batch, Distinct, Effect, Request, Router, tracked_read_entries};

/// What the names of all entries of the object at this key begin with.
pub(super) fn scope_of(object: &str) -> String {
    format!("{object}:")
}

/// The scope of an entry, and what it is called there.
pub(crate) fn entry_of(name: &str) -> (&str, &[u8]) {
    let (scope, entry) = name.split_at(name.rfind(':').map_or(0, |colon| colon + 1));
    (scope, entry.as_bytes())
}

/// Says that what is kept of this entry is about to change, until the guard is dropped.
pub(super) fn guard<'a>(router: &'a Router, name: &'a str) -> impl Sized + use<'a> {
    let (scope, entry) = entry_of(name);
    router.guard_write(scope, Change::Entry(entry))
}

/// Reads entries of one scope, with their ends, over the connection that tells of changes. Callers who want the same one share
/// it.
#[derive(Default)]
pub(super) struct TrackedFinds(Distinct);

impl Batch for TrackedFinds {
    type Call<'a> = &'a str;
    type Answer = Result<(Option<Found>, Provenance)>;

    fn add(&mut self, name: &str) {
        self.0.add(name.as_bytes());
    }

    fn has_room_for(&self, name: &&str) -> bool {
        self.0.has_room_for(name.as_bytes())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.0.retain(wanted);
    }

    async fn send(self, router: &Router, scope: &str) -> Result<Vec<Self::Answer>> {
        let names = self.0.parts();
        if router.is_cluster() || names.len() == 1 {
            let each = names.iter().map(|name| find(router, scope, text(name)));
            return self.0.share_each(join_all(each).await);
        }
        let (answers, provenance) = tracked_read_entries(router, scope, &read_with_ends(names)).await?;
        let found = self.0.share(found_of(answers, names.len())?)?;
        Ok(found.into_iter().map(|found| Ok((found, provenance))).collect())
    }
}

async fn find(router: &Router, scope: &str, name: &str) -> Result<(Option<Found>, Provenance)> {
    let request = Request::command("PTTL", name, Effect::Read).and_read("MGET");
    let (answers, provenance) = tracked_read_entries(router, scope, &request).await?;
    Ok((found_of_one(answers)?, provenance))
}
