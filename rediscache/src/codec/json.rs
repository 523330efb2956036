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
/// that comparisons need ordered ones. Arrays and objects nest by 127 levels at the most. JSON has no form for infinity and
/// NaN: they become `null`, which reads back as `None` where that may be, and is refused where it cannot be read.
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

    /// `null` stands for infinity and NaN, too, which no float is read from.
    fn may_be_unreadable(stored: &[u8]) -> bool {
        stored.windows(NULL.len()).any(|part| part == NULL)
    }

    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
        let start = out.len();
        serde_json::to_writer(&mut *out, value).map_err(|error| described(&error))?;
        if out.get(start..).is_some_and(is_too_deep) { Err(TOO_DEEP.into()) } else { Ok(()) }
    }

    fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, CodecError> {
        serde_json::from_slice(stored).map_err(|error| described(&error))
    }
}

const NULL: &[u8] = b"null";

/// How deep arrays and objects may nest: `serde_json` reads no deeper.
const DEEPEST: usize = 127;

const TOO_DEEP: &str = "it nests deeper than 127 levels, and JSON is read no deeper";

/// Whether compact JSON nests too deep.
fn is_too_deep(json: &[u8]) -> bool {
    let opens = |byte: &u8| matches!(byte, b'[' | b'{');
    // Most have fewer at all, and counting them is quicker.
    if json.iter().filter(|byte| opens(byte)).count() <= DEEPEST {
        return false;
    }
    let (mut depth, mut in_text, mut bytes) = (0_usize, false, json.iter());
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_text = !in_text,
            b'\\' => drop(bytes.next()),
            _ if in_text => {}
            b']' | b'}' => depth = depth.saturating_sub(1),
            byte if opens(byte) => depth += 1,
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

/// What went wrong and where, without serde_json's own text, which quotes the value.
fn described(error: &serde_json::Error) -> CodecError {
    let what = match error.classify() {
        // It has no kind of its own.
        serde_json::error::Category::Syntax if error.to_string().starts_with("recursion limit") => {
            "JSON that nests deeper than 127 levels"
        }
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
