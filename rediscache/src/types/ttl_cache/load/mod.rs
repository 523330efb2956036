//! Loading what is not there: by one for all who ask, and never stored when a write came between.

mod ask;
mod at;
mod budget;
mod chance;
mod configure;
mod elsewhere;
mod error;
mod future;
mod loaded;
mod loader;
mod nested;
mod run;
mod stats;

pub(super) use ask::LoadCall;
pub use configure::WhenDown;
pub use error::LoadError;
pub use future::GetOrLoad;
pub use loaded::Loaded;
pub use stats::TtlStats;
