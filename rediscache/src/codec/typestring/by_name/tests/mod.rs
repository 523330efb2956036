//! Pairs of types: what one wrote is read as the other, from both of its forms.

mod any;
mod fields;
mod hostile;
mod numbers;
mod options;
mod packed;
mod parts;
mod random;
mod refusals;
mod variants;

use std::fmt::Debug;

use bincode::config::standard;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{describe, read_described, read_positional};
use crate::codec::CodecError;
use crate::codec::decoded::Decoded;
use crate::shape::{FIRST_VERSION, Layout, Schema};

/// What is read, and whether something was left out.
type Outcome<T> = Result<(T, bool), String>;

fn outcome<T>(read: Result<Decoded<T>, CodecError>) -> Outcome<T> {
    read.map(|Decoded { value, is_lossy }| (value, is_lossy)).map_err(|error| error.to_string())
}

/// The stored form by position, and its schema.
fn stored<T: Serialize + DeserializeOwned + 'static>(value: &T) -> (Vec<u8>, &'static Schema) {
    let schema = Schema::of::<T>(FIRST_VERSION);
    assert!(schema.is_positional(), "{:?}", schema.shape);
    (bincode::serde::encode_to_vec(value, standard()).expect("it can be written"), schema)
}

/// The stored form that describes itself, of what stands by position.
fn described(body: &[u8], layout: &Layout) -> Vec<u8> {
    let mut out = Vec::new();
    describe(body, layout, &mut out).expect("it can be described");
    out
}

/// What is read of what stands by position.
fn by_position<Old, New>(old: &Old) -> Outcome<New>
where
    Old: Serialize + DeserializeOwned + 'static,
    New: DeserializeOwned + 'static,
{
    let (body, schema) = stored(old);
    outcome(read_positional(&body, &schema.layout))
}

/// What is read of what describes itself.
fn by_description<Old, New>(old: &Old) -> Outcome<New>
where
    Old: Serialize + DeserializeOwned + 'static,
    New: DeserializeOwned + 'static,
{
    let (body, schema) = stored(old);
    outcome(read_described(&described(&body, &schema.layout), false))
}

/// Reads the same from both forms, and leaves nothing out.
#[track_caller]
fn reads<Old, New>(old: &Old, new: &New)
where
    Old: Serialize + DeserializeOwned + 'static,
    New: DeserializeOwned + PartialEq + Debug + 'static,
{
    both(old, new, false);
}

/// Reads the same from both forms, and leaves something out.
#[track_caller]
fn reads_less<Old, New>(old: &Old, new: &New)
where
    Old: Serialize + DeserializeOwned + 'static,
    New: DeserializeOwned + PartialEq + Debug + 'static,
{
    both(old, new, true);
}

#[track_caller]
fn both<Old, New>(old: &Old, new: &New, is_lossy: bool)
where
    Old: Serialize + DeserializeOwned + 'static,
    New: DeserializeOwned + PartialEq + Debug + 'static,
{
    let (position, description) = (by_position::<Old, New>(old), by_description::<Old, New>(old));
    let read = position.expect("it is read by position");
    assert_eq!((&read.0, read.1), (new, is_lossy), "by position");
    let read = description.expect("it is read by description");
    assert_eq!((&read.0, read.1), (new, is_lossy), "by description");
}

/// Both forms are refused, for these reasons.
#[track_caller]
fn refuses<Old, New>(old: &Old, position: &str, description: &str)
where
    Old: Serialize + DeserializeOwned + 'static,
    New: DeserializeOwned + Debug + 'static,
{
    assert_eq!(by_position::<Old, New>(old).expect_err("it is refused by position"), position);
    assert_eq!(by_description::<Old, New>(old).expect_err("it is refused by description"), description);
}
