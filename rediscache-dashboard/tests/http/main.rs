//! The service over HTTP: who is shown what, each thing that can be asked for, and what others may not have a browser send.

mod access;
mod change;
mod client;
mod cost;
mod events;
mod family;
mod large;
mod mount;
mod read;
#[path = "../shared/mod.rs"]
mod shared;
