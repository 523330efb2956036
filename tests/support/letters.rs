//! The dead letters of a queue, all at once.

use futures_util::TryStreamExt;
use rediscache::{DeadLetters, Result, Value};

/// The values of all letters, oldest first.
///
/// # Errors
///
/// When a page cannot be fetched, or a letter cannot be read.
pub async fn values<T: Value>(mut letters: DeadLetters<T>) -> Result<Vec<T>> {
    let mut values = Vec::new();
    while let Some(letter) = letters.try_next().await? {
        values.push(letter.into_value()?);
    }
    Ok(values)
}
