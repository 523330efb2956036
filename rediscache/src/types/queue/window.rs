//! What a page shows of a queue: what waits, and dead letters.

use super::RedisQueue;
use crate::bounds::Value;
use crate::codec::Codec;
use crate::store::LIST;
use crate::types::dead::{DEAD, act_on_letter, act_on_letters, delete_item, items_shown};
use crate::types::info::ObjectInfo;
use crate::types::operation::Operation;
use crate::types::window::{Action, EntryPage, ObjectWindow, Part, Summary, Window, given, refused, summary_of};

impl<T: Value, C: Codec> Window for ObjectWindow<RedisQueue<T, C>> {
    fn info(&self) -> &ObjectInfo {
        &self.info
    }

    fn parts(&self) -> &'static [Part] {
        &[Part::Entries, Part::Dead]
    }

    fn actions(&self, part: Part) -> &'static [Action] {
        match part {
            Part::Entries => &[Action::Delete],
            Part::Dead => &[Action::Requeue, Action::Delete],
            _ => &[],
        }
    }

    fn summary(&self) -> Operation<Summary> {
        Operation::reading(&self.object.object, "summary", |at| async move {
            let mut summary = summary_of(&at, LIST, async { at.store()?.lists().len(&at.key).await }).await?;
            let store = at.store()?;
            summary.counts.push((Part::Dead, store.lists().len(&store.beside(&at.key, DEAD)?).await?));
            Ok(summary)
        })
    }

    fn page(&self, part: Part, cursor: Option<Vec<u8>>) -> Operation<EntryPage> {
        let is_secret = self.info.is_secret();
        let suffix = match part {
            Part::Entries => "",
            Part::Dead => DEAD,
            _ => return Operation::of(async { Ok(EntryPage::default()) }),
        };
        Operation::reading(&self.object.object, "page", move |at| async move {
            items_shown::<T, C>(&at, suffix, cursor.as_deref(), is_secret).await
        })
    }

    fn set(&self, _: &str, value: &str) -> Operation<()> {
        self.store(|| given::<T>(value), RedisQueue::put)
    }

    fn act(&self, action: Action, part: Part, id: &[u8]) -> Operation<bool> {
        if !self.actions(part).contains(&action) {
            return refused(&self.info, "act");
        }
        let (id, is_secret) = (id.to_vec(), self.info.is_secret());
        Operation::new(&self.object.object, "act", move |at| async move {
            match part {
                Part::Dead => act_on_letter(&at, action, &id, is_secret).await,
                _ => delete_item(&at, &id, is_secret).await,
            }
        })
    }

    fn act_on_all(&self, action: Action, part: Part) -> Operation<Option<u64>> {
        if !self.actions(part).contains(&action) {
            return refused(&self.info, "act_on_all");
        }
        Operation::new(&self.object.object, "act_on_all", move |at| async move {
            match part {
                Part::Dead => act_on_letters(&at, action).await.map(Some),
                _ => at.store()?.lists().delete_all(&at.key, &at.key).await.map(Some),
            }
        })
    }
}
