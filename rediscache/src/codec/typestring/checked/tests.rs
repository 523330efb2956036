//! What is written by position, and what is not.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serializer};

use super::super::positional::{self, NotWritten};
use super::*;
use crate::shape::{FIRST_VERSION, Schema};

fn written<T: Serialize + DeserializeOwned + 'static>(value: &T) -> Result<(), NotWritten> {
    positional::write(value, &Schema::of::<T>(FIRST_VERSION).layout, &mut Vec::new())
}

#[track_caller]
fn fits<T: Serialize + DeserializeOwned + 'static>(value: &T) {
    assert!(matches!(written(value), Ok(())));
}

#[track_caller]
fn differs<T: Serialize + DeserializeOwned + 'static>(value: &T) {
    assert!(matches!(written(value), Err(NotWritten::Differs)));
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

fn as_text<S: Serializer>(number: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

#[derive(Default, Serialize, Deserialize)]
struct Skipping {
    #[serde(default, skip_serializing_if = "is_zero")]
    a: u8,
    b: u8,
}

#[derive(Serialize, Deserialize)]
struct Renamed {
    #[serde(rename(serialize = "other"))]
    a: u8,
}

#[derive(Serialize, Deserialize)]
struct With {
    #[serde(serialize_with = "as_text")]
    a: u8,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "Option<u8>")]
struct Into {
    a: u8,
}

impl From<Into> for Option<u8> {
    fn from(Into { a }: Into) -> Self {
        Some(a)
    }
}

#[test]
fn what_attributes_make_different_is_noticed() {
    fits(&Skipping { a: 1, b: 2 });
    differs(&Skipping { a: 0, b: 2 });
    differs(&vec![Skipping { a: 1, b: 2 }, Skipping::default()]);
    differs(&Renamed { a: 1 });
    differs(&With { a: 1 });
    differs(&Into { a: 1 });
}

#[derive(Serialize, Deserialize)]
enum Aliased {
    Plain,
    #[serde(alias = "Old")]
    New(u8),
}

#[derive(Serialize, Deserialize)]
enum Skipped {
    A,
    #[serde(skip)]
    #[expect(dead_code, reason = "it is skipped")]
    B,
    C,
}

#[test]
fn variants_are_those_that_the_layout_has_at_their_index() {
    fits(&Aliased::Plain);
    differs(&Aliased::New(1));
    fits(&Skipped::A);
    // serde counts what is skipped while it writes, and does not while it reads.
    differs(&Skipped::C);
}
