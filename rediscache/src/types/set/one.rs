//! One member at a time.

use super::RedisSet;
use crate::bounds::Key;
use crate::codec::{Codec, EncodedKey};
use crate::lend::Lend;
use crate::types::operation::Operation;
use crate::types::step::PlannedWrite;

impl<T: Key, C: Codec> RedisSet<T, C> {
    /// Puts `member` in; whether it was not there before.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `SADD`. Eight or more that are waited for at once leave together, in a script of `SMISMEMBER` and
    /// `SADD`, or with one `SADD` each for a user who may not run it. The expiry of the set stays.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for it. Repeated after a lost answer, it may find
    /// its own.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, it may or may not have taken effect.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSet, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisSet::<String>::new("names").on(&session);
    /// assert!(names.add("ada").await?);
    /// assert!(!names.add(String::from("ada")).await?);
    /// assert_eq!(names.len().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn add(&self, member: impl Lend<T>) -> Operation<bool> {
        let member = EncodedKey::of_new::<C, T>(&member);
        Operation::new(&self.object, "add", |at| async move {
            let (member, store) = (member?, at.store()?);
            at.note_write(store);
            store.sets().add(&at.key, member.as_slice()).await
        })
    }
    /// Takes `member` out; whether it was there.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `SREM`; many leave together as with [`add`](Self::add). A set without members does not exist.
    ///
    /// # Errors
    ///
    /// Those of every method. Repeated after a lost answer, it may find nothing.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, it may or may not have taken effect.
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
    /// assert!(names.remove("ada").await?);
    /// assert!(!names.remove("ada").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove(&self, member: impl Lend<T>) -> Operation<bool> {
        let member = EncodedKey::of::<C, T>(&member);
        Operation::new(&self.object, "remove", |at| async move {
            at.store()?.sets().remove(&at.key, member?.as_slice()).await
        })
    }
    /// Whether `member` is there.
    ///
    /// # Redis
    ///
    /// One round trip: `SISMEMBER`. Of many callers at once, one `SMISMEMBER`.
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
    /// assert!(names.contains("ada").await? && !names.contains("bob").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn contains(&self, member: impl Lend<T>) -> Operation<bool> {
        let member = EncodedKey::of::<C, T>(&member);
        Operation::reading(&self.object, "contains", |at| async move {
            at.store()?.sets().contains(&at.key, member?.as_slice()).await
        })
    }

    pub(in crate::types) fn adding(&self, member: &impl Lend<T>) -> PlannedWrite {
        PlannedWrite::of_member(&self.object, EncodedKey::of_new::<C, T>(member), true)
    }

    pub(in crate::types) fn removing(&self, member: &impl Lend<T>) -> PlannedWrite {
        PlannedWrite::of_member(&self.object, EncodedKey::of::<C, T>(member), false)
    }
}
