//! Reads scalars as leniently as Python does, and says what was met in place of the one that is wanted.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, Expected, Unexpected, VariantAccess, Visitor};

use super::tag;
use crate::codec::StoredValue;
use crate::number::without_decoration;

/// One stored scalar, told apart by its tag.
#[derive(Clone, Copy)]
pub(super) enum ScalarReader<'a> {
    Integer(&'a str),
    Float(&'a str),
    Text(&'a str),
    Bool(&'a str),
    /// No scalar: only a type that asks for none may go on to the composite form.
    Composite,
}

#[derive(Debug)]
pub(super) enum Mismatch {
    /// What is stored and what is wanted are both composite.
    Composite,
    /// Why the scalar could not be read; never its text.
    Because(String),
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Composite => f.write_str("it is a composite (`c|`, `m|`)"),
            Self::Because(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Mismatch {}

impl Error for Mismatch {
    /// Drops the message, which may quote the value.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Because("the type's own `Deserialize` refused it".to_owned())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Because(format!("it is {}, not {expected}", name(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Because(format!("it is {} that does not fit {expected}", name(found)))
    }

    /// The only names in a scalar are those of variants.
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::Because("it is text (`s|`) that names no variant of the enum".to_owned())
    }
}

/// What serde met, without the value that serde's own text would quote.
fn name(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a bool (`b|`)",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer (`i|`)",
        Unexpected::Float(_) => "a float (`f|`)",
        Unexpected::Char(_) | Unexpected::Str(_) => "text (`s|`)",
        _ => "something else",
    }
}

impl<'a> ScalarReader<'a> {
    #[inline]
    pub(super) fn new(stored: &'a [u8]) -> Result<Self, Mismatch> {
        // What most keys are.
        match stored.strip_prefix(tag::INTEGER.as_bytes()).map(std::str::from_utf8) {
            Some(Ok(text)) => Ok(Self::Integer(text)),
            _ => Self::of_any(stored),
        }
    }

    fn of_any(stored: &'a [u8]) -> Result<Self, Mismatch> {
        if [tag::COMPOSITE, tag::DESCRIBED].iter().any(|tag| stored.starts_with(tag.as_bytes())) {
            return Ok(Self::Composite);
        }
        let text = std::str::from_utf8(stored).map_err(|_| Mismatch::Because("it is not UTF-8".to_owned()))?;
        let after = |tag| text.strip_prefix(tag);
        None.or_else(|| after(tag::INTEGER).map(Self::Integer))
            .or_else(|| after(tag::FLOAT).map(Self::Float))
            .or_else(|| after(tag::TEXT).map(Self::Text))
            .or_else(|| after(tag::BOOL).map(Self::Bool))
            .ok_or_else(|| Mismatch::Because("it begins with none of `i|`, `f|`, `s|`, `b|`, `c|`, `m|`".to_owned()))
    }

    fn expected(self, wanted: &str) -> Mismatch {
        let (found, malformed) = match self {
            Self::Integer(_) => ("an integer (`i|`)", wanted == "an integer" || wanted == "a float"),
            Self::Float(_) => ("a float (`f|`)", wanted == "a float"),
            Self::Text(_) => ("text (`s|`)", false),
            Self::Bool(_) => ("a bool (`b|`)", wanted == "a bool"),
            Self::Composite => ("a composite (`c|`, `m|`)", false),
        };
        Mismatch::Because(if malformed {
            format!("it is marked as {found} and cannot be read as one, or is out of range")
        } else {
            format!("it is {found}, not {wanted}")
        })
    }

    /// Reads an integer as Python's `int()` does, exactly.
    fn integer<T: std::str::FromStr>(self) -> Result<T, Mismatch> {
        let Self::Integer(text) = self else { return Err(self.expected("an integer")) };
        if let Ok(value) = text.parse() {
            return Ok(value);
        }
        // `-0` is an unsigned zero too, and white space and underscores are skipped.
        let plain = without_decoration(text).ok_or_else(|| self.expected("an integer"))?;
        let plain = if plain.strip_prefix('-').is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b == b'0')) {
            "0"
        } else {
            &*plain
        };
        plain.parse().map_err(|_| self.expected("an integer"))
    }

    /// Reads a float as Python's `float()` does; also an integer, since Python mixes the two.
    fn float<T: std::str::FromStr>(self) -> Result<T, Mismatch> {
        let (Self::Float(text) | Self::Integer(text)) = self else { return Err(self.expected("a float")) };
        let plain = without_decoration(text).ok_or_else(|| self.expected("a float"))?;
        plain.parse().map_err(|_| self.expected("a float"))
    }

    fn bool(self) -> Result<bool, Mismatch> {
        let Self::Bool(text) = self else { return Err(self.expected("a bool")) };
        Self::Integer(text).integer().map(|number: i128| number != 0).map_err(|_| self.expected("a bool"))
    }

    /// What it is, of whatever kind and, for integers, of any size.
    pub(super) fn untyped(self) -> Result<StoredValue, Mismatch> {
        Ok(match self {
            Self::Integer(text) => match self.integer::<i128>() {
                Ok(value) => StoredValue::Integer(value.to_string()),
                Err(mismatch) => StoredValue::Integer(digits(text).ok_or(mismatch)?),
            },
            Self::Float(_) => StoredValue::Float(self.float()?),
            Self::Text(text) => StoredValue::Text(text.to_owned()),
            // Read as a number, which may be of any size.
            Self::Bool(text) => StoredValue::Bool(digits(text).ok_or_else(|| self.expected("a bool"))? != "0"),
            Self::Composite => return Err(Mismatch::Composite),
        })
    }

    fn text(self) -> Result<&'a str, Mismatch> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(self.expected("text")),
        }
    }
}

/// The digits of an integer as Python's `int()` takes them, without what it skips.
fn digits(text: &str) -> Option<String> {
    let plain = without_decoration(text)?;
    let (sign, digits) = match plain.split_at_checked(1) {
        Some(("-", digits)) => ("-", digits),
        Some(("+", digits)) => ("", digits),
        _ => ("", &*plain),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match digits.trim_start_matches('0') {
        "" => Some("0".to_owned()),
        digits => Some(format!("{sign}{digits}")),
    }
}

macro_rules! numbers {
    ($($method:ident, $visit:ident, $read:ident;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            visitor.$visit(self.$read()?)
        }
    )*};
}

macro_rules! composites {
    ($($method:ident($($argument:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Mismatch> {
            Err(match self {
                Self::Composite => Mismatch::Composite,
                _ => self.expected("a composite (`c|`, `m|`)"),
            })
        }
    )*};
}

impl<'de> Deserializer<'de> for ScalarReader<'_> {
    type Error = Mismatch;

    numbers! {
        deserialize_i8, visit_i8, integer;
        deserialize_i16, visit_i16, integer;
        deserialize_i32, visit_i32, integer;
        deserialize_i64, visit_i64, integer;
        deserialize_i128, visit_i128, integer;
        deserialize_u8, visit_u8, integer;
        deserialize_u16, visit_u16, integer;
        deserialize_u32, visit_u32, integer;
        deserialize_u64, visit_u64, integer;
        deserialize_u128, visit_u128, integer;
        deserialize_f32, visit_f32, float;
        deserialize_f64, visit_f64, float;
        deserialize_bool, visit_bool, bool;
        deserialize_str, visit_str, text;
        deserialize_string, visit_str, text;
        deserialize_identifier, visit_str, text;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Self::Integer(_) => match self.integer::<u64>() {
                Ok(value) => visitor.visit_u64(value),
                Err(_) => visitor.visit_i64(self.integer()?),
            },
            Self::Float(_) => visitor.visit_f64(self.float()?),
            Self::Text(text) => visitor.visit_str(text),
            Self::Bool(_) => visitor.visit_bool(self.bool()?),
            Self::Composite => Err(Mismatch::Composite),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let mut characters = self.text()?.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => visitor.visit_char(character),
            _ => Err(Mismatch::Because("it is text (`s|`) of another length than one character".to_owned())),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    /// What is a scalar is there.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Self::Composite => Err(Mismatch::Composite),
            _ => visitor.visit_some(self),
        }
    }

    /// Text is the name of a variant without contents.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self {
            Self::Text(_) => visitor.visit_enum(NamedVariant(self)),
            Self::Composite => Err(Mismatch::Composite),
            _ => Err(self.expected("an enum")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    composites! {
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_unit();
        deserialize_unit_struct(&'static str);
        deserialize_seq();
        deserialize_tuple(usize);
        deserialize_tuple_struct(&'static str, usize);
        deserialize_map();
        deserialize_struct(&'static str, &'static [&'static str]);
    }

    /// As it was written.
    fn is_human_readable(&self) -> bool {
        true
    }
}

/// The variant that a text names.
struct NamedVariant<'a>(ScalarReader<'a>);

impl<'de> EnumAccess<'de> for NamedVariant<'_> {
    type Error = Mismatch;
    type Variant = NoContents;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, NoContents), Mismatch> {
        Ok((seed.deserialize(self.0)?, NoContents))
    }
}

/// What a variant holds that is only named.
struct NoContents;

impl NoContents {
    fn missing<T>() -> Result<T, Mismatch> {
        Err(Mismatch::Because("it is text (`s|`) that names a variant which holds something".to_owned()))
    }
}

impl<'de> VariantAccess<'de> for NoContents {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Mismatch> {
        Self::missing()
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Mismatch> {
        Self::missing()
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Mismatch> {
        Self::missing()
    }
}
