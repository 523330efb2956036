//! Values that take over the memory of what was stored: text and bytes.

use std::any::{Any, TypeId};
use std::string::FromUtf8Error;

use bincode::config::standard;
use serde::de::{Deserializer, Visitor};

use super::header::Composite;
use super::meaning::Meaning;
use super::read::{Mismatch, ScalarReader};
use super::tag;
use crate::bounds::Value;
use crate::codec::decoded::Shapes;
use crate::shape::Schema;

/// A stored text, without its tag.
pub(super) struct OwnedText(String);

impl OwnedText {
    /// Gives the bytes back where they are no text.
    #[inline]
    pub(super) fn of(stored: Vec<u8>) -> Result<Self, Vec<u8>> {
        if !stored.starts_with(tag::TEXT.as_bytes()) {
            return Err(stored);
        }
        let mut text = String::from_utf8(stored).map_err(FromUtf8Error::into_bytes)?;
        text.drain(..tag::TEXT.len());
        Ok(Self(text))
    }
}

/// A `Vec<u8>` that was stored by position; gives the bytes back where they are something else.
pub(super) fn bytes<T: Value>(mut stored: Vec<u8>, meaning: &Meaning, shapes: &dyn Shapes) -> Result<T, Vec<u8>> {
    let Some(start) = start_of_bytes::<T>(&stored, meaning, shapes) else { return Err(stored) };
    stored.drain(..start);
    let value: Box<dyn Any> = Box::new(stored);
    value.downcast().map(|value| *value).map_err(|value| value.downcast().map(|stored| *stored).unwrap_or_default())
}

/// Where the bytes themselves begin, if that is what is stored, and to the end.
fn start_of_bytes<T: Value>(stored: &[u8], meaning: &Meaning, shapes: &dyn Shapes) -> Option<usize> {
    if TypeId::of::<T>() != TypeId::of::<Vec<u8>>() {
        return None;
    }
    let Some(Ok(Composite::Positional { fingerprint, body })) = Composite::of(stored) else { return None };
    shapes.find(fingerprint).filter(|schema| schema.is(Schema::of::<T>(meaning.version)))?;
    let (length, used): (usize, usize) = bincode::decode_from_slice(body, standard()).ok()?;
    let left = body.len().checked_sub(used)?;
    (left == length).then(|| stored.len() - left)
}

/// All but text itself is read as from borrowed text.
macro_rules! as_borrowed {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Mismatch> {
            ScalarReader::Text(&self.0).$method($($argument,)* visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for OwnedText {
    type Error = Mismatch;

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_string(self.0)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_string(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    /// What is a scalar is there.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_some(self)
    }

    as_borrowed! {
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }

    /// As it was written.
    fn is_human_readable(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::{read_owned_value, read_value};
    use super::*;
    use crate::codec::decoded::KnownSchema;
    use crate::codec::{Codec, Typestring, append_value};
    use crate::shape::FIRST_VERSION;

    #[derive(Clone, Debug, PartialEq, serde::Serialize, Deserialize)]
    enum Colour {
        Red,
    }

    #[derive(Clone, Debug, PartialEq, serde::Serialize, Deserialize)]
    struct Name(String);

    fn stored<T: Value + Clone>(value: &T) -> (Vec<u8>, Option<KnownSchema>) {
        let mut stored = Vec::new();
        let schema = append_value::<Typestring, T>(value, FIRST_VERSION, &mut stored).expect("it has a form");
        (stored, schema.map(KnownSchema::Own))
    }

    #[test]
    fn text_and_bytes_keep_their_memory() {
        let (text, shapes) = stored(&"text".to_owned());
        let at = text.as_ptr();
        let read: String = read_owned_value(text, &Meaning::new(), &shapes).expect("it is text").value;
        assert_eq!((read.as_str(), read.as_ptr()), ("text", at));

        let (bytes, shapes) = stored(&vec![7_u8; 300]);
        let at = bytes.as_ptr();
        let read: Vec<u8> = read_owned_value(bytes, &Meaning::new(), &shapes).expect("they are bytes").value;
        assert_eq!((read.len(), read.as_ptr()), (300, at));
    }

    #[test]
    fn owned_bytes_are_read_as_borrowed_ones_are() {
        fn check<T: Value + Clone + PartialEq + std::fmt::Debug>(value: T) {
            let (stored, shapes) = stored(&value);
            for end in 0..=stored.len() {
                // What is whole, what was cut short, and what goes on.
                for bytes in
                    [stored[..end].to_vec(), [&stored[..end], b"\xff"].concat(), [&stored[..end], b"7"].concat()]
                {
                    let borrowed = read_value::<T>(&bytes, &Meaning::new(), &shapes).map(|decoded| decoded.value);
                    let owned = read_owned_value::<T>(bytes, &Meaning::new(), &shapes).map(|decoded| decoded.value);
                    assert_eq!(owned.map_err(|error| error.to_string()), borrowed.map_err(|error| error.to_string()));
                }
            }
        }
        check("text".to_owned());
        check(Name("text".to_owned()));
        check(Some("text".to_owned()));
        check(Colour::Red);
        check('c');
        check(42_u64);
        check(vec![1_u8, 2, 3]);
        check(vec!["text".to_owned()]);
        check(serde_json::Value::from("text"));
    }

    #[test]
    fn a_codec_reads_owned_keys_as_borrowed_ones() {
        assert_eq!(Typestring::decode_owned::<String>(b"s|text".to_vec()).expect("it is text"), "text");
        let refused = Typestring::decode_owned::<u64>(b"s|text".to_vec()).expect_err("it is no integer");
        assert_eq!(
            refused.to_string(),
            Typestring::decode::<u64>(b"s|text").expect_err("it is no integer").to_string()
        );
    }
}
