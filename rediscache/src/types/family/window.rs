//! What a page shows of a family: the ids there are, and the objects of each.

use std::collections::BTreeSet;

use super::scan::read_id;
use super::{BoundFamily, FamilyId, FamilyScan, RedisFamily};
use crate::error::Result;
use crate::session::RedisSession;
use crate::store::Cursor;
use crate::types::operation::Operation;
use crate::types::window::{FamilyWindow, IdPage, Shown, Window, cursor_of, given_key};

impl<T: RedisFamily> FamilyWindow for BoundFamily<T> {
    fn namespace(&self) -> &'static str {
        T::NAMESPACE
    }

    fn id_type(&self) -> &'static str {
        std::any::type_name::<T::Id>()
    }

    fn objects(&self) -> Vec<Box<dyn Window>> {
        windows::<T>(&FamilyId::none(), &self.session)
    }

    fn ids(&self, cursor: Option<Vec<u8>>) -> Operation<IdPage> {
        let session = self.session.clone();
        Operation::of(async move {
            let cursor = cursor_of(cursor.as_deref()).map_err(|error| error.during("ids", Some(T::NAMESPACE)))?;
            let (ids, next, _) = FamilyScan::<T::Id>::page(T::NAMESPACE, &T::objects(), &session, cursor).await?;
            let ids: BTreeSet<_> = ids.into_iter().collect();
            let ids = ids.iter().map(|id| Shown::of(read_id::<T::Id>(id))).collect();
            Ok(IdPage { ids, next: next.as_ref().map(Cursor::to_bytes) })
        })
    }

    fn one(&self, id: &str) -> Result<Vec<Box<dyn Window>>> {
        let id: T::Id = given_key(id).map_err(|error| error.during("one", Some(T::NAMESPACE)))?;
        Ok(windows::<T>(&FamilyId::of(&id, Some(&self.session)), &self.session))
    }
}

fn windows<T: RedisFamily>(id: &FamilyId, session: &RedisSession) -> Vec<Box<dyn Window>> {
    let mut windows = Vec::new();
    T::inspect_one(id, session, &mut windows);
    windows
}
