//! Pairs of types: what one wrote is read as the other, from both of its forms.

mod any;
mod fields;
mod hostile;
mod numbers;
mod options;
mod packed;
mod parts;
mod refusals;
mod variants;

use std::fmt::Debug;
use std::sync::Arc;

use bincode::config::standard;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::item::Later;
use super::transcribed::Transcribed;
use super::walk::Walk;
use super::{read_described, read_positional};
use crate::codec::CodecError;
use crate::codec::decoded::Decoded;
use crate::shape::{FIRST_VERSION, Layout, Schema};

/// What is read, and whether something was left out.
type Outcome<T> = Result<(T, bool), String>;

fn outcome<T>(read: Result<Decoded<T>, CodecError>) -> Outcome<T> {
    read.map(|Decoded { value, is_lossy }| (value, is_lossy)).map_err(|error| error.to_string())
}

/// The stored form by position, and its schema.
fn stored<T: Serialize + DeserializeOwned + 'static>(value: &T) -> (Vec<u8>, Arc<Schema>) {
    let schema = Schema::of::<T>(FIRST_VERSION);
    assert!(schema.is_positional(), "{:?}", schema.shape);
    (bincode::serde::encode_to_vec(value, standard()).expect("it can be written"), schema)
}

/// The stored form that describes itself, of what stands by position.
fn described(body: &[u8], layout: &Layout) -> Vec<u8> {
    let walk = Walk::new(body, Some(layout));
    let value = serde_json::to_value(Transcribed::new(&walk, Later::At(Layout::WHOLE))).expect("it can be told");
    walk.end().expect("it was told whole");
    let mut out = Vec::new();
    pack(&value, &mut out);
    out
}

fn pack(value: &Value, out: &mut Vec<u8>) {
    let length = |length: usize| u32::try_from(length).expect("tests are short");
    match value {
        Value::Null => rmp::encode::write_nil(out).expect("it is written"),
        Value::Bool(value) => rmp::encode::write_bool(out, *value).expect("it is written"),
        Value::String(text) => rmp::encode::write_str(out, text).expect("it is written"),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(value), _) => drop(rmp::encode::write_uint(out, value).expect("it is written")),
            (_, Some(value)) => drop(rmp::encode::write_sint(out, value).expect("it is written")),
            _ => rmp::encode::write_f64(out, number.as_f64().expect("it is a float")).expect("it is written"),
        },
        Value::Array(values) => {
            rmp::encode::write_array_len(out, length(values.len())).expect("it is written");
            values.iter().for_each(|value| pack(value, out));
        }
        Value::Object(entries) => {
            rmp::encode::write_map_len(out, length(entries.len())).expect("it is written");
            for (key, value) in entries {
                rmp::encode::write_str(out, key).expect("it is written");
                pack(value, out);
            }
        }
    }
}

/// What is read of what stands by position.
fn by_position<Old, New>(old: &Old) -> Outcome<New>
where
    Old: Serialize + DeserializeOwned + 'static,
    New: DeserializeOwned,
{
    let (body, schema) = stored(old);
    outcome(read_positional(&body, &schema.layout))
}

/// What is read of what describes itself.
fn by_description<Old, New>(old: &Old) -> Outcome<New>
where
    Old: Serialize + DeserializeOwned + 'static,
    New: DeserializeOwned,
{
    let (body, schema) = stored(old);
    outcome(read_described(&described(&body, &schema.layout)))
}

/// Reads the same from both forms, and leaves nothing out.
#[track_caller]
fn reads<Old, New>(old: &Old, new: &New)
where
    Old: Serialize + DeserializeOwned + 'static,
    New: DeserializeOwned + PartialEq + Debug,
{
    both(old, new, false);
}

/// Reads the same from both forms, and leaves something out.
#[track_caller]
fn reads_less<Old, New>(old: &Old, new: &New)
where
    Old: Serialize + DeserializeOwned + 'static,
    New: DeserializeOwned + PartialEq + Debug,
{
    both(old, new, true);
}

#[track_caller]
fn both<Old, New>(old: &Old, new: &New, is_lossy: bool)
where
    Old: Serialize + DeserializeOwned + 'static,
    New: DeserializeOwned + PartialEq + Debug,
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
    New: DeserializeOwned + Debug,
{
    assert_eq!(by_position::<Old, New>(old).expect_err("it is refused by position"), position);
    assert_eq!(by_description::<Old, New>(old).expect_err("it is refused by description"), description);
}
