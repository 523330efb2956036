//! A value without its type: what its bytes tell, and the shape that they were written by.

use super::CodecError;

/// A stored key or value that is of no type of this program.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredValue {
    /// `None`, or unit.
    Nothing,
    /// A bool.
    Bool(bool),
    /// An integer of any size, in decimal digits.
    Integer(String),
    /// A float.
    Float(f64),
    /// Text, or a `char`.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A sequence, a tuple or an array.
    List(Vec<Self>),
    /// A map, or a struct that tells its names itself.
    Map(Vec<(Self, Self)>),
    /// A struct.
    Struct(Vec<(String, Self)>),
    /// A variant by its name, with what it holds.
    Variant(String, Option<Box<Self>>),
}

/// Reads what the codec of plain JSON wrote.
pub(crate) fn read_json(stored: &[u8]) -> Result<StoredValue, CodecError> {
    // Its own text quotes the value.
    serde_json::from_slice(stored).map(of_json).map_err(|_| "it is not JSON".into())
}

fn of_json(json: serde_json::Value) -> StoredValue {
    use serde_json::Value;
    match json {
        Value::Null => StoredValue::Nothing,
        Value::Bool(value) => StoredValue::Bool(value),
        Value::Number(number) if number.is_f64() => StoredValue::Float(number.as_f64().unwrap_or(f64::NAN)),
        Value::Number(number) => StoredValue::Integer(number.to_string()),
        Value::String(text) => StoredValue::Text(text),
        Value::Array(parts) => StoredValue::List(parts.into_iter().map(of_json).collect()),
        Value::Object(entries) => StoredValue::Map(
            entries.into_iter().map(|(name, value)| (StoredValue::Text(name), of_json(value))).collect(),
        ),
    }
}
