//! A window into one object: what a page inside the program shows of it and does with it, in JSON by the object's own types.

mod data;
mod id;
mod look;
mod object;
mod refused;
mod shown;
mod view;

pub use data::{Action, Entry, EntryPage, Fact, IdPage, LoadSummary, Part, Shown, Summary};
pub(super) use id::id_of;
pub(super) use look::{PAGE, cursor_of, end_of, learn_page, moment, place_after, place_of, summary_of, value_shown};
pub(super) use object::ObjectWindow;
pub(super) use refused::refused;
pub(super) use shown::{given, given_key, stored_given};
pub use view::{FamilyWindow, Inspector, Window};
