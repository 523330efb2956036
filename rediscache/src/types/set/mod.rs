//! The typed set.

mod combine;
mod many;
mod one;
mod scan;
mod window;

use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

pub use scan::SetScan;

use super::declaration::Declaration;
use super::declare::{Clearing, RedisObject, RedisReadableObject};
use super::info::ObjectInfo;
use super::object::Object;
use super::operation::Operation;
use super::shared::shared_methods;
use super::window::{ObjectWindow, Window};
use crate::bounds::Key;
use crate::codec::{Codec, Typestring};
use crate::error::Result;
use crate::record::{ObjectKind, ObjectTypes};
use crate::session::RedisSession;
use crate::store::SET;

/// A typed set over one Redis set: each member is in it once, or not at all.
///
/// A set is a name, as a [`RedisCache`](crate::RedisCache) is: it holds no data and no connection, and clones, and other sets
/// of the same name, see the same members.
///
/// Members are what keys of caches are: `Eq` and `Hash`, and stored in the form of keys, since their bytes say which of them are
/// equal. So they have no older types: `from` and `version` are for values.
///
/// Beside the errors that each method names, all of them can fail as those of a [`RedisCache`](crate::RedisCache).
///
/// # Redis
///
/// One set at `{global}.{namespace}`, members in the form that the codec gives to keys: see [`Typestring`]. The set exists while
/// it has members. Its expiry, if set, is that of the whole. What the namespace holds is put on record behind the first write.
///
/// # Examples
///
/// ```
/// use rediscache::{RedisNamespaced, RedisSession, RedisSet};
///
/// #[derive(RedisNamespaced)]
/// struct Site {
///     visitors: RedisSet<String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// RedisSession::in_memory().install();
/// Site::visitors().add("ada").await?;
/// Site::visitors().add("ada").await?;
/// assert_eq!(Site::visitors().len().await?, 1);
/// # Ok(())
/// # }
/// ```
pub struct RedisSet<T, C = Typestring> {
    object: Object,
    types: PhantomData<fn() -> (T, C)>,
}

impl<T, C> RedisSet<T, C> {
    const fn over(object: Object) -> Self {
        Self { object, types: PhantomData }
    }
}

impl<T: Key, C: Codec> RedisSet<T, C> {
    const TYPES: &'static ObjectTypes = &ObjectTypes::of_set::<T, C>(ObjectKind::Set);

    shared_methods!(
        SET,
        "RedisSet",
        "<String>",
        "add(\"ada\")",
        "all members",
        |at| async move { at.store()?.keys().clear(&at.key, SET).await },
        "all members"
    );

    /// Takes a member that cannot be read for absent, instead of failing with [`Decode`](crate::ErrorKind::Decode).
    ///
    /// Whatever gives out members leaves it out; it stays stored, and [`len`](Self::len) counts it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{RedisSession, RedisSet};
    ///
    /// static NUMBERS: RedisSet<u64> = RedisSet::new("numbers").unreadable_as_absent();
    ///
    /// let session = RedisSession::in_memory();
    /// RedisSet::<String>::new("numbers").on(&session).add("many").await?;
    /// assert_eq!(NUMBERS.on(&session).members().await?, [0; 0]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn unreadable_as_absent(mut self) -> Self {
        self.object.unreadable_is_absent = true;
        self
    }

    /// How many members there are; 0 where nothing is stored.
    ///
    /// Those that cannot be read count too.
    ///
    /// # Redis
    ///
    /// One round trip, constant time: `SCARD`.
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
    /// # use rediscache::{RedisSet, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisSet::<String>::new("names").on(&session);
    /// names.add_many(["ada", "bob", "ada"]).await?;
    /// assert_eq!(names.len().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn len(&self) -> Operation<u64> {
        Operation::reading(&self.object, "len", |at| async move { at.store()?.sets().len(&at.key).await })
    }
    /// Whether there are no members.
    ///
    /// # Redis
    ///
    /// One round trip, constant time: `SCARD`.
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
    /// # use rediscache::{RedisSet, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisSet::<String>::new("names").on(&session);
    /// assert!(names.is_empty().await?);
    /// names.add("ada").await?;
    /// assert!(!names.is_empty().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_empty(&self) -> Operation<bool> {
        Operation::reading(
            &self.object,
            "is_empty",
            |at| async move { Ok(at.store()?.sets().len(&at.key).await? == 0) },
        )
    }
}

impl<T: Key, C: Codec> RedisObject for RedisSet<T, C> {
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

impl<T: Key, C: Codec> RedisReadableObject for RedisSet<T, C> {
    fn unreadable_as_absent(self) -> Self {
        Self::unreadable_as_absent(self)
    }
}

impl<T, C> Clone for RedisSet<T, C> {
    fn clone(&self) -> Self {
        Self::over(self.object.clone())
    }
}

impl<T, C> fmt::Debug for RedisSet<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisSet");
        self.object.show(&mut shown);
        shown.finish_non_exhaustive()
    }
}
