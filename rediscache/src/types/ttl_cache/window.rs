//! What a page shows of a cache whose entries live for a time. How many there are can only be told by walking.

use std::time::Duration;

use super::RedisTtlCache;
use crate::bounds::{Key, Value};
use crate::codec::Codec;
use crate::store::{Cursor, Found, Life};
use crate::types::entry_name::{entry_name, entry_name_of, key_behind, key_of};
use crate::types::info::ObjectInfo;
use crate::types::object::Target;
use crate::types::operation::Operation;
use crate::types::window::{
    Action, Entry, EntryPage, Fact, LoadSummary, ObjectWindow, Part, Shown, Summary, Window, cursor_of, end_of, given,
    given_key, learn_page, moment, refused, stored_given, value_shown,
};

impl<K: Key, V: Value, C: Codec> Window for ObjectWindow<RedisTtlCache<K, V, C>> {
    fn info(&self) -> &ObjectInfo {
        &self.info
    }

    fn actions(&self, _: Part) -> &'static [Action] {
        self.edit_or_delete()
    }

    fn summary(&self) -> Operation<Summary> {
        let near = self.object.reads.is_some().then(|| self.object.near_stats());
        let stats = self.object.stats();
        let loads = LoadSummary {
            hits: stats.hits(),
            misses: stats.misses(),
            loads: stats.loads(),
            shared: stats.shared(),
            stale: stats.stale(),
            failures: stats.failures(),
        };
        Operation::of(async move { Ok(Summary { near, loads: Some(loads), ..Summary::default() }) })
    }

    fn page(&self, _: Part, cursor: Option<Vec<u8>>) -> Operation<EntryPage> {
        let (is_secret, life) = (self.info.is_secret(), self.object.options.life);
        Operation::reading(&self.object.object, "page", move |at| async move {
            let page = at.store()?.entries().find_page(&at.key, cursor_of(cursor.as_deref())?).await?;
            learn_page::<V, C>(&at, page.entries.iter().map(|(_, found)| &found.value)).await?;
            let entry = |(rest, found)| entry::<K, V, C>(&at, is_secret, life, (rest, found));
            let entries = page.entries.into_iter().map(entry).collect();
            Ok(EntryPage { entries, next: page.next.as_ref().map(Cursor::to_bytes) })
        })
    }

    fn find(&self, key: &str) -> Operation<Option<Entry>> {
        let key = stored_given::<C, K>(key);
        let (is_secret, life) = (self.info.is_secret(), self.object.options.life);
        Operation::reading(&self.object.object, "find", move |at| async move {
            let name = entry_name(&at.key, &key?);
            let Some(found) = at.store()?.entries().find(&name).await? else { return Ok(None) };
            learn_page::<V, C>(&at, [&found.value]).await?;
            let rest = key_behind(&at.key, &name);
            Ok(Some(entry::<K, V, C>(&at, is_secret, life, (rest, found))))
        })
    }

    fn set(&self, key: &str, value: &str) -> Operation<()> {
        self.store(|| Ok((given_key::<K>(key)?, given::<V>(value)?)), |object, (key, value)| object.set(key, value))
    }

    fn act(&self, action: Action, _: Part, id: &[u8]) -> Operation<bool> {
        if action != Action::Delete {
            return refused(&self.info, "act");
        }
        let rest = id.to_vec();
        Operation::new(&self.object.object, "delete", move |at| async move {
            let name = entry_name_of(&at.key, &rest);
            let _writing = at.writing(&name);
            // Of a stale one, too, it is said that it was there.
            at.store()?.entries().delete(&name, Life::of(Duration::MAX)).await
        })
    }

    fn act_on_all(&self, action: Action, _: Part) -> Operation<Option<u64>> {
        self.delete_all(action, RedisTtlCache::clear)
    }
}

/// An entry, which is told from others by what stands behind the name of the object.
fn entry<K: Key, V: Value, C: Codec>(
    at: &Target,
    is_secret: bool,
    life: Life,
    (rest, found): (String, Found),
) -> Entry {
    let key = Shown::of(key_of::<C, K>(&rest));
    let value = value_shown::<V, C>(at, is_secret, &found.value);
    let fresh = life.fresh_left(found.left);
    let expires_at = match found.left {
        // A stale one is kept until then.
        Some(left) if fresh.is_none() => moment(left),
        Some(_) => end_of(fresh),
        None => None,
    };
    let facts = fresh.is_none().then_some(Fact::Stale).into_iter().collect();
    Entry { id: rest.into_bytes(), key: Some(key), value: Some(value), expires_at, facts }
}
