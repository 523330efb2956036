//! Shapes: what serde tells of a type, found by letting it read made-up values.

mod access;
mod alike;
mod ask;
mod candidate;
mod collect;
mod deserializer;
mod diff;
mod display;
mod error;
mod find;
mod fingerprint;
mod form;
mod found;
mod graph;
mod layout;
mod limit;
mod naming;
mod node;
mod of;
mod pick;
mod probe;
mod record;
mod schema;
mod search;
mod trace;
mod variant;
mod work;

pub(crate) use fingerprint::Fingerprint;
pub(crate) use form::Scalar;
pub(crate) use layout::{Contents, Field, Layout, Place, PlaceId, Variant};
pub use of::Shape;
pub(crate) use schema::{FIRST_VERSION, Schema};
