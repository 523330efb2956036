//! The typed dict.

mod reads;
mod scan;
mod window;

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

pub use scan::Scan;

use super::declaration::Declaration;
use super::declare::{
    Clearing, RedisFieldsObject, RedisNearObject, RedisObject, RedisReadableObject, RedisVersionedObject,
};
use super::info::ObjectInfo;
use super::object::{Object, Target};
use super::operation::Operation;
use super::shared::shared_methods;
use super::step::EntryRef;
use super::value::{Encoded, EncodedEntry, PackedPairs, encode_entry, encode_value, pack_keys, pack_pairs};
use super::versions::version_methods;
use super::window::{ObjectWindow, Window};
use crate::bounds::{Key, NearValue, Value};
use crate::codec::{Codec, EncodedKey, OlderTypes, ShapedCodec, Typestring, decode_owned, encode, is_same_form};
use crate::error::{ErrorKind, Result};
use crate::lend::{Give, Lend};
use crate::near::{Mode, Near, NearStats};
use crate::number::Number;
use crate::record::{ObjectKind, ObjectTypes};
use crate::session::{CacheSection, RedisSession};
use crate::store::{Compared, HASH, Increment};
use reads::Reads;

/// A typed dict over one Redis hash.
///
/// A cache is a name: it holds no data and no connection, costs nothing to make, and finds the session in force at each
/// use. Clones, and other caches of the same name, see the same data.
///
/// Every method gives an [`Operation`], a future that owns what it needs; nothing happens until it is awaited. Beside
/// the errors that each names, all of them can fail with [`NotInitialized`](crate::ErrorKind::NotInitialized),
/// [`Closed`](crate::ErrorKind::Closed), [`Config`](crate::ErrorKind::Config) for an unacceptable namespace,
/// [`WrongType`](crate::ErrorKind::WrongType) where the key holds something else,
/// [`Connection`](crate::ErrorKind::Connection) and [`Timeout`](crate::ErrorKind::Timeout) (the call may or may not
/// have taken effect), and [`Server`](crate::ErrorKind::Server).
///
/// # Redis
///
/// One hash at `{global}.{namespace}`, fields and values in the form that the codec gives them: see [`Typestring`].
/// The hash exists while it has entries. Its expiry, if set, is that of the whole namespace.
///
/// The first write of a struct, enum or list in a session keeps its shape first, in one or two more round trips, and the first
/// read of a shape that the session has not met looks it up, in one more: see
/// [`when_types_change`](crate::when_types_change). What the namespace holds is put on record behind the first write.
///
/// # Examples
///
/// ```
/// use rediscache::{RedisCache, RedisNamespaced, RedisSession};
///
/// #[derive(RedisNamespaced)]
/// struct Channel {
///     topics: RedisCache<u64, String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// RedisSession::in_memory().install();
/// Channel::topics().set(42, "rust").await?;
/// assert_eq!(Channel::topics().get(42).await?.as_deref(), Some("rust"));
/// # Ok(())
/// # }
/// ```
pub struct RedisCache<K, V, C = Typestring> {
    object: Object,
    /// How answers are kept in this process, if they are.
    reads: Option<Reads<V>>,
    types: Types<K, V, C>,
}

/// Holds none of them: a cache is `Send` and `Sync` whatever they are.
type Types<K, V, C> = PhantomData<fn() -> (K, V, C)>;

impl<K, V, C> RedisCache<K, V, C> {
    const fn over(object: Object) -> Self {
        Self { object, reads: None, types: PhantomData }
    }
}

impl<K: Key, V: Value, C: Codec> RedisCache<K, V, C> {
    const TYPES: &'static ObjectTypes = &ObjectTypes::of_cache::<K, V, C>(ObjectKind::Cache);

    shared_methods!(
        HASH,
        "RedisCache",
        "<u64, String>",
        "set(1, \"ada\")",
        "all entries",
        |at| async move { at.store()?.keys().clear(&at.key, HASH).await },
        "all entries"
    );
    version_methods!(V, "RedisCache", "u64, ", "");

    /// Takes a value that cannot be read for absent, instead of failing with [`Decode`](ErrorKind::Decode).
    ///
    /// For what can be made anew, such as pages. [`get`](Self::get), [`get_or`](Self::get_or), [`get_many`](Self::get_many)
    /// and [`pop`](Self::pop) find nothing there, [`replace`](Self::replace) overwrites it and tells of nothing, and
    /// [`items`](Self::items) and its kin leave it out. It stays stored until it is overwritten:
    /// [`contains`](Self::contains), [`set_if_absent`](Self::set_if_absent) and [`len`](Self::len) do not look into
    /// values.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{RedisCache, RedisSession};
    ///
    /// static COUNTS: RedisCache<u64, u64> = RedisCache::new("counts").unreadable_as_absent();
    ///
    /// let session = RedisSession::in_memory();
    /// RedisCache::<u64, String>::new("counts").on(&session).set(1, "many").await?;
    /// assert_eq!(COUNTS.on(&session).get(1).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn unreadable_as_absent(mut self) -> Self {
        self.object.unreadable_is_absent = true;
        self
    }

    /// How many entries there are; 0 where nothing is stored.
    ///
    /// Those that cannot be read count too.
    ///
    /// # Redis
    ///
    /// One round trip, constant time: `HLEN`.
    ///
    /// # Errors
    ///
    /// Those of every method; repeating helps against connection trouble, and is safe.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.update([(1, "one"), (2, "two"), (2, "zwei")]).await?;
    /// assert_eq!(names.len().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn len(&self) -> Operation<u64> {
        Operation::reading(&self.object, "len", |at| async move { at.store()?.hashes().len(&at.key).await })
    }

    /// Whether there are no entries.
    ///
    /// # Redis
    ///
    /// One round trip, constant time: `HLEN`.
    ///
    /// # Errors
    ///
    /// Those of every method; repeating helps against connection trouble, and is safe.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// assert!(names.is_empty().await?);
    /// names.set(1, "one").await?;
    /// assert!(!names.is_empty().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_empty(&self) -> Operation<bool> {
        Operation::reading(
            &self.object,
            "is_empty",
            |at| async move { Ok(at.store()?.hashes().len(&at.key).await? == 0) },
        )
    }

    /// Waits for the critical section of this namespace within this session, first come first served.
    ///
    /// For steps that no single method covers, where all writers are tasks of this process: async-rediscache's
    /// `atomic_transaction`. It does not hold off other processes; [`compare_and_set`](Self::compare_and_set) does.
    /// No other call is held up by it. Taking it twice in one task waits for ever.
    ///
    /// # Redis
    ///
    /// Sends nothing.
    ///
    /// # Errors
    ///
    /// Those of finding the session: [`NotInitialized`](ErrorKind::NotInitialized), [`Closed`](ErrorKind::Closed), and
    /// [`Config`](ErrorKind::Config) for an unacceptable namespace.
    ///
    /// # Cancel safety
    ///
    /// A dropped wait gives up its place and keeps nobody waiting.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{RedisCache, RedisSession};
    ///
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// {
    ///     let _section = names.section().await?;
    ///     let longer = names.get_or(1, "").await? + "!";
    ///     names.set(1, longer).await?;
    /// }
    /// assert_eq!(names.get(1).await?.as_deref(), Some("!"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn section(&self) -> Operation<CacheSection> {
        Operation::unbounded(&self.object, "section", |at| async move {
            at.store()?;
            let key = at.key.to_string();
            Ok(CacheSection::of(at.session.state().sections.enter(key).await))
        })
    }
}

// Parts of this module in files of their own. As modules, they would put private paths into compiler messages.
include!("entry.rs");
include!("conditional.rs");
include!("number.rs");
include!("bulk.rs");
include!("near.rs");
include!("rewrite.rs");

impl<K: Key, V: Value, C: Codec> RedisObject for RedisCache<K, V, C> {
    type Needs = ();
    type InRecord = Self;

    fn declare(declaration: Declaration) -> Self {
        Self::over(Object::declared(&declaration, Self::TYPES))
    }

    fn describe(&self, field: &'static str, declaration: Declaration) -> ObjectInfo {
        declaration.info(field, Self::TYPES, self.object.meaning)
    }

    fn clear_all(&self) -> Clearing {
        Box::pin(self.clear())
    }

    fn window(&self, session: &RedisSession, info: ObjectInfo) -> Box<dyn Window> {
        ObjectWindow::boxed(info, self.on(session))
    }
}

impl<K: Key, V: NearValue, C: Codec> RedisNearObject for RedisCache<K, V, C> {
    fn near(self, near: Near) -> Self {
        Self::near(self, near)
    }
}

impl<K: Key, V: NearValue, C: Codec> RedisFieldsObject for RedisCache<K, V, C> {}

impl<K: Key, V: Value, C: ShapedCodec> RedisVersionedObject for RedisCache<K, V, C> {
    type Value = V;

    fn version(self, version: u32) -> Self {
        Self::version(self, version)
    }

    fn from_older_versions<O: OlderTypes<V> + 'static>(self, versions: &'static [u32]) -> Self {
        Self::from_older_versions::<O>(self, versions)
    }
}

impl<K: Key, V: Value, C: Codec> RedisReadableObject for RedisCache<K, V, C> {
    fn unreadable_as_absent(self) -> Self {
        Self::unreadable_as_absent(self)
    }
}

impl<K, V, C> Clone for RedisCache<K, V, C> {
    fn clone(&self) -> Self {
        Self { object: self.object.clone(), reads: self.reads, types: PhantomData }
    }
}

impl<K, V, C> fmt::Debug for RedisCache<K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisCache");
        self.object.show(&mut shown);
        if let Some(reads) = &self.reads {
            shown.field("near", reads.near());
        }
        shown.finish_non_exhaustive()
    }
}
