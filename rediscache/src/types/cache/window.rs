//! What a page shows of a cache.

use super::RedisCache;
use crate::bounds::{Key, Value};
use crate::codec::{Codec, decode};
use crate::store::HASH;
use crate::types::info::ObjectInfo;
use crate::types::object::Target;
use crate::types::operation::Operation;
use crate::types::window::{
    Action, Entry, EntryPage, ObjectWindow, Part, Shown, Summary, Window, given, given_key, learn_page, refused,
    stored_given, summary_of, value_shown,
};

impl<K: Key, V: Value, C: Codec> Window for ObjectWindow<RedisCache<K, V, C>> {
    fn info(&self) -> &ObjectInfo {
        &self.info
    }

    fn actions(&self, _: Part) -> &'static [Action] {
        self.edit_or_delete()
    }

    fn summary(&self) -> Operation<Summary> {
        let near = self.object.reads.is_some().then(|| self.object.near_stats());
        Operation::reading(&self.object.object, "summary", move |at| async move {
            let summary = summary_of(&at, HASH, async { at.store()?.hashes().len(&at.key).await }).await?;
            Ok(Summary { near, ..summary })
        })
    }

    fn page(&self, _: Part, cursor: Option<Vec<u8>>) -> Operation<EntryPage> {
        let is_secret = self.info.is_secret();
        Operation::reading(&self.object.object, "page", move |at| async move {
            let page = at.store()?.hashes().scan(&at.key, cursor.as_deref()).await?;
            learn_page::<V, C>(&at, page.entries.iter().map(|(_, value)| value)).await?;
            let entry = |(field, value): (_, Vec<u8>)| entry::<K, V, C>(&at, is_secret, field, &value);
            Ok(EntryPage { entries: page.entries.into_iter().map(entry).collect(), next: page.next })
        })
    }

    fn find(&self, key: &str) -> Operation<Option<Entry>> {
        let (field, is_secret) = (stored_given::<C, K>(key), self.info.is_secret());
        Operation::reading(&self.object.object, "find", move |at| async move {
            let field = field?;
            let Some(value) = at.store()?.hashes().get(&at.key, &field).await? else { return Ok(None) };
            learn_page::<V, C>(&at, [&value]).await?;
            Ok(Some(entry::<K, V, C>(&at, is_secret, field, &value)))
        })
    }

    fn set(&self, key: &str, value: &str) -> Operation<()> {
        self.store(|| Ok((given_key::<K>(key)?, given::<V>(value)?)), |object, (key, value)| object.set(key, value))
    }

    fn act(&self, action: Action, _: Part, id: &[u8]) -> Operation<bool> {
        if action != Action::Delete {
            return refused(&self.info, "act");
        }
        let field = id.to_vec();
        Operation::new(
            &self.object.object,
            "delete",
            |at| async move { at.store()?.hashes().delete(&at.key, &field).await },
        )
    }

    fn act_on_all(&self, action: Action, _: Part) -> Operation<Option<u64>> {
        self.delete_all(action, RedisCache::clear)
    }
}

/// An entry, which is told from others by its field.
fn entry<K: Key, V: Value, C: Codec>(at: &Target, is_secret: bool, field: Vec<u8>, value: &[u8]) -> Entry {
    let (key, value) = (Shown::of(decode::<C, K>(&field)), value_shown::<V, C>(at, is_secret, value));
    Entry { id: field, key: Some(key), value: Some(value), ..Entry::default() }
}
