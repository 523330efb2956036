//! The codec of plain JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Codec, CodecError};
use crate::number::Notation;

/// Keys and values as plain JSON, for namespaces that other languages read.
///
/// # Redis
///
/// The stored form is `serde_json`'s compact text: `42`, `"text"`, `{"a":1}`. Maps keep the order of their type, so
/// that comparisons need ordered ones. JSON has no form for infinity and NaN: they become `null`, which reads back as
/// `None` and not as a float.
///
/// # Examples
///
/// ```
/// use rediscache::{Json, RedisCache, RedisSession};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// let session = RedisSession::in_memory();
/// let tags = RedisCache::<u64, Vec<String>, Json>::new("tags").on(&session);
/// tags.set(1, vec!["new".to_owned()]).await?;
/// assert_eq!(tags.get(1).await?, Some(vec!["new".to_owned()]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Json;

impl Codec for Json {
    const NUMBERS: Option<Notation> = Some(Notation { integer: "", float: "" });

    /// What a type drops is a field of an object, somewhere.
    fn is_whole(stored: &[u8], again: &[u8]) -> bool {
        let parse = |json| serde_json::from_slice::<serde_json::Value>(json);
        match (parse(stored), parse(again)) {
            (Ok(stored), Ok(again)) => holds(&again, &stored),
            _ => false,
        }
    }

    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
        serde_json::to_writer(out, value).map_err(|error| described(&error))
    }

    fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, CodecError> {
        serde_json::from_slice(stored).map_err(|error| described(&error))
    }
}

/// What went wrong and where, without serde_json's own text, which quotes the value.
fn described(error: &serde_json::Error) -> CodecError {
    let what = match error.classify() {
        serde_json::error::Category::Io => "cannot be written",
        serde_json::error::Category::Syntax => "not JSON",
        serde_json::error::Category::Data => "JSON of another type",
        serde_json::error::Category::Eof => "JSON that ends too early",
    };
    format!("{what}, at line {} column {}", error.line(), error.column()).into()
}

/// Whether one has all fields of the other, in all depths.
fn holds(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Object};
    match (one, other) {
        (Object(one), Object(other)) => {
            other.iter().all(|(name, other)| one.get(name).map_or(other.is_null(), |one| holds(one, other)))
        }
        (Array(one), Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| holds(one, other))
        }
        (Object(_) | Array(_), _) | (_, Object(_) | Array(_)) => false,
        _ => true,
    }
}
