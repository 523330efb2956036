//! What a loader brings, and what it says of it.

use std::time::Duration;

/// A value that a loader brought, and for how long it is to be kept.
///
/// A loader gives the value itself where it is worth what the cache says (`ttl`), and one of these where it knows better.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::convert::Infallible;
/// use std::time::Duration;
///
/// use rediscache::{Loaded, RedisSession, RedisTtlCache};
///
/// let session = RedisSession::in_memory();
/// let tokens = RedisTtlCache::<u64, String>::new("tokens", Duration::from_secs(600)).on(&session);
/// let token = tokens.get_or_load(7, || async {
///     // The one who made it out said how long it is good for.
///     Ok::<_, Infallible>(Loaded::living("secret".to_owned(), Duration::from_secs(30)))
/// });
/// assert_eq!(token.await?, "secret");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded<V> {
    pub(super) value: V,
    pub(super) worth: Worth,
}

/// How long a value is to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// As long as the cache says.
    Usual,
    For(Duration),
    /// Not at all.
    Nothing,
}

impl<V> Loaded<V> {
    /// A value that is fresh for this long, whatever the cache says; what it is kept for `stale` comes on top. Rounded up to
    /// milliseconds, and zero keeps it as [`unstored`](Self::unstored) does.
    #[must_use]
    pub const fn living(value: V, fresh: Duration) -> Self {
        Self { value, worth: if fresh.is_zero() { Worth::Nothing } else { Worth::For(fresh) } }
    }

    /// A value that is given to those who wait for it, and not stored.
    #[must_use]
    pub const fn unstored(value: V) -> Self {
        Self { value, worth: Worth::Nothing }
    }
}

impl<V> From<V> for Loaded<V> {
    fn from(value: V) -> Self {
        Self { value, worth: Worth::Usual }
    }
}
