//! A window into one object: what a page inside the program shows of it and does with it, in JSON by the object's own types.

mod data;
mod object;
mod refused;
mod shown;
mod view;

pub use data::{Action, Entry, EntryPage, Fact, LoadSummary, Part, Shown, Summary};
pub(super) use object::{ObjectWindow, end_of};
pub(super) use refused::{failed, refused};
pub(super) use shown::{given, given_key};
pub use view::{Inspector, Window};
