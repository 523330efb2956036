//! Families: as many of one struct's objects as there are ids, and each id's in one slot of a cluster.

mod id;
mod scan;
mod window;

use std::fmt;
use std::marker::PhantomData;

pub use id::FamilyId;
pub use scan::FamilyScan;

use super::bound::RedisBound;
use super::declare::Clearing;
use super::operation::Operation;
use super::window::Inspector;
use crate::bounds::Key;
use crate::lend::Lend;
use crate::session::RedisSession;

/// A [`RedisNamespaced`](trait@crate::RedisNamespaced) struct of which there are as many as there are ids: one with `per`.
///
/// The derive also gives the struct an `of`, an `ids` and an `on` of its own. See [`families`](crate::families) for what they do,
/// and what lies in Redis.
///
/// # Examples
///
/// What holds for every family:
///
/// ```
/// use futures_util::TryStreamExt;
/// use rediscache::{Key, RedisCache, RedisFamily, RedisNamespaced, RedisSession};
///
/// #[derive(RedisNamespaced)]
/// #[rediscache(namespace = "tenant.{}", per = "u64")]
/// struct Tenant {
///     pages: RedisCache<u64, String>,
/// }
///
/// async fn count<F: RedisFamily>(session: &RedisSession) -> rediscache::Result<usize> {
///     let ids: Vec<F::Id> = F::on(session).ids().try_collect().await?;
///     Ok(ids.len())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// let session = RedisSession::in_memory();
/// for id in [7, 8] {
///     Tenant::of(id).on(&session).pages().set(1, "welcome").await?;
/// }
/// assert_eq!(count::<Tenant>(&session).await?, 2);
/// # Ok(())
/// # }
/// ```
pub trait RedisFamily: RedisBound<Handle = BoundFamily<Self>> + Sized + 'static {
    /// What tells one of the family from the others.
    type Id: Key;

    /// The objects of one: see [`ObjectsOf`].
    type Objects: Clone + fmt::Debug + Send + Sync + 'static;

    /// The part of the struct in the names of its objects, with `{}` for the id.
    const NAMESPACE: &'static str;

    /// Makes the handle of one.
    #[doc(hidden)]
    fn objects_of(id: FamilyId) -> Self::Objects;

    /// Gives the objects of this one, in the session that is in force when they are used. Nothing is sent.
    ///
    /// An id that has no form of a key is [`Encode`](crate::ErrorKind::Encode) at use.
    fn of(id: impl Lend<Self::Id>) -> ObjectsOf<Self> {
        Self::objects_of(FamilyId::of(&id, None))
    }

    /// Streams the ids of those that hold something, in the session that is in force when it is first polled: see
    /// [`BoundFamily::ids`].
    fn ids() -> FamilyScan<Self::Id> {
        FamilyScan::new(Self::NAMESPACE, &Self::objects(), None)
    }

    /// Shows each object of this one in the order of the fields; none where the struct was not derived.
    #[doc(hidden)]
    fn inspect_one(id: &FamilyId, session: &RedisSession, inspector: &mut impl Inspector) {
        let _ = (id, session, inspector);
    }

    /// Makes all of these calls at once; the first that failed says why.
    #[doc(hidden)]
    fn clear_each(clearings: Vec<Clearing>) -> Operation<()> {
        Operation::of(async { futures_util::future::join_all(clearings).await.into_iter().collect() })
    }
}

/// The objects of one of a family: what `Tenant::of(&id)` gives, which is a `ObjectsOf<Tenant>`.
///
/// Cheap to clone. It has an accessor for each field of the struct, with the same name, visibility and docs, and two methods:
/// `on(&session)` gives the same that is bound to a session, and `clear_all()` removes all that its objects hold, as
/// [`families`](crate::families) says.
pub type ObjectsOf<T> = <T as RedisFamily>::Objects;

/// A family, bound to a session: what `Tenant::on(&session)` gives, which is a [`Bound<Tenant>`](crate::Bound).
///
/// Cheap to clone, and each clone holds the session open.
///
/// # Examples
///
/// ```
/// use rediscache::{Bound, RedisCache, RedisNamespaced, RedisSession};
///
/// #[derive(RedisNamespaced)]
/// #[rediscache(namespace = "tenant.{}", per = "String")]
/// struct Tenant {
///     pages: RedisCache<u64, String>,
/// }
///
/// async fn page(tenants: Bound<Tenant>, id: &str) -> rediscache::Result<Option<String>> {
///     tenants.of(id).pages().get(1).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// let tenants = Tenant::on(&RedisSession::in_memory());
/// tenants.of("acme").pages().set(1, "welcome").await?;
/// assert_eq!(page(tenants.clone(), "acme").await?.as_deref(), Some("welcome"));
/// assert_eq!(page(tenants, "other").await?, None);
/// # Ok(())
/// # }
/// ```
pub struct BoundFamily<T> {
    session: RedisSession,
    family: PhantomData<fn() -> T>,
}

impl<T: RedisFamily> BoundFamily<T> {
    /// For the derive.
    #[doc(hidden)]
    #[must_use]
    pub fn new(session: &RedisSession) -> Self {
        Self { session: session.clone(), family: PhantomData }
    }

    /// Gives the objects of this one, bound to the session. Nothing is sent.
    ///
    /// An id that has no form of a key is [`Encode`](crate::ErrorKind::Encode) at use.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::{RedisCache, RedisNamespaced, RedisSession};
    ///
    /// #[derive(RedisNamespaced)]
    /// #[rediscache(namespace = "tenant.{}", per = "u64")]
    /// struct Tenant {
    ///     pages: RedisCache<u64, String>,
    /// }
    ///
    /// let tenants = Tenant::on(&RedisSession::in_memory());
    /// assert_eq!(tenants.of(7).pages().namespace(), "tenant.{i|7}.pages");
    /// ```
    #[must_use]
    pub fn of(&self, id: impl Lend<T::Id>) -> ObjectsOf<T> {
        T::objects_of(FamilyId::of(&id, Some(&self.session)))
    }

    /// Streams the ids of those that hold something, each once, a page at a time.
    ///
    /// An id that is there throughout is seen; one that comes or goes may or may not be. So may one whose slot moves to another
    /// node meanwhile, or, where another server takes over, any. One that cannot be read is one `Err`, and not the end: such a key
    /// was not put there by this family. A page that cannot be fetched is one `Err` and the end.
    ///
    /// One that holds nothing is not seen. A lock is there for a day after it was last held.
    ///
    /// # Redis
    ///
    /// `SCAN` with a `COUNT` of 1,000 over all keys of the database, on a cluster of each master in turn, whatever they are: a round
    /// trip for each 1,000 of them. It holds a server for no longer than a page takes. In memory it keeps one page, and each id that
    /// was seen, in the form of its names: some 64 MB for a million of short ones.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) for an id that cannot be read. Those of every method for a page that cannot be fetched;
    /// another stream begins from the start.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing. A dropped `next()` loses no id.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use futures_util::TryStreamExt;
    /// use rediscache::{RedisCache, RedisNamespaced, RedisSession};
    ///
    /// #[derive(RedisNamespaced)]
    /// #[rediscache(namespace = "tenant.{}", per = "String")]
    /// struct Tenant {
    ///     pages: RedisCache<u64, String>,
    /// }
    ///
    /// let tenants = Tenant::on(&RedisSession::in_memory());
    /// tenants.of("acme").pages().set(1, "welcome").await?;
    /// assert_eq!(tenants.ids().try_collect::<Vec<_>>().await?, ["acme"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ids(&self) -> FamilyScan<T::Id> {
        FamilyScan::new(T::NAMESPACE, &T::objects(), Some(&self.session))
    }
}

impl<T> Clone for BoundFamily<T> {
    fn clone(&self) -> Self {
        Self { session: self.session.clone(), family: PhantomData }
    }
}

impl<T> fmt::Debug for BoundFamily<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = std::any::type_name::<T>();
        f.debug_struct("BoundFamily").field("of", &name).field("session", &self.session).finish()
    }
}
