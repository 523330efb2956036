//! How keys and values become bytes. Codecs know no store.

mod decoded;
mod encoded;
#[cfg(feature = "json")]
mod json;
mod readable;
mod typestring;
mod untyped;
mod value;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::number::Notation;

pub(crate) use decoded::{KnownSchema, Shapes};
pub(crate) use encoded::{EncodedKey, append, append_new, check_new, decode, decode_owned, encode};
#[cfg(feature = "json")]
pub use json::Json;
pub(crate) use readable::{from_json, key_from_json, to_json};
pub use typestring::{LeadsTo, OlderTypes, Typestring};
pub(crate) use typestring::{Meaning, MeaningId, read_untyped, shape_told};
pub use untyped::StoredValue;
pub(crate) use untyped::read_json;
pub(crate) use value::{append_value, decode_owned_value, decode_value, describe_value, fingerprint_of, is_same_form};

/// Why a codec refused; its text must not hold the key or value itself.
pub type CodecError = Box<dyn std::error::Error + Send + Sync>;

/// How keys and values are written to and read from Redis.
///
/// Equal keys must be written as equal bytes, since Redis compares those; so must equal values, for
/// [`compare_and_set`](crate::RedisCache::compare_and_set) and
/// [`compare_and_delete`](crate::RedisCache::compare_and_delete) to find them.
///
/// # Examples
///
/// ```
/// use rediscache::{Codec, CodecError, RedisCache, RedisSession};
/// use serde::{Serialize, de::DeserializeOwned};
///
/// /// JSON with every value on a line of its own.
/// struct Lines;
///
/// impl Codec for Lines {
///     fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
///         serde_json::to_writer(&mut *out, value)?;
///         out.push(b'\n');
///         Ok(())
///     }
///
///     fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, CodecError> {
///         serde_json::from_slice(stored).map_err(|_| "not a line of JSON of this type".into())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// let session = RedisSession::in_memory();
/// let points = RedisCache::<String, (i32, i32), Lines>::new("points").on(&session);
/// points.set("origin", (0, 0)).await?;
/// assert_eq!(points.get("origin").await?, Some((0, 0)));
/// # Ok(())
/// # }
/// ```
pub trait Codec: 'static {
    /// How numbers are written, for `increment` and `decrement`, which add where the number is stored.
    /// `None` makes them [`Unsupported`](crate::ErrorKind::Unsupported).
    const NUMBERS: Option<Notation> = None;

    /// Whether values are written by their shape, which is kept beside them: see [`ShapedCodec`].
    #[doc(hidden)]
    const STORES_SHAPES: bool = false;

    /// Whether `again`, which is what was read from `stored` and written anew, holds all that `stored` does.
    #[doc(hidden)]
    fn is_whole(stored: &[u8], again: &[u8]) -> bool {
        let _ = (stored, again);
        true
    }

    /// Whether what was written might not be read again, which is found out before it is stored.
    #[doc(hidden)]
    fn may_be_unreadable(stored: &[u8]) -> bool {
        let _ = stored;
        false
    }

    /// Appends the stored form of `value` to `out`.
    ///
    /// # Errors
    ///
    /// When the value has no stored form. What was appended by then is thrown away.
    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError>;

    /// Reads what [`encode`](Self::encode) wrote, or anything else: bytes come from a shared database.
    ///
    /// # Errors
    ///
    /// When the bytes are not a `T`. Must not panic, and must not allocate far beyond their length.
    fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, CodecError>;

    /// Does what [`decode`](Self::decode) does with bytes that nobody needs any more, so that a value can take their memory
    /// over.
    ///
    /// # Errors
    ///
    /// Those of `decode`.
    fn decode_owned<T: DeserializeOwned>(stored: Vec<u8>) -> Result<T, CodecError> {
        Self::decode(&stored)
    }
}

/// A codec that writes values by their shape, and so can tell older types apart: [`Typestring`].
#[diagnostic::on_unimplemented(
    message = "`from` and `version` are for caches and queues with the default codec",
    label = "this has the codec `{Self}`",
    note = "values of another codec are read as serde says: put `#[serde(from = \"Older\")]` on the type"
)]
pub trait ShapedCodec: Codec {}
