//! What the driver answers, taken apart into bytes that are ours: no byte is copied, and nothing is collected twice.
//!
//! The only place where the driver's bulk strings become values that stores give out in numbers.

use redis::Value;

use crate::error::Result;
use crate::refusal;

/// A bulk string that is always there.
pub(crate) fn bytes(answer: Value) -> Result<Vec<u8>> {
    match answer {
        Value::BulkString(bytes) => Ok(bytes),
        _ => Err(refusal::unexpected()),
    }
}

/// A bulk string, or nothing.
pub(crate) fn bytes_if_any(answer: Value) -> Result<Option<Vec<u8>>> {
    match answer {
        Value::Nil => Ok(None),
        answer => bytes(answer).map(Some),
    }
}

/// A list of what `one` takes apart.
pub(crate) fn list<T>(answer: Value, one: fn(Value) -> Result<T>) -> Result<Vec<T>> {
    match answer {
        Value::Array(answers) => answers.into_iter().map(one).collect(),
        _ => Err(refusal::unexpected()),
    }
}

/// So many bulk strings, each of which may be nothing.
pub(crate) fn values(answer: Value, count: usize) -> Result<Vec<Option<Vec<u8>>>> {
    let values = list(answer, bytes_if_any)?;
    if values.len() == count { Ok(values) } else { Err(refusal::unexpected()) }
}

/// Bulk strings in pairs: a map, and in RESP2 a list in which they alternate.
pub(crate) fn pairs(answer: Value) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    match answer {
        Value::Map(pairs) => pairs.into_iter().map(|(first, second)| Ok((bytes(first)?, bytes(second)?))).collect(),
        Value::Array(parts) => {
            let (mut pairs, mut parts) = (Vec::with_capacity(parts.len() / 2), parts.into_iter());
            while let Some(first) = parts.next() {
                pairs.push((bytes(first)?, parts.next().map_or_else(|| Err(refusal::unexpected()), bytes)?));
            }
            Ok(pairs)
        }
        _ => Err(refusal::unexpected()),
    }
}
