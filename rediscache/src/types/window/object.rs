//! An object with what is declared of it, as each kind's window is made of.

use std::fmt;

use super::data::Action;
use super::refused::{failed, refused};
use super::view::Window;
use crate::error::Result;
use crate::types::info::ObjectInfo;
use crate::types::operation::Operation;

/// An object that is bound to a session.
pub(in crate::types) struct ObjectWindow<O> {
    pub(in crate::types) info: ObjectInfo,
    pub(in crate::types) object: O,
}

impl<O> ObjectWindow<O> {
    pub(in crate::types) fn boxed(info: ObjectInfo, object: O) -> Box<dyn Window>
    where
        Self: Window + 'static,
    {
        Box::new(Self { info, object })
    }

    /// What can be done with entries whose values may be stored: not where those are secret.
    pub(in crate::types) fn edit_or_delete(&self) -> &'static [Action] {
        if self.info.is_secret() { &[Action::Delete] } else { &[Action::Edit, Action::Delete] }
    }

    /// Stores what was given, by the call that the program itself makes; nothing in what is secret.
    pub(in crate::types) fn store<T>(
        &self,
        given: impl FnOnce() -> Result<T>,
        call: impl FnOnce(&O, T) -> Operation<()>,
    ) -> Operation<()> {
        if self.info.is_secret() {
            return refused(&self.info, "set");
        }
        match given() {
            Ok(given) => call(&self.object, given),
            Err(error) => failed(&self.info, "set", error),
        }
    }

    /// Deletes all by the call that the program itself makes, which does not tell how many there were.
    pub(in crate::types) fn delete_all(
        &self,
        action: Action,
        call: impl FnOnce(&O) -> Operation<()>,
    ) -> Operation<Option<u64>> {
        if action != Action::Delete {
            return refused(&self.info, "act_on_all");
        }
        let deleting = call(&self.object);
        Operation::of(async move { deleting.await.map(|()| None) })
    }
}

impl<O> fmt::Debug for ObjectWindow<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("info", &self.info).finish_non_exhaustive()
    }
}
