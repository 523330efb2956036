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

/// A list of what `one` takes apart; in RESP3, some are sets.
pub(crate) fn list<T>(answer: Value, one: fn(Value) -> Result<T>) -> Result<Vec<T>> {
    match answer {
        Value::Array(answers) | Value::Set(answers) => answers.into_iter().map(one).collect(),
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

/// A cursor and what comes with it: one page of a scan. No cursor after the last.
pub(crate) fn page(answer: Value) -> Result<(Option<Vec<u8>>, Value)> {
    let mut parts = match answer {
        Value::Array(parts) => parts.into_iter(),
        _ => return Err(refusal::unexpected()),
    };
    let (Some(cursor), Some(found), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(refusal::unexpected());
    };
    let cursor = bytes(cursor)?;
    Ok(((cursor != b"0").then_some(cursor), found))
}

/// Names with their scores, in pairs or in turn. A score is a text where it is no number.
pub(crate) fn scored(answer: Value) -> Result<Vec<(Vec<u8>, f64)>> {
    let Value::Array(parts) = answer else { return Err(refusal::unexpected()) };
    let (mut scored, mut parts) = (Vec::with_capacity(parts.len()), parts.into_iter());
    while let Some(first) = parts.next() {
        let (name, number) = match first {
            Value::Array(pair) => {
                let mut pair = pair.into_iter();
                (pair.next(), pair.next())
            }
            name => (Some(name), parts.next()),
        };
        let (Some(name), Some(number)) = (name, number) else { return Err(refusal::unexpected()) };
        scored.push((bytes(name)?, score(number)?));
    }
    Ok(scored)
}

/// A score, of which there are no two zeros.
pub(crate) fn score(answer: Value) -> Result<f64> {
    let score: Option<f64> = match answer {
        Value::Double(score) => Some(score),
        Value::BulkString(text) => str::from_utf8(&text).ok().and_then(|text| text.parse().ok()),
        _ => None,
    };
    score.filter(|score| !score.is_nan()).map(|score| score + 0.0).ok_or_else(refusal::unexpected)
}

/// A score, or none.
pub(crate) fn score_if_any(answer: Value) -> Result<Option<f64>> {
    match answer {
        Value::Nil => Ok(None),
        answer => score(answer).map(Some),
    }
}
