//! The examples, run as a user runs them.

mod leaderboard;
mod program;
mod quickstart;
mod topics;
mod worker;
