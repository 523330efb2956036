//! The default codec: scalars as async-rediscache has them, everything else as a tagged composite.

mod by_name;
mod described;
mod header;
mod limit;
mod older;
mod positional;
mod read;
mod tag;
mod value;
mod write;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use older::OlderReader;
pub use older::{LeadsTo, OlderTypes};
pub(crate) use value::{Form, describe_value, fingerprint_of, read_value, write_value};

use self::header::Composite;
use self::read::ScalarReader;
use super::{Codec, CodecError};
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
/// | `bool` | `b\|1` |
/// | newtypes | as what they hold |
/// | everything else | `c\|`, a schema version (bincode varint, now 1), then bincode 2's standard form |
///
/// Reading is as lenient as Python's: `i|+3`, `i| 1_000 `, `f|1E5`, `b|2`. A float type also reads `i|`, since
/// Python mixes the two. Integers are exact at any size.
///
/// Types that describe themselves only while being read (`serde_json::Value`, untagged enums, flattened structs)
/// have no bincode form: use the codec `Json` for those. `HashMap` and `HashSet` values have no fixed order, so
/// comparisons need `BTreeMap` and `BTreeSet`.
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

    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
        if write::scalar(value, out)? {
            return Ok(());
        }
        header::write_described(None, out);
        described::write(value, None, out)
    }

    fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, CodecError> {
        match Composite::of(stored).transpose()? {
            None => Ok(T::deserialize(ScalarReader::new(stored)?)?),
            Some(Composite::Described { body, .. }) => by_name::read_described(body).map(|decoded| decoded.value),
            Some(Composite::Positional { .. }) => Err("it is stored by position, for a cache or queue to read".into()),
        }
    }
}
