//! What a page shows of a value: one entry, which has no key.

use super::{RedisValue, ValueHome};
use crate::bounds::Value;
use crate::codec::Codec;
use crate::error::Result;
use crate::types::info::ObjectInfo;
use crate::types::object::Target;
use crate::types::operation::Operation;
use crate::types::single::place::ValuePlace;
use crate::types::window::{
    Action, Entry, EntryPage, ObjectWindow, Part, Summary, Window, end_of, given, learn_page, refused, value_shown,
};

impl<T: Value, C: Codec, H: ValueHome> ObjectWindow<RedisValue<T, C, H>> {
    fn look(&self, operation: &'static str) -> Operation<Option<Entry>> {
        let (place, is_secret) = (self.object.place(), self.info.is_secret());
        Operation::reading(&self.object.object, operation, move |at| async move {
            let place = place?;
            let Some(stored) = place.get(&at).await? else { return Ok(None) };
            learn_page::<T, C>(&at, [&stored]).await?;
            let expires_at = end_of(place.expiry(&at).await?);
            Ok(Some(Entry {
                value: Some(value_shown::<T, C>(&at, is_secret, &stored)),
                expires_at,
                ..Entry::default()
            }))
        })
    }
}

impl<T: Value, C: Codec, H: ValueHome> Window for ObjectWindow<RedisValue<T, C, H>> {
    fn info(&self) -> &ObjectInfo {
        &self.info
    }

    fn actions(&self, _: Part) -> &'static [Action] {
        self.edit_or_delete()
    }

    fn summary(&self) -> Operation<Summary> {
        let place = self.object.place();
        Operation::reading(&self.object.object, "summary", |at| async move { summary(&at, &place?).await })
    }

    fn page(&self, _: Part, _: Option<Vec<u8>>) -> Operation<EntryPage> {
        let looking = self.look("page");
        Operation::of(async move { Ok(EntryPage { entries: looking.await?.into_iter().collect(), next: None }) })
    }

    fn find(&self, _: &str) -> Operation<Option<Entry>> {
        self.look("find")
    }

    fn set(&self, _: &str, value: &str) -> Operation<()> {
        self.store(|| given::<T>(value), RedisValue::set)
    }

    fn act(&self, action: Action, _: Part, _: &[u8]) -> Operation<bool> {
        if action != Action::Delete {
            return refused(&self.info, "act");
        }
        let place = self.object.place();
        Operation::new(&self.object.object, "clear", |at| async move {
            let place = place?;
            let was_there = place.contains(&at).await?;
            place.clear(&at).await?;
            Ok(was_there)
        })
    }

    fn act_on_all(&self, action: Action, part: Part) -> Operation<Option<u64>> {
        let acting = self.act(action, part, &[]);
        Operation::of(async move { acting.await.map(|was_there| Some(was_there.into())) })
    }
}

/// What of the hash is a field of a record cannot be told.
async fn summary(at: &Target, place: &ValuePlace) -> Result<Summary> {
    let count = place.contains(at).await?.into();
    let memory = match place {
        ValuePlace::Key => at.store()?.keys().memory(&at.key).await?,
        ValuePlace::Field(_) => None,
    };
    let expires_at = end_of(place.expiry(at).await?);
    Ok(Summary { counts: vec![(Part::Entries, count)], memory, expires_at, ..Summary::default() })
}
