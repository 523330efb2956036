//! What a page shows of a set: members, which are both what stands there and where.

use super::RedisSet;
use crate::bounds::Key;
use crate::codec::{Codec, decode};
use crate::error::Result;
use crate::store::SET;
use crate::types::info::ObjectInfo;
use crate::types::object::Target;
use crate::types::operation::Operation;
use crate::types::window::{
    Action, Entry, EntryPage, ObjectWindow, Part, Shown, Summary, Window, given_key, id_of, refused, stored_given,
    summary_of,
};

impl<T: Key, C: Codec> Window for ObjectWindow<RedisSet<T, C>> {
    fn info(&self) -> &ObjectInfo {
        &self.info
    }

    fn actions(&self, _: Part) -> &'static [Action] {
        &[Action::Delete]
    }

    fn summary(&self) -> Operation<Summary> {
        Operation::reading(&self.object.object, "summary", |at| async move {
            summary_of(&at, SET, async { at.store()?.sets().len(&at.key).await }).await
        })
    }

    fn page(&self, _: Part, cursor: Option<Vec<u8>>) -> Operation<EntryPage> {
        let is_secret = self.info.is_secret();
        Operation::reading(&self.object.object, "page", move |at| async move {
            let page = at.store()?.sets().scan(&at.key, cursor.as_deref()).await?;
            let entries = page.members.into_iter().map(|member| entry::<T, C>(is_secret, member)).collect();
            Ok(EntryPage { entries, next: page.next })
        })
    }

    fn find(&self, key: &str) -> Operation<Option<Entry>> {
        let (member, is_secret) = (stored_given::<C, T>(key), self.info.is_secret());
        Operation::reading(&self.object.object, "find", move |at| async move {
            let member = member?;
            let is_there = at.store()?.sets().contains(&at.key, &member).await?;
            Ok(is_there.then(|| entry::<T, C>(is_secret, member)))
        })
    }

    fn set(&self, key: &str, _: &str) -> Operation<()> {
        self.store(
            || given_key::<T>(key),
            |object, member| {
                let adding = object.add(member);
                Operation::of(async move { adding.await.map(drop) })
            },
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
                Some(member) => at.store()?.sets().remove(&at.key, &member).await,
                None => Ok(false),
            }
        })
    }

    fn act_on_all(&self, action: Action, _: Part) -> Operation<Option<u64>> {
        self.delete_all(action, RedisSet::clear)
    }
}

fn entry<T: Key, C: Codec>(is_secret: bool, member: Vec<u8>) -> Entry {
    let key = if is_secret { Shown::Secret } else { Shown::of(decode::<C, T>(&member)) };
    Entry { id: id_of(is_secret, &member), key: Some(key), ..Entry::default() }
}

/// The member that has this id in a set that is secret.
async fn look_for(at: &Target, id: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut cursor = None;
    loop {
        let page = at.store()?.sets().scan(&at.key, cursor.as_deref()).await?;
        let found = page.members.into_iter().find(|member| id_of(true, member) == id);
        cursor = page.next;
        if found.is_some() || cursor.is_none() {
            return Ok(found);
        }
    }
}
