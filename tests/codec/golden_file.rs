//! The rows recorded from async-rediscache.

use serde::de::DeserializeOwned;

const FILE: &str = include_str!("../golden/async-rediscache-0.2.0.json");

/// The rows of one section, of which there must be some.
pub(crate) fn rows<T: DeserializeOwned>(section: &str) -> Vec<T> {
    let mut file: serde_json::Value = serde_json::from_str(FILE).unwrap();
    let rows: Vec<T> = serde_json::from_value(file[section].take()).unwrap();
    assert!(!rows.is_empty(), "no rows in `{section}`");
    rows
}

/// The double whose bits these are.
pub(crate) fn float(bits: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(bits, 16).unwrap())
}
