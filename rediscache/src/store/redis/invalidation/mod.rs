//! How this process is told of changes to what it keeps: which keys are watched, and who listens on each connection.

mod listener;
mod message;
mod watch;
mod watched_keys;

pub(super) use listener::{InvalidationListener, Reliant};
pub(super) use message::{CHANNEL, write};
pub(super) use watch::Watch;
pub(super) use watched_keys::{WatchedKeys, WriteGuard};
