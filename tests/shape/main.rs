//! What serde tells of a type.

#![recursion_limit = "512"]

mod attribute;
mod bytes;
mod dependent;
mod foreign;
mod hostile;
mod kind;
mod random;
mod recursion;
mod refusal;
mod stable;
