//! What a page shows of a limit: the subjects that took turns, and how many each has left. It takes none.

use std::time::Duration;

use super::RedisLimit;
use crate::bounds::Key;
use crate::codec::Typestring;
use crate::store::{Checked, Cursor, STRING};
use crate::types::entry_name::{entry_name, entry_name_of, key_behind, key_of};
use crate::types::info::ObjectInfo;
use crate::types::operation::Operation;
use crate::types::window::{
    Action, Entry, EntryPage, Fact, ObjectWindow, Part, Shown, Window, cursor_of, end_of, refused, stored_given,
};

impl<K: Key> RedisLimit<K> {
    /// How long all turns but one of a burst take.
    fn but_one(&self) -> Duration {
        self.period.saturating_mul(self.burst.saturating_sub(1)) / self.turns.max(1)
    }
}

impl<K: Key> Window for ObjectWindow<RedisLimit<K>> {
    fn info(&self) -> &ObjectInfo {
        &self.info
    }

    fn actions(&self, _: Part) -> &'static [Action] {
        &[Action::Delete]
    }

    fn page(&self, _: Part, cursor: Option<Vec<u8>>) -> Operation<EntryPage> {
        let (rate, but_one) = (self.object.rate(), self.object.but_one());
        Operation::reading(&self.object.object, "page", move |at| async move {
            let page = at.store()?.limits().page(&at.key, rate?, cursor_of(cursor.as_deref())?).await?;
            let entries =
                page.subjects.into_iter().map(|(rest, checked)| entry::<K>(rest, &checked, but_one)).collect();
            Ok(EntryPage { entries, next: page.next.as_ref().map(Cursor::to_bytes) })
        })
    }

    fn find(&self, key: &str) -> Operation<Option<Entry>> {
        let key = stored_given::<Typestring, K>(key);
        let (rate, but_one) = (self.object.rate(), self.object.but_one());
        Operation::reading(&self.object.object, "find", move |at| async move {
            let name = entry_name(&at.key, &key?);
            let checked = at.store()?.limits().check(&name, rate?, 0).await?;
            let rest = key_behind(&at.key, &name);
            Ok((!checked.reset_after.is_zero()).then(|| entry::<K>(rest, &checked, but_one)))
        })
    }

    fn act(&self, action: Action, _: Part, id: &[u8]) -> Operation<bool> {
        if action != Action::Delete {
            return refused(&self.info, "act");
        }
        let (rest, rate) = (id.to_vec(), self.object.rate());
        Operation::new(&self.object.object, "delete", move |at| async move {
            let (name, store) = (entry_name_of(&at.key, &rest), at.store()?);
            let had_taken = !store.limits().check(&name, rate?, 0).await?.reset_after.is_zero();
            store.keys().clear(&name, STRING).await?;
            Ok(had_taken)
        })
    }

    fn act_on_all(&self, action: Action, _: Part) -> Operation<Option<u64>> {
        self.delete_all(action, RedisLimit::forget_all)
    }
}

/// A subject, which is told from others by what stands behind the name of the object.
fn entry<K: Key>(rest: String, checked: &Checked, but_one: Duration) -> Entry {
    let key = Shown::of(key_of::<Typestring, K>(&rest));
    let wait = checked.reset_after.saturating_sub(but_one);
    let wait = (checked.remaining == 0).then_some(Fact::RetryAfter(wait));
    let facts = [Fact::Remaining(checked.remaining)].into_iter().chain(wait).collect();
    let expires_at = end_of(Some(checked.reset_after));
    Entry { id: rest.into_bytes(), key: Some(key), expires_at, facts, ..Entry::default() }
}
