//! What the codecs write and read, byte for byte.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod composite;
mod golden;
mod golden_file;
mod hostile;
mod integer;
mod json;
mod limit;
mod million;
mod refusal;
mod sample;
mod scalar;
mod secret;
mod small_process;
mod wire;

use std::fmt::Debug;

use proptest::test_runner::Config;
use rediscache::{Codec, Typestring};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the default codec writes.
fn encoded<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut stored = Vec::new();
    Typestring::encode(value, &mut stored).unwrap();
    stored
}

/// What the default codec reads, or the text of its error.
fn decoded<T: DeserializeOwned>(stored: impl AsRef<[u8]>) -> Result<T, String> {
    Typestring::decode(stored.as_ref()).map_err(|error| error.to_string())
}

#[track_caller]
fn assert_round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let stored = encoded(value);
    assert_eq!(decoded::<T>(&stored).as_ref(), Ok(value), "stored as {:?}", String::from_utf8_lossy(&stored));
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// Failing cases are printed; they become tests of their own, not files.
fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}
