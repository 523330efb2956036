//! What every window can do.

use std::fmt;

use super::data::{Action, Entry, EntryPage, IdPage, Part, Summary};
use super::refused::refused;
use crate::error::Result;
use crate::types::info::ObjectInfo;
use crate::types::operation::Operation;

/// One object, seen from a page. Each kind of object has one; what it does not have, it answers with nothing, and what it cannot
/// do, with [`Unsupported`](crate::ErrorKind::Unsupported).
///
/// Changes go the way of the program's own calls: near caches, shapes and waiting workers are told as ever. Of an object that is
/// [secret](ObjectInfo::is_secret) no value is read, and none is stored.
pub trait Window: fmt::Debug + Send + Sync {
    /// What the program declares of it.
    fn info(&self) -> &ObjectInfo;

    /// Which parts it has, in the order in which they are shown; the first is what it is for.
    fn parts(&self) -> &'static [Part] {
        &[Part::Entries]
    }

    /// What can be done with what stands in a part.
    fn actions(&self, part: Part) -> &'static [Action] {
        let _ = part;
        &[]
    }

    /// How much there is, in one or two round trips.
    fn summary(&self) -> Operation<Summary> {
        Operation::of(async { Ok(Summary::default()) })
    }

    /// The page of a part behind this cursor, of some hundred entries.
    fn page(&self, part: Part, cursor: Option<Vec<u8>>) -> Operation<EntryPage> {
        let _ = (part, cursor);
        Operation::of(async { Ok(EntryPage::default()) })
    }

    /// What stands at a key, given in JSON, or as it is where it is a text; of a set or a ranking, the member.
    fn find(&self, key: &str) -> Operation<Option<Entry>> {
        let _ = key;
        Operation::of(async { Ok(None) })
    }

    /// Stores a value at a key, both in JSON and checked by their types; of a set the key is all, of a ranking the value is the
    /// score, of a value by itself the key is ignored, and to a queue the value is put.
    fn set(&self, key: &str, value: &str) -> Operation<()> {
        let _ = (key, value);
        refused(self.info(), "set")
    }

    /// Does something with one entry, by what tells it from others; whether it was there. [`Edit`](Action::Edit) is
    /// [`set`](Self::set).
    fn act(&self, action: Action, part: Part, id: &[u8]) -> Operation<bool> {
        let _ = (action, part, id);
        refused(self.info(), "act")
    }

    /// Does it with all that stand in the part; with how many, where that is known.
    fn act_on_all(&self, action: Action, part: Part) -> Operation<Option<u64>> {
        let _ = (action, part);
        refused(self.info(), "act_on_all")
    }
}

/// A family, seen from a page.
pub trait FamilyWindow: fmt::Debug + Send + Sync {
    /// What the names of its keys begin with, with `{}` for the id.
    fn namespace(&self) -> &'static str;

    /// The name of the type of ids, as [`std::any::type_name`] gives it.
    fn id_type(&self) -> &'static str;

    /// The objects of no one: what the program declares of those of each.
    fn objects(&self) -> Vec<Box<dyn Window>>;

    /// Ids of those that hold something, by a walk over the names of keys; each at least once.
    fn ids(&self, cursor: Option<Vec<u8>>) -> Operation<IdPage>;

    /// The objects of the one whose id this is, given in JSON, or as it is where it is a text.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) where it is no id.
    fn one(&self, id: &str) -> Result<Vec<Box<dyn Window>>>;
}

/// Who is shown every object of a struct.
pub trait Inspector {
    /// Takes the next one.
    fn window(&mut self, window: Box<dyn Window>);

    /// Takes a family, which has such objects for each of many ids.
    fn family(&mut self, family: Box<dyn FamilyWindow>) {
        drop(family);
    }
}

impl Inspector for Vec<Box<dyn Window>> {
    fn window(&mut self, window: Box<dyn Window>) {
        self.push(window);
    }
}
