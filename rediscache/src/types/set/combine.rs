//! This set and others, taken together.

use super::RedisSet;
use crate::bounds::Key;
use crate::codec::Codec;
use crate::error::Result;
use crate::refusal::not_together;
use crate::types::object::{Object, Target};
use crate::types::operation::Operation;

#[derive(Clone, Copy)]
enum Combination {
    Union,
    Intersection,
    Difference,
}

impl<T: Key, C: Codec> RedisSet<T, C> {
    /// Reads all that is in this set or in one of the others, in no order, each once.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `SUNION`, in a script. The server does nothing else meanwhile.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) when another is bound to another session.
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a cluster when they do not lie in one slot: give all of them one
    /// hash tag, by `with_namespace("{tag}.name")`. In both cases nothing is sent. [`Decode`](crate::ErrorKind::Decode)
    /// when one of the members cannot be read as a `T`; it is left where it is.
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
    /// let others = RedisSet::<String>::new("others").on(&session);
    /// names.add_many(["ada", "bob"]).await?;
    /// others.add_many(["bob", "eve"]).await?;
    /// let mut found = names.union([&others]).await?;
    /// found.sort();
    /// assert_eq!(found, ["ada", "bob", "eve"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn union<'a>(&self, others: impl IntoIterator<Item = &'a Self>) -> Operation<Vec<T>>
    where
        Self: 'a,
    {
        self.combine("union", Combination::Union, others)
    }
    /// Reads all that is in this set and in each of the others, in no order.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `SINTER`, in a script. The server does nothing else meanwhile.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) when another is bound to another session.
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a cluster when they do not lie in one slot: give all of them one
    /// hash tag, by `with_namespace("{tag}.name")`. In both cases nothing is sent. [`Decode`](crate::ErrorKind::Decode)
    /// when one of the members cannot be read as a `T`; it is left where it is.
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
    /// let others = RedisSet::<String>::new("others").on(&session);
    /// names.add_many(["ada", "bob"]).await?;
    /// others.add_many(["bob", "eve"]).await?;
    /// let mut found = names.intersection([&others]).await?;
    /// found.sort();
    /// assert_eq!(found, ["bob"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn intersection<'a>(&self, others: impl IntoIterator<Item = &'a Self>) -> Operation<Vec<T>>
    where
        Self: 'a,
    {
        self.combine("intersection", Combination::Intersection, others)
    }
    /// Reads all that is in this set and in none of the others, in no order.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `SDIFF`, in a script. The server does nothing else meanwhile.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) when another is bound to another session.
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a cluster when they do not lie in one slot: give all of them one
    /// hash tag, by `with_namespace("{tag}.name")`. In both cases nothing is sent. [`Decode`](crate::ErrorKind::Decode)
    /// when one of the members cannot be read as a `T`; it is left where it is.
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
    /// let others = RedisSet::<String>::new("others").on(&session);
    /// names.add_many(["ada", "bob"]).await?;
    /// others.add_many(["bob", "eve"]).await?;
    /// let mut found = names.difference([&others]).await?;
    /// found.sort();
    /// assert_eq!(found, ["ada"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn difference<'a>(&self, others: impl IntoIterator<Item = &'a Self>) -> Operation<Vec<T>>
    where
        Self: 'a,
    {
        self.combine("difference", Combination::Difference, others)
    }
    fn combine<'a>(
        &self,
        operation: &'static str,
        how: Combination,
        others: impl IntoIterator<Item = &'a Self>,
    ) -> Operation<Vec<T>>
    where
        Self: 'a,
    {
        let others: Vec<Object> = others.into_iter().map(|other| other.object.clone()).collect();
        Operation::reading(&self.object, operation, move |at| async move {
            let (store, others) = (at.store()?, keys(&at, &others)?);
            let sets = store.sets();
            let stored = match how {
                Combination::Union => sets.union(&at.key, &others).await?,
                Combination::Intersection => sets.intersection(&at.key, &others).await?,
                Combination::Difference => sets.difference(&at.key, &others).await?,
            };
            at.read_members::<T, C>(stored)
        })
    }
}

/// The keys of the others, if one call can concern all.
fn keys(at: &Target, others: &[Object]) -> Result<Vec<String>> {
    let keys = others.iter().map(|other| Ok(other.key_beside(at)?.to_string())).collect::<Result<Vec<String>>>()?;
    let all = keys.iter().map(String::as_str).chain([&*at.key]);
    if at.store()?.are_together(all) { Ok(keys) } else { Err(not_together()) }
}
