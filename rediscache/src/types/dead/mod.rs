//! Dead letters of both kinds of queues: what failed too often, or cannot be read.

mod letter;
mod methods;
mod seen;
mod stream;
mod window;

pub use letter::DeadLetter;
pub(super) use methods::dead_methods;
pub use stream::DeadLetters;
pub(super) use stream::next_letters;
pub(super) use window::{act_on_letter, act_on_letters, delete_item, items_shown};

/// What the name of the list of dead letters ends with.
pub(super) const DEAD: &str = "$dead";
