//! JSON in which maps may be lists of pairs, and floats names.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

pub(super) struct Lenient {
    value: Value,
    /// Whether it is the name of a field of an object, which is text whatever the key is.
    is_name: bool,
}

impl Lenient {
    pub(super) fn of(value: Value) -> Self {
        Self { value, is_name: false }
    }

    fn name(text: String) -> Self {
        Self { value: Value::String(text), is_name: true }
    }

    /// The keys and values, where it is a list of pairs.
    fn pairs(parts: Vec<Value>) -> Result<Vec<(Self, Self)>, Vec<Value>> {
        if !parts.iter().all(|part| part.as_array().is_some_and(|pair| pair.len() == 2)) {
            return Err(parts);
        }
        let pair = |part| match part {
            Value::Array(pair) => <[Value; 2]>::try_from(pair).ok(),
            _ => None,
        };
        let pairs = parts.into_iter().filter_map(pair);
        Ok(pairs.map(|[key, value]| (Self::of(key), Self::of(value))).collect())
    }
}

impl IntoDeserializer<'_, Error> for Lenient {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Numbers, which are text in the names of fields.
macro_rules! numbers {
    ($($method:ident: $number:ty => $visit:ident;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.value {
                Value::String(text) if self.is_name => match text.parse::<$number>() {
                    Ok(number) => visitor.$visit(number),
                    Err(_) => visitor.visit_string(text),
                },
                value => value.$method(visitor),
            }
        }
    )*};
}

/// Floats, of which some are no numbers.
macro_rules! floats {
    ($($method:ident: $number:ty => $visit:ident;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match &self.value {
                Value::String(name) => match name.parse::<$number>() {
                    Ok(number) if self.is_name || !number.is_finite() => visitor.$visit(number),
                    _ => self.value.$method(visitor),
                },
                _ => self.value.$method(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Lenient {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Array(parts) => {
                let mut parts = SeqDeserializer::new(parts.into_iter().map(Self::of));
                let value = visitor.visit_seq(&mut parts)?;
                parts.end()?;
                Ok(value)
            }
            Value::Object(fields) => {
                let mut fields =
                    MapDeserializer::new(fields.into_iter().map(|(name, value)| (Self::name(name), Self::of(value))));
                let value = visitor.visit_map(&mut fields)?;
                fields.end()?;
                Ok(value)
            }
            value => value.deserialize_any(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Array(parts) => match Self::pairs(parts) {
                Ok(pairs) => visitor.visit_map(MapDeserializer::new(pairs.into_iter())),
                Err(parts) => Value::Array(parts).deserialize_map(visitor),
            },
            value => Self { value, ..self }.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::Object(fields) if fields.len() == 1 => {
                let fields = fields.into_iter().map(|(name, value)| (name, Self::of(value)));
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(fields)))
            }
            value => value.deserialize_enum(name, variants, visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.value {
            Value::String(text) if self.is_name && text == "true" => visitor.visit_bool(true),
            Value::String(text) if self.is_name && text == "false" => visitor.visit_bool(false),
            _ => self.value.deserialize_bool(visitor),
        }
    }

    numbers! {
        deserialize_i8: i8 => visit_i8;
        deserialize_i16: i16 => visit_i16;
        deserialize_i32: i32 => visit_i32;
        deserialize_i64: i64 => visit_i64;
        deserialize_i128: i128 => visit_i128;
        deserialize_u8: u8 => visit_u8;
        deserialize_u16: u16 => visit_u16;
        deserialize_u32: u32 => visit_u32;
        deserialize_u64: u64 => visit_u64;
        deserialize_u128: u128 => visit_u128;
    }

    floats! {
        deserialize_f32: f32 => visit_f32;
        deserialize_f64: f64 => visit_f64;
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct struct identifier ignored_any
    }
}
