//! The typed ranking.

mod many;
mod one;
mod scan;
mod window;

use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

pub use scan::RankingScan;

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
use crate::score::Score;
use crate::session::RedisSession;
use crate::store::SORTED_SET;

/// A typed ranking over one Redis sorted set: members in the order of their scores, such as a leaderboard.
///
/// A ranking is a name, as a [`RedisCache`](crate::RedisCache) is: it holds no data and no connection, and clones, and other
/// rankings of the same name, see the same members.
///
/// Members are what keys of caches are, and stored in the form of keys: their bytes say which of them are equal. So they have no
/// older types: `from` and `version` are for values. Scores are `f64`, or `i64` up to 2^53 either way: see [`Score`].
///
/// All that is in an order begins at the top, with the highest score, whose rank is 0. NaN is no score; the infinities are the
/// first and the last; there is one zero. Of equal scores, the one whose stored bytes are greater is above: of texts, the one
/// that comes later in the alphabet; numbers stand in the order of their digits as text, so that 9 is above 10.
///
/// Beside the errors that each method names, all of them can fail as those of a [`RedisCache`](crate::RedisCache).
///
/// # Redis
///
/// One sorted set at `{global}.{namespace}`, members in the form that the codec gives to keys: see [`Typestring`]. It exists while
/// it has members. Its expiry, if set, is that of the whole. What the namespace holds is put on record behind the first write.
///
/// # Examples
///
/// ```
/// use rediscache::{RedisNamespaced, RedisRanking, RedisSession};
///
/// #[derive(RedisNamespaced)]
/// struct Game {
///     points: RedisRanking<String, i64>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// RedisSession::in_memory().install();
/// Game::points().increment("ada", 30).await?;
/// Game::points().increment("bob", 40).await?;
/// assert_eq!(Game::points().top(1).await?, [("bob".to_owned(), 40)]);
/// assert_eq!(Game::points().rank("ada").await?, Some(1));
/// # Ok(())
/// # }
/// ```
pub struct RedisRanking<T, S = f64, C = Typestring> {
    object: Object,
    types: RankedTypes<T, S, C>,
}

/// Holds none of them: a ranking is `Send` and `Sync` whatever they are.
type RankedTypes<T, S, C> = PhantomData<fn() -> (T, S, C)>;

impl<T, S, C> RedisRanking<T, S, C> {
    const fn over(object: Object) -> Self {
        Self { object, types: PhantomData }
    }
}

impl<T: Key, S: Score, C: Codec> RedisRanking<T, S, C> {
    const TYPES: &'static ObjectTypes = &ObjectTypes::of_ranking::<T, S, C>(ObjectKind::Ranking);

    shared_methods!(
        SORTED_SET,
        "RedisRanking",
        "<String>",
        "set(\"ada\", 7.0)",
        "all members",
        |at| async move { at.store()?.keys().clear(&at.key, SORTED_SET).await },
        "all members"
    );

    /// Takes a member that cannot be read, or whose score cannot, for absent, instead of failing with
    /// [`Decode`](crate::ErrorKind::Decode).
    ///
    /// Whatever gives out members leaves it out, so that [`top`](Self::top) may give fewer; it stays stored and has its
    /// [`rank`](Self::rank), and [`len`](Self::len) counts it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{RedisRanking, RedisSession};
    ///
    /// static POINTS: RedisRanking<u64> = RedisRanking::new("points").unreadable_as_absent();
    ///
    /// let session = RedisSession::in_memory();
    /// RedisRanking::<String>::new("points").on(&session).set("ada", 7.0).await?;
    /// assert_eq!(POINTS.on(&session).top(10).await?, []);
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
    /// One round trip, constant time: `ZCARD`.
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
    /// # use rediscache::{RedisRanking, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let points = RedisRanking::<String>::new("points").on(&session);
    /// points.set_many([("ada", 3.0), ("bob", 7.0), ("ada", 5.0)]).await?;
    /// assert_eq!(points.len().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn len(&self) -> Operation<u64> {
        Operation::reading(&self.object, "len", |at| async move { at.store()?.rankings().len(&at.key).await })
    }
    /// Whether there are no members.
    ///
    /// # Redis
    ///
    /// One round trip, constant time: `ZCARD`.
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
    /// # use rediscache::{RedisRanking, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let points = RedisRanking::<String>::new("points").on(&session);
    /// assert!(points.is_empty().await?);
    /// points.set("ada", 3.0).await?;
    /// assert!(!points.is_empty().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_empty(&self) -> Operation<bool> {
        Operation::reading(
            &self.object,
            "is_empty",
            |at| async move { Ok(at.store()?.rankings().len(&at.key).await? == 0) },
        )
    }
}

impl<T: Key, S: Score, C: Codec> RedisObject for RedisRanking<T, S, C> {
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

impl<T: Key, S: Score, C: Codec> RedisReadableObject for RedisRanking<T, S, C> {
    fn unreadable_as_absent(self) -> Self {
        Self::unreadable_as_absent(self)
    }
}

impl<T, S, C> Clone for RedisRanking<T, S, C> {
    fn clone(&self) -> Self {
        Self::over(self.object.clone())
    }
}

impl<T, S, C> fmt::Debug for RedisRanking<T, S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisRanking");
        self.object.show(&mut shown);
        shown.finish_non_exhaustive()
    }
}
