//! The default codec: scalars as async-rediscache has them, everything else as a tagged composite.

mod by_name;
mod checked;
mod described;
mod header;
mod limit;
mod meaning;
mod older;
mod owned;
mod positional;
mod read;
mod spot;
mod tag;
mod untyped;
mod value;
mod write;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use meaning::{Meaning, MeaningId};
pub use older::{LeadsTo, OlderTypes};
pub(crate) use untyped::{read_untyped, shape_told};
pub(crate) use value::{
    ValueForm, describe_value, fingerprint_of, is_same_form, read_owned_value, read_value, write_value,
};

use self::header::Composite;
use self::owned::OwnedText;
use self::read::ScalarReader;
use super::{Codec, CodecError, ShapedCodec};
use crate::number::Notation;

/// Keys and values as async-rediscache 0.2.0 writes them; the default.
///
/// # Redis
///
/// | Rust | stored |
/// |---|---|
/// | integers of every size | `i\|42` |
/// | floats | `f\|3.14`, as Python's `repr` |
/// | `String`, `&str`, `char` | `s\|text` |
/// | what has a text for people: addresses, dates, URLs, UUIDs | `s\|text` |
/// | variants of enums that hold nothing | `s\|Name` |
/// | `bool` | `b\|1` |
/// | newtypes | as what they hold |
/// | other values, in caches and queues | `c\|`, `02`, four bytes that tell their shape, then bincode 2's standard form |
/// | other keys, and values whose shape is not fixed | `m\|`, `02`, what is told of their shape, then MessagePack |
///
/// Reading is as lenient as Python's: `i|+3`, `i| 1_000 `, `f|1E5`, `b|2`. A float type also reads `i|`, since
/// Python mixes the two. Integers are exact at any size. Where a type may be missing (`Option`), a scalar is read as
/// one that is there.
///
/// A value by position is read by whoever finds its shape in `$shapes`, by the names of its
/// parts where that is another type's ([`when_types_change`](crate::when_types_change)); [`encode`](Codec::encode) by itself
/// writes composites with names. Integers in MessagePack take the least room, so that equal keys are equal bytes.
///
/// Values nest by 128 levels at the most. What types ask for only while being read (`serde_json::Value`, untagged
/// enums, flattened structs) takes integers of 64 bits at the most. `HashMap` and `HashSet` values have no fixed order,
/// so comparisons need `BTreeMap` and `BTreeSet`.
///
/// # Examples
///
/// ```
/// use rediscache::{Codec, Typestring};
///
/// let mut stored = Vec::new();
/// Typestring::encode(&42_u64, &mut stored).unwrap();
/// assert_eq!(stored, b"i|42");
/// assert_eq!(Typestring::decode::<f64>(b"f|1E5").unwrap(), 100_000.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Typestring;

impl Codec for Typestring {
    const NUMBERS: Option<Notation> = Some(Notation { integer: tag::INTEGER, float: tag::FLOAT });

    const STORES_SHAPES: bool = true;

    /// What describes itself is written as the type tells it, and may be read as the type asks.
    fn may_be_unreadable(stored: &[u8]) -> bool {
        stored.starts_with(tag::DESCRIBED.as_bytes())
    }

    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
        if write::scalar(value, out)? {
            return Ok(());
        }
        header::write_described(None, false, out);
        described::write(value, None, false, out)
    }

    fn decode_owned<T: DeserializeOwned>(stored: Vec<u8>) -> Result<T, CodecError> {
        match OwnedText::of(stored) {
            Ok(text) => Ok(T::deserialize(text)?),
            Err(stored) => Self::decode(&stored),
        }
    }

    fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, CodecError> {
        match Composite::of(stored).transpose()? {
            None => Ok(T::deserialize(ScalarReader::new(stored)?)?),
            Some(Composite::Described { body, is_readable, .. }) => {
                by_name::read_described(body, is_readable).map(|decoded| decoded.value)
            }
            Some(Composite::Positional { .. }) => Err("it is stored by position, for a cache or queue to read".into()),
        }
    }
}

impl ShapedCodec for Typestring {}
