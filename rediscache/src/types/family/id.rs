//! Which one of a family is meant, and in which session.

use crate::bounds::Key;
use crate::codec::{EncodedKey, Typestring};
use crate::lend::Lend;
use crate::namespace::FamilyPart;
use crate::session::RedisSession;
use crate::types::declaration::Declaration;
use crate::types::entry_name::family_part;

/// Which one of a family is meant, and in which session: what the derive makes objects of.
#[derive(Clone, Debug)]
pub struct FamilyId {
    /// `None` where no one is meant.
    part: Option<FamilyPart>,
    session: Option<RedisSession>,
}

impl FamilyId {
    pub(super) fn of<K: Key>(id: &impl Lend<K>, session: Option<&RedisSession>) -> Self {
        let part = EncodedKey::of_new::<Typestring, K>(id).map(|stored| family_part(stored.as_slice()));
        Self { part: Some(FamilyPart::new(part)), session: session.cloned() }
    }

    /// No one: for what is said of the objects of all.
    #[must_use]
    pub fn none() -> Self {
        Self { part: None, session: None }
    }

    /// The same, bound to a session.
    #[must_use]
    pub fn on(&self, session: &RedisSession) -> Self {
        Self { part: self.part.clone(), session: Some(session.clone()) }
    }

    /// As it stands in names; `None` where it has no form.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.part.as_ref()?.as_str()
    }
}

impl Declaration {
    /// Declares the object of one of a family.
    #[must_use]
    pub fn of(mut self, id: &FamilyId) -> Self {
        self.family.clone_from(&id.part);
        self.session.clone_from(&id.session);
        self
    }
}
