//! A struct bound to a session as a whole.

use std::fmt;

use super::declare::RedisNamespaced;
use crate::session::RedisSession;

/// A [`RedisNamespaced`] struct that can be bound to a session as a whole; every one that is derived can.
///
/// The derive also gives the struct an `on` of its own, unless an accessor is called so, and the handle the accessors of
/// the struct.
///
/// # Examples
///
/// A handle is a state to hand around, such as that of a web server, where each request gets a clone.
///
/// ```
/// use rediscache::{Bound, RedisCache, RedisNamespaced, RedisSession};
///
/// #[derive(RedisNamespaced)]
/// struct Shop {
///     pages: RedisCache<u64, String>,
/// }
///
/// /// As web frameworks want it of their state.
/// async fn serve<S: Clone + Send + Sync + 'static, F>(state: S, handler: impl Fn(S, u64) -> F) -> F::Output
/// where
///     F: Future,
/// {
///     handler(state.clone(), 1).await
/// }
///
/// async fn page(shop: Bound<Shop>, number: u64) -> rediscache::Result<Option<String>> {
///     shop.pages().get(number).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// let session = RedisSession::in_memory();
/// let shop = Shop::on(&session);
/// shop.pages().set(1, "welcome").await?;
/// assert_eq!(serve(shop, page).await?.as_deref(), Some("welcome"));
/// # Ok(())
/// # }
/// ```
pub trait RedisBound: RedisNamespaced {
    /// The struct's objects, bound to a session: see [`Bound`].
    type Handle: Clone + fmt::Debug + Send + Sync + 'static;

    /// Makes a handle whose objects are bound to this session.
    fn on(session: &RedisSession) -> Self::Handle;
}

/// The objects of a [`RedisNamespaced`] struct, bound to a session: what `Shop::on(&session)` gives, which is a
/// `Bound<Shop>`.
///
/// Cheap to clone, and each clone holds the session open. It has an accessor for each of the struct's, with the same name,
/// visibility and docs: `shop.pages()` is `Shop::pages().on(&session)`. See [`RedisBound`] for an example.
pub type Bound<T> = <T as RedisBound>::Handle;
