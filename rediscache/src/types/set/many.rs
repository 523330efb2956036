//! Many members at once.

use super::RedisSet;
use crate::bounds::Key;
use crate::codec::Codec;
use crate::error::Result;
use crate::lend::Lend;
use crate::types::member::pack_members;
use crate::types::object::Target;
use crate::types::operation::Operation;
use crate::types::value::pack_keys;

impl<T: Key, C: Codec> RedisSet<T, C> {
    /// Puts all in; how many were not there before. One given twice counts once, and nothing happens when there are none.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: one `SADD` of all. The server does nothing else meanwhile, about 0.2 ms for 1,000 members;
    /// give it millions in batches. None when there are no members.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them; then none is in. Repeated after a
    /// lost answer, it may count fewer.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or none are in.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSet, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisSet::<String>::new("names").on(&session);
    /// assert_eq!(names.add_many(["ada", "bob", "ada"]).await?, 2);
    /// assert_eq!(names.add_many(["bob", "eve"]).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_many<A: Lend<T>>(&self, members: impl IntoIterator<Item = A>) -> Operation<u64> {
        let members = pack_members::<C, T, _>(members);
        Operation::new(&self.object, "add_many", |at| async move {
            let (members, store) = (members?, at.store()?);
            if members.is_empty() {
                return Ok(0);
            }
            at.note_write(store);
            store.sets().add_many(&at.key, &members).await
        })
    }
    /// Takes all out; how many were there. One given twice counts once.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `SREM`. None when there are no members.
    ///
    /// # Errors
    ///
    /// Those of every method. Repeated after a lost answer, it may count fewer.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or none are out.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSet, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisSet::<String>::new("names").on(&session);
    /// names.add_many(["ada", "bob"]).await?;
    /// assert_eq!(names.remove_many(["bob", "eve"]).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove_many<A: Lend<T>>(&self, members: impl IntoIterator<Item = A>) -> Operation<u64> {
        let members = pack_keys::<C, T, _>(members);
        Operation::new(&self.object, "remove_many", |at| async move {
            let (members, store) = (members?, at.store()?);
            if members.is_empty() { Ok(0) } else { store.sets().remove_many(&at.key, &members).await }
        })
    }
    /// Whether each is there, in their order.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `SMISMEMBER`. None when there are no members.
    ///
    /// # Errors
    ///
    /// Those of every method; repeating is safe.
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
    /// names.add("ada").await?;
    /// assert_eq!(names.contains_many(["bob", "ada"]).await?, [false, true]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn contains_many<A: Lend<T>>(&self, members: impl IntoIterator<Item = A>) -> Operation<Vec<bool>> {
        let members = pack_keys::<C, T, _>(members);
        Operation::reading(&self.object, "contains_many", |at| async move {
            let (members, store) = (members?, at.store()?);
            if members.is_empty() { Ok(Vec::new()) } else { store.sets().contains_many(&at.key, &members).await }
        })
    }
    /// Puts these in the place of all there was, expiry included. With none, as [`clear`](Self::clear).
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `UNLINK` and `SADD`, whatever the size. All members go in one request, and the
    /// server does nothing else while it puts them in, about 0.5 s for a million: where that is too long, fill a set of
    /// another name by [`add_many`](Self::add_many) in batches.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them; then nothing is changed. Safe to
    /// repeat.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or nothing is replaced.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSet, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisSet::<String>::new("names").on(&session);
    /// names.add("ada").await?;
    /// names.replace_all(["bob"]).await?;
    /// assert_eq!(names.members().await?, ["bob"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn replace_all<A: Lend<T>>(&self, members: impl IntoIterator<Item = A>) -> Operation<()> {
        let members = pack_members::<C, T, _>(members);
        Operation::new(&self.object, "replace_all", |at| async move {
            let (members, store) = (members?, at.store()?);
            at.note_write(store);
            store.sets().replace_all(&at.key, &members).await
        })
    }
    /// Reads all members, in no order, into memory; none where nothing is stored.
    ///
    /// For large sets see [`scan`](Self::scan).
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `SMEMBERS`. The server does nothing else meanwhile.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when one of the members cannot be read as a `T`; it is left where it is.
    /// [`scan`](Self::scan) goes on after such a one.
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
    /// names.add_many(["ada", "bob"]).await?;
    /// let mut all = names.members().await?;
    /// all.sort();
    /// assert_eq!(all, ["ada", "bob"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn members(&self) -> Operation<Vec<T>> {
        Operation::reading(&self.object, "members", |at| async move {
            let stored = at.store()?.sets().members(&at.key).await?;
            at.read_members::<T, C>(stored)
        })
    }
    /// Takes a member out and returns it; `None` where there is none.
    ///
    /// Which one is left to chance. Of several callers at once, each gets another.
    ///
    /// # Redis
    ///
    /// Two round trips: `SRANDMEMBER`, and `SREM` of that one; both again when somebody else took it meanwhile. One where
    /// there is none. It is read before it is taken out, so that one that cannot be read stays. The embedded store takes a
    /// time that grows with the set.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when the one that was met cannot be read as a `T`; it is left where it is, and
    /// another call is likely to meet another. After a lost answer the member may be gone.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, it may have taken a member out, which is lost then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSet, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisSet::<String>::new("names").on(&session);
    /// names.add("ada").await?;
    /// assert_eq!(names.pop().await?.as_deref(), Some("ada"));
    /// assert_eq!(names.pop().await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn pop(&self) -> Operation<Option<T>> {
        Operation::new(&self.object, "pop", |at| async move {
            let store = at.store()?;
            while let Some(stored) = store.sets().random(&at.key).await? {
                if at.read_member::<T, C>(stored.clone())?.is_none() {
                    return Box::pin(first_readable::<T, C>(&at, true)).await;
                }
                if store.sets().remove(&at.key, &stored).await? {
                    return at.read_member::<T, C>(stored);
                }
            }
            Ok(None)
        })
    }
    /// Reads a member, each as likely as any other; `None` where there is none.
    ///
    /// # Redis
    ///
    /// One round trip: `SRANDMEMBER`. The embedded store takes a time that grows with the set.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when the one that was met cannot be read as a `T`.
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
    /// assert_eq!(names.random().await?, None);
    /// names.add("ada").await?;
    /// assert_eq!(names.random().await?.as_deref(), Some("ada"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn random(&self) -> Operation<Option<T>> {
        Operation::reading(&self.object, "random", |at| async move {
            let Some(stored) = at.store()?.sets().random(&at.key).await? else { return Ok(None) };
            if let Some(found) = at.read_member::<T, C>(stored)? {
                return Ok(Some(found));
            }
            Box::pin(first_readable::<T, C>(&at, false)).await
        })
    }
}

/// Looks for a member that can be read, page by page, where chance met one that cannot.
async fn first_readable<T: Key, C: Codec>(at: &Target, take: bool) -> Result<Option<T>> {
    let mut cursor = None;
    loop {
        let page = at.store()?.sets().scan(&at.key, cursor.as_deref()).await?;
        for stored in page.members {
            let is_readable = at.read_member::<T, C>(stored.clone())?.is_some();
            if is_readable && (!take || at.store()?.sets().remove(&at.key, &stored).await?) {
                return at.read_member::<T, C>(stored);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(None);
        }
    }
}
