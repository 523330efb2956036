//! What the windows of several kinds do in the same way.

use std::future::Future;
use std::time::{Duration, SystemTime};

use futures_util::future::try_join3;

use super::data::{Part, Shown, Summary};
use crate::bounds::Value;
use crate::codec::Codec;
use crate::error::{Error, ErrorKind, Result};
use crate::refusal::config;
use crate::store::Cursor;
use crate::types::object::Target;

/// How many entries a page has of what is counted in places.
pub(in crate::types) const PAGE: u64 = 200;

/// How much the key of an object holds, all of which is of this kind.
pub(in crate::types) async fn summary_of(
    at: &Target,
    data: &'static str,
    count: impl Future<Output = Result<u64>> + Send,
) -> Result<Summary> {
    let keys = at.store()?.keys();
    let (count, memory, left) = try_join3(count, keys.memory(&at.key), keys.expiry(&at.key, data)).await?;
    let counts = vec![(Part::Entries, count)];
    Ok(Summary { counts, memory, expires_at: end_of(left), ..Summary::default() })
}

/// Looks up the shapes that the values of a page take. Where that may not be, they say themselves that they are not known.
pub(in crate::types) async fn learn_page<V: Value, C: Codec>(
    at: &Target,
    stored: impl IntoIterator<Item: AsRef<[u8]>>,
) -> Result<()> {
    match at.learn::<V>(at.unknown_shapes::<C>(stored)).await {
        Err(error) if error.is_retryable() || error.kind() == ErrorKind::Closed => Err(error),
        _ => Ok(()),
    }
}

/// A value of which the shape was looked up.
pub(in crate::types) fn value_shown<V: Value, C: Codec>(at: &Target, is_secret: bool, stored: &[u8]) -> Shown {
    if is_secret { Shown::Secret } else { Shown::of(at.knowing_reader::<V, C>().read(stored)) }
}

/// When what has so long to live ends.
pub(in crate::types) fn end_of(left: Option<Duration>) -> Option<SystemTime> {
    left.and_then(|left| SystemTime::now().checked_add(left))
}

/// When that is, in so many milliseconds from now, or was.
pub(in crate::types) fn moment(milliseconds: i64) -> Option<SystemTime> {
    let distance = Duration::from_millis(milliseconds.unsigned_abs());
    let now = SystemTime::now();
    if milliseconds < 0 { now.checked_sub(distance) } else { now.checked_add(distance) }
}

/// The place at which a page begins.
pub(in crate::types) fn place_of(cursor: Option<&[u8]>) -> Result<u64> {
    let Some(cursor) = cursor else { return Ok(0) };
    let place = str::from_utf8(cursor).ok().and_then(|place| place.parse().ok());
    place.ok_or_else(no_cursor)
}

/// The place at which the next page begins, where this one is full.
pub(in crate::types) fn place_after(first: u64, found: usize) -> Option<Vec<u8>> {
    (found as u64 >= PAGE).then(|| (first + found as u64).to_string().into_bytes())
}

/// Where the page of a walk over keys begins.
pub(in crate::types) fn cursor_of(cursor: Option<&[u8]>) -> Result<Option<Cursor>> {
    cursor.map(|bytes| Cursor::of_bytes(bytes).ok_or_else(no_cursor)).transpose()
}

fn no_cursor() -> Error {
    config("this cursor is of no page of this object; begin without one")
}
