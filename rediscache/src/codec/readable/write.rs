//! What a value is made of, as JSON.

use std::fmt::{self, Write};

use crate::codec::StoredValue;

/// A float that is no number is its name; a map is an object where all its keys have a text, and else a list of pairs.
pub(super) fn json(value: &StoredValue) -> String {
    let mut json = String::new();
    // Memory takes whatever is written.
    let _ = write(value, &mut json);
    json
}

/// Whether there is a float in it that is no number.
pub(super) fn has_no_number(value: &StoredValue) -> bool {
    match value {
        StoredValue::Float(value) => !value.is_finite(),
        StoredValue::List(parts) => parts.iter().any(has_no_number),
        StoredValue::Map(entries) => entries.iter().any(|(key, value)| has_no_number(key) || has_no_number(value)),
        StoredValue::Struct(fields) => fields.iter().any(|(_, value)| has_no_number(value)),
        StoredValue::Variant(_, Some(contents)) => has_no_number(contents),
        _ => false,
    }
}

fn write(value: &StoredValue, out: &mut String) -> fmt::Result {
    match value {
        StoredValue::Nothing => out.write_str("null"),
        StoredValue::Bool(value) => write!(out, "{value}"),
        StoredValue::Integer(digits) => out.write_str(digits),
        StoredValue::Float(value) if value.is_finite() => write!(out, "{value:?}"),
        StoredValue::Float(value) => write!(out, "\"{value}\""),
        StoredValue::Text(text) | StoredValue::Variant(text, None) => quoted(text, out),
        StoredValue::Bytes(bytes) => list(bytes, out, |byte, out| write!(out, "{byte}")),
        StoredValue::List(parts) => list(parts, out, write),
        StoredValue::Map(entries) => map(entries, out),
        StoredValue::Struct(fields) => object(fields.iter().map(|(name, value)| (name.as_str().into(), value)), out),
        StoredValue::Variant(name, Some(contents)) => object([(name.as_str().into(), &**contents)], out),
    }
}

fn map(entries: &[(StoredValue, StoredValue)], out: &mut String) -> fmt::Result {
    let named: Option<Vec<_>> = entries.iter().map(|(key, value)| Some((name(key)?, value))).collect();
    match named {
        Some(named) => object(named, out),
        None => list(entries, out, |(key, value), out| list([key, value], out, write)),
    }
}

/// What a key is called in an object.
fn name(key: &StoredValue) -> Option<std::borrow::Cow<'_, str>> {
    match key {
        StoredValue::Text(text) | StoredValue::Variant(text, None) | StoredValue::Integer(text) => {
            Some(text.as_str().into())
        }
        StoredValue::Bool(value) => Some(value.to_string().into()),
        _ => None,
    }
}

fn list<T>(
    parts: impl IntoIterator<Item = T>,
    out: &mut String,
    write: impl Fn(T, &mut String) -> fmt::Result,
) -> fmt::Result {
    out.push('[');
    for (at, part) in parts.into_iter().enumerate() {
        out.push_str(if at > 0 { "," } else { "" });
        write(part, out)?;
    }
    out.write_char(']')
}

fn object<'a>(
    fields: impl IntoIterator<Item = (std::borrow::Cow<'a, str>, &'a StoredValue)>,
    out: &mut String,
) -> fmt::Result {
    out.push('{');
    for (at, (name, value)) in fields.into_iter().enumerate() {
        out.push_str(if at > 0 { "," } else { "" });
        quoted(&name, out)?;
        out.push(':');
        write(value, out)?;
    }
    out.write_char('}')
}

fn quoted(text: &str, out: &mut String) -> fmt::Result {
    out.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}
