//! JSON that keeps the order of what it holds, and integers of every size.

use std::fmt;

use rediscache::inspect::StoredValue;

use crate::text;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// In digits.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// An object of these parts.
macro_rules! object {
    ($($name:literal: $value:expr),* $(,)?) => {
        $crate::json::Json::Object(vec![$(($name.to_owned(), $crate::json::Json::from($value))),*])
    };
}
pub(crate) use object;

impl Json {
    /// A value as serde would write it in JSON. Bytes are an object of `$bytes`, a map whose keys are no text a list of pairs.
    pub(crate) fn of_value(value: &StoredValue) -> Self {
        match value {
            StoredValue::Nothing => Self::Null,
            StoredValue::Bool(value) => Self::Bool(*value),
            StoredValue::Integer(digits) => Self::Number(digits.clone()),
            StoredValue::Float(value) if value.is_finite() => Self::Number(format!("{value:?}")),
            StoredValue::Float(value) => Self::Text(value.to_string()),
            StoredValue::Text(text) => Self::Text(text.clone()),
            StoredValue::Bytes(bytes) => {
                Self::Object(vec![("$bytes".to_owned(), Self::Text(text::hexadecimal(bytes)))])
            }
            StoredValue::List(parts) => Self::List(parts.iter().map(Self::of_value).collect()),
            StoredValue::Map(entries) => Self::of_map(entries),
            StoredValue::Struct(fields) => {
                Self::Object(fields.iter().map(|(name, value)| (name.clone(), Self::of_value(value))).collect())
            }
            StoredValue::Variant(name, None) => Self::Text(name.clone()),
            StoredValue::Variant(name, Some(contents)) => Self::Object(vec![(name.clone(), Self::of_value(contents))]),
        }
    }

    fn of_map(entries: &[(StoredValue, StoredValue)]) -> Self {
        let name = |key: &StoredValue| match key {
            StoredValue::Text(text) => Some(text.clone()),
            _ => None,
        };
        let named: Option<Vec<_>> =
            entries.iter().map(|(key, value)| Some((name(key)?, Self::of_value(value)))).collect();
        let pair =
            |(key, value): &(StoredValue, StoredValue)| Self::List(vec![Self::of_value(key), Self::of_value(value)]);
        named.map_or_else(|| Self::List(entries.iter().map(pair).collect()), Self::Object)
    }

    /// The same with one part more.
    pub(crate) fn with(mut self, name: &str, part: impl Into<Self>) -> Self {
        if let Self::Object(parts) = &mut self {
            parts.push((name.to_owned(), part.into()));
        }
        self
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(digits) => f.write_str(digits),
            Self::Text(text) => quoted(text, f),
            Self::List(parts) => {
                f.write_str("[")?;
                for (at, part) in parts.iter().enumerate() {
                    f.write_str(if at > 0 { "," } else { "" })?;
                    part.fmt(f)?;
                }
                f.write_str("]")
            }
            Self::Object(parts) => {
                f.write_str("{")?;
                for (at, (name, part)) in parts.iter().enumerate() {
                    f.write_str(if at > 0 { "," } else { "" })?;
                    quoted(name, f)?;
                    write!(f, ":{part}")?;
                }
                f.write_str("}")
            }
        }
    }
}

/// What a terminal would act on is escaped here, too: JSON allows it for all characters.
fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    // Text has a form in JSON.
    let quoted = serde_json::to_string(text).unwrap_or_default();
    for character in quoted.chars() {
        if matches!(character, '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            write!(f, "\\u{:04x}", u32::from(character))?;
        } else {
            write!(f, "{character}")?;
        }
    }
    Ok(())
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Json {
    fn from(value: u64) -> Self {
        Self::Number(value.to_string())
    }
}

impl From<f64> for Json {
    fn from(value: f64) -> Self {
        Self::of_value(&StoredValue::Float(value))
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(parts: Vec<T>) -> Self {
        Self::List(parts.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_the_json_that_serde_has_for_them() {
        let (text, integer) = (StoredValue::Text("a\u{1b}\u{9b}\"".to_owned()), StoredValue::Integer("9".repeat(30)));
        let map = StoredValue::Map(vec![(integer.clone(), text.clone()), (text.clone(), StoredValue::Nothing)]);
        assert_eq!(
            Json::of_value(&map).to_string(),
            format!("[[{},\"a\\u001b\\u009b\\\"\"],[\"a\\u001b\\u009b\\\"\",null]]", "9".repeat(30))
        );
        let named = StoredValue::Map(vec![(text, StoredValue::Variant("V".to_owned(), Some(Box::new(integer))))]);
        let json = Json::of_value(&named).to_string();
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");
        assert_eq!(Json::of_value(&StoredValue::Float(f64::NAN)).to_string(), "\"NaN\"");
        assert_eq!(object! { "b": 1_u64, "a": None::<u64> }.to_string(), "{\"b\":1,\"a\":null}");
    }
}
