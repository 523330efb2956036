//! What the benchmarks share: their options, a server of their own, the machine's name, and how figures are told.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

mod drive;
mod machine;
mod options;
mod server;
mod spread;
mod target;

pub use drive::{Caller, Driven, Effort, IS_TRIAL, drive};
pub use machine::Machine;
pub use options::Options;
pub use server::Server;
pub use spread::{Spread, percentile};
pub use target::Target;
