//! What a page shows of locks: who holds which, by the token of the holder, and with which fence.

use super::RedisLock;
use crate::bounds::Key;
use crate::codec::Typestring;
use crate::store::{Cursor, LockSeen};
use crate::types::entry_name::{entry_name, key_behind, key_of};
use crate::types::info::ObjectInfo;
use crate::types::operation::Operation;
use crate::types::window::{
    Entry, EntryPage, Fact, ObjectWindow, Part, Shown, Window, cursor_of, moment, stored_given,
};

impl<K: Key> Window for ObjectWindow<RedisLock<K>> {
    fn info(&self) -> &ObjectInfo {
        &self.info
    }

    fn page(&self, _: Part, cursor: Option<Vec<u8>>) -> Operation<EntryPage> {
        Operation::reading(&self.object.object, "page", move |at| async move {
            let page = at.store()?.locks().page(&at.key, cursor_of(cursor.as_deref())?).await?;
            let entries = page.locks.into_iter().map(|(rest, seen)| entry::<K>(rest, seen)).collect();
            Ok(EntryPage { entries, next: page.next.as_ref().map(Cursor::to_bytes) })
        })
    }

    fn find(&self, key: &str) -> Operation<Option<Entry>> {
        let key = stored_given::<Typestring, K>(key);
        Operation::reading(&self.object.object, "find", move |at| async move {
            let name = entry_name(&at.key, &key?);
            let seen = at.store()?.locks().look(&name).await?;
            Ok(seen.map(|seen| entry::<K>(key_behind(&at.key, &name), seen)))
        })
    }
}

/// A lock, which is told from others by what stands behind the name of the object.
fn entry<K: Key>(rest: String, seen: LockSeen) -> Entry {
    let key = Shown::of(key_of::<Typestring, K>(&rest));
    let (expires_at, worker) = match &seen.held {
        Some((holder, left)) => (moment(*left), Some(Fact::Worker(holder.clone()))),
        None => (None, None),
    };
    let facts = [Fact::Held(seen.held.is_some()), Fact::Fence(seen.fence)].into_iter().chain(worker).collect();
    Entry { id: rest.into_bytes(), key: Some(key), expires_at, facts, ..Entry::default() }
}
