//! What a page shows of a ranking: members with their scores, from the top.

use super::RedisRanking;
use crate::bounds::Key;
use crate::codec::{Codec, decode};
use crate::error::Result;
use crate::score::{self, Score};
use crate::store::SORTED_SET;
use crate::types::info::ObjectInfo;
use crate::types::object::Target;
use crate::types::operation::Operation;
use crate::types::window::{
    Action, Entry, EntryPage, ObjectWindow, PAGE, Part, Shown, Summary, Window, given, given_key, id_of, place_after,
    place_of, refused, stored_given, summary_of,
};

impl<T: Key, S: Score, C: Codec> Window for ObjectWindow<RedisRanking<T, S, C>> {
    fn info(&self) -> &ObjectInfo {
        &self.info
    }

    fn actions(&self, _: Part) -> &'static [Action] {
        self.edit_or_delete()
    }

    fn summary(&self) -> Operation<Summary> {
        Operation::reading(&self.object.object, "summary", |at| async move {
            summary_of(&at, SORTED_SET, async { at.store()?.rankings().len(&at.key).await }).await
        })
    }

    fn page(&self, _: Part, cursor: Option<Vec<u8>>) -> Operation<EntryPage> {
        let is_secret = self.info.is_secret();
        Operation::reading(&self.object.object, "page", move |at| async move {
            let first = place_of(cursor.as_deref())?;
            let members = at.store()?.rankings().page(&at.key, first, PAGE).await?;
            let next = place_after(first, members.len());
            let entries = members.into_iter().map(|(member, score)| entry::<T, S, C>(is_secret, member, score));
            Ok(EntryPage { entries: entries.collect(), next })
        })
    }

    fn find(&self, key: &str) -> Operation<Option<Entry>> {
        let (member, is_secret) = (stored_given::<C, T>(key), self.info.is_secret());
        Operation::reading(&self.object.object, "find", move |at| async move {
            let member = member?;
            let score = at.store()?.rankings().score(&at.key, &member).await?;
            Ok(score.map(|score| entry::<T, S, C>(is_secret, member, score)))
        })
    }

    fn set(&self, key: &str, value: &str) -> Operation<()> {
        self.store(
            || Ok((given_key::<T>(key)?, given::<S>(value)?)),
            |object, (member, score)| object.set(member, score),
        )
    }

    fn act(&self, action: Action, _: Part, id: &[u8]) -> Operation<bool> {
        if action != Action::Delete {
            return refused(&self.info, "act");
        }
        let (id, is_secret) = (id.to_vec(), self.info.is_secret());
        Operation::new(&self.object.object, "remove", move |at| async move {
            let member = if is_secret { look_for(&at, &id).await? } else { Some(id) };
            match member {
                Some(member) => at.store()?.rankings().remove(&at.key, &member).await,
                None => Ok(false),
            }
        })
    }

    fn act_on_all(&self, action: Action, _: Part) -> Operation<Option<u64>> {
        self.delete_all(action, RedisRanking::clear)
    }
}

fn entry<T: Key, S: Score, C: Codec>(is_secret: bool, member: Vec<u8>, score: f64) -> Entry {
    let (key, value) = if is_secret {
        (Shown::Secret, Shown::Secret)
    } else {
        (Shown::of(decode::<C, T>(&member)), Shown::of(score::of::<S>(score)))
    };
    Entry { id: id_of(is_secret, &member), key: Some(key), value: Some(value), ..Entry::default() }
}

/// The member that has this id in a ranking that is secret.
async fn look_for(at: &Target, id: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut cursor = None;
    loop {
        let page = at.store()?.rankings().scan(&at.key, cursor.as_deref()).await?;
        let found = page.members.into_iter().find(|(member, _)| id_of(true, member) == id);
        cursor = page.next;
        if found.is_some() || cursor.is_none() {
            return Ok(found.map(|(member, _)| member));
        }
    }
}
