//! A transaction over several objects.

mod commit;
mod committed;

use std::fmt;

pub use committed::Committed;

use super::operation::Operation;
use super::set::RedisSet;
use super::step::{EntryRef, PlannedExpectation, PlannedWrite, RedisQueueObject};
use crate::bounds::{Key, Value};
use crate::codec::Codec;
use crate::lend::Lend;
use crate::session::RedisSession;

/// Several steps on objects of one session, of which all are done at once, or none.
///
/// For what belongs together: the order and the mail about it, the amount that one account loses and another gets. What is
/// [expected](Self::expect) of entries is looked at first; where it is so, all changes are made, in the order in which they were
/// named, and nobody sees some of them without the others.
///
/// It is begun by [`RedisSession::transaction`], and nothing is sent before [`commit`](Self::commit). It does not lock anything
/// meanwhile: read, decide, commit, and begin anew where what was read has changed.
///
/// Each step does what the method of that name does by itself: near caches are told of it, a load that is under way for an entry
/// is ended, who waits for a queue is woken, and what an entry's cache says of its life holds.
///
/// | step | on |
/// |---|---|
/// | [`expect`](Self::expect), [`set`](Self::set), [`delete`](Self::delete) | an entry of a [`RedisCache`](crate::RedisCache) or a [`RedisTtlCache`](crate::RedisTtlCache), or a [`RedisValue`](crate::RedisValue) |
/// | [`put`](Self::put) | a [`RedisQueue`](crate::RedisQueue) or a [`RedisTaskQueue`](crate::RedisTaskQueue) |
/// | [`add`](Self::add), [`remove`](Self::remove) | a [`RedisSet`] |
///
/// # Redis
///
/// One Lua script, and not `WATCH` and `MULTI`, which would concern all calls that share the connection. The server does nothing
/// else meanwhile.
///
/// On a cluster, all keys have to lie in one slot, which they do when the names have one [hash tag]: objects made by
/// `with_namespace("{shop}.orders")` and `with_namespace("{shop}.mails")`, say. A global namespace goes in front of that and
/// changes nothing. A cache's entries lie where the cache does if it is a `RedisCache`, or has a hash tag. One server, and the
/// embedded store, take any names together: who may move to a cluster gives them a tag from the start.
///
/// [hash tag]: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
///
/// # Examples
///
/// An outbox: the mail is put into the queue if the order is stored, and only then.
///
/// ```
/// use rediscache::{RedisCache, RedisSession, RedisTaskQueue};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let session = RedisSession::in_memory();
/// let orders = RedisCache::<u64, String>::with_namespace("{shop}.orders").on(&session);
/// let mails = RedisTaskQueue::<String>::with_namespace("{shop}.mails").on(&session);
///
/// loop {
///     let old = orders.get(7).await?;
///     let committed = session
///         .transaction()
///         .expect(orders.entry(7), old.as_ref())
///         .set(orders.entry(7), "paid")
///         .put(&mails, "order 7 is paid")
///         .commit()
///         .await?;
///     if committed.is_done() {
///         break;
///     }
/// }
/// assert_eq!(*mails.get().await?, "order 7 is paid");
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is done until it is committed"]
pub struct Transaction {
    session: RedisSession,
    expectations: Vec<PlannedExpectation>,
    writes: Vec<PlannedWrite>,
}

impl RedisSession {
    /// Begins a [`Transaction`], over objects that are bound to this session, or to none.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{RedisCache, RedisQueue, RedisSession};
    ///
    /// static TOPICS: RedisCache<u64, String> = RedisCache::new("topics");
    /// static NEWS: RedisQueue<u64> = RedisQueue::new("news");
    ///
    /// let session = RedisSession::in_memory();
    /// let committed = session.transaction().set(TOPICS.entry(1), "rust").put(&NEWS, 1).commit().await?;
    /// assert!(committed.is_done());
    /// assert_eq!(NEWS.on(&session).get().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn transaction(&self) -> Transaction {
        Transaction { session: self.clone(), expectations: Vec::new(), writes: Vec::new() }
    }
}

impl Transaction {
    /// Has nothing done unless this value is stored there, or none where it is `None`.
    ///
    /// All that is expected is looked at before anything is changed, wherever it is said. A value is compared as
    /// [`compare_and_set`](crate::RedisCache::compare_and_set) compares: one in another form is equal, too. An entry that has ended
    /// is none, nor is one that is [stale](crate::RedisTtlCache::stale); whether a value can be read makes no difference to `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{Committed, RedisCache, RedisSession};
    /// # let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.set(1, "one").await?;
    /// let old = names.get(1).await?;
    /// names.set(1, "uno").await?; // someone else
    /// let late = session.transaction().expect(names.entry(1), old.as_ref()).set(names.entry(1), "eins").commit().await?;
    /// assert!(matches!(late, Committed::Unmet { index: 0, .. }));
    /// # Ok(())
    /// # }
    /// ```
    pub fn expect<V: Value, C: Codec>(mut self, entry: EntryRef<V, C>, value: Option<&V>) -> Self {
        self.expectations.push(entry.expecting(value));
        self
    }

    /// Stores a value, whatever was there. An entry of a `RedisTtlCache` begins its life.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisCache, RedisSession};
    /// # let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// let both = session.transaction().set(names.entry(1), "one").set(names.entry(2), "two");
    /// assert!(both.commit().await?.is_done());
    /// assert_eq!(names.len().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set<V: Value, C: Codec>(mut self, entry: EntryRef<V, C>, value: impl Lend<V>) -> Self {
        self.writes.push(entry.setting(&value));
        self
    }

    /// Removes an entry; one that is not there stays so.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisCache, RedisSession};
    /// # let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.set(1, "one").await?;
    /// let moved = session.transaction().delete(names.entry(1)).set(names.entry(2), "one");
    /// assert!(moved.commit().await?.is_done());
    /// assert_eq!(names.keys().await?, [2]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete<V: Value, C: Codec>(mut self, entry: EntryRef<V, C>) -> Self {
        self.writes.push(entry.deleting());
        self
    }

    /// Puts an item into a queue.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisQueue, RedisSession, RedisTaskQueue};
    /// # let session = RedisSession::in_memory();
    /// let (jobs, news) = (RedisTaskQueue::<u64>::new("jobs").on(&session), RedisQueue::<u64>::new("news").on(&session));
    /// assert!(session.transaction().put(&jobs, 7).put(&news, 7).commit().await?.is_done());
    /// assert_eq!(*jobs.get().await?, news.get().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn put<Q: RedisQueueObject>(mut self, queue: &Q, item: impl Lend<Q::Item>) -> Self {
        self.writes.push(queue.put_in_transaction(&item).0);
        self
    }

    /// Puts a member into a set; one that is in it stays so.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSession, RedisSet};
    /// # let session = RedisSession::in_memory();
    /// let (open, done) = (RedisSet::<u64>::new("open").on(&session), RedisSet::<u64>::new("done").on(&session));
    /// open.add(7).await?;
    /// assert!(session.transaction().remove(&open, 7).add(&done, 7).commit().await?.is_done());
    /// assert!(done.contains(7).await? && open.is_empty().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn add<T: Key, C: Codec>(mut self, set: &RedisSet<T, C>, member: impl Lend<T>) -> Self {
        self.writes.push(set.adding(&member));
        self
    }

    /// Takes a member out of a set; one that is not in it stays so. See [`add`](Self::add) for an example.
    pub fn remove<T: Key, C: Codec>(mut self, set: &RedisSet<T, C>, member: impl Lend<T>) -> Self {
        self.writes.push(set.removing(&member));
        self
    }

    /// Makes all of it one step, if all that is expected is so.
    ///
    /// One without any step sends nothing. The longest that it takes is the shortest
    /// [`timeout`](crate::RedisCache::timeout) of its objects, where they have one.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script, which looks at everything before it changes anything; the commands of each step's
    /// method, and `TYPE`. Another one for each expectation whose value is stored in another form than today's. As before other
    /// writes, the shapes of values are kept first.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config), before anything is sent, for an object of another session, and on a cluster for one
    /// whose key lies in another slot than that of the first. [`Encode`](crate::ErrorKind::Encode) when a codec has no form for a
    /// key or a value. [`WrongType`](crate::ErrorKind::WrongType) when a key holds something else. The error names the namespace
    /// of the step, or of the first where it is about all of them, and nothing is done. After a lost answer, it may have been done; repeated then, it may find what it has done.
    /// What only sets, deletes, adds and removes, and expects nothing, can be repeated.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or none of it is done.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{Committed, RedisCache, RedisSession};
    /// # let session = RedisSession::in_memory();
    /// let stock = RedisCache::<String, u32>::new("stock").on(&session);
    /// stock.update([("apples", 3), ("pears", 0)]).await?;
    /// let swap = session
    ///     .transaction()
    ///     .expect(stock.entry("apples"), Some(&3))
    ///     .expect(stock.entry("pears"), Some(&1))
    ///     .set(stock.entry("apples"), 2);
    /// match swap.commit().await? {
    ///     Committed::Unmet { index, .. } => assert_eq!(index, 1),
    ///     done => panic!("{done:?}"),
    /// }
    /// assert_eq!(stock.get("apples").await?, Some(3));
    /// # Ok(())
    /// # }
    /// ```
    pub fn commit(self) -> Operation<Committed> {
        let Self { session, expectations, writes } = self;
        Operation::of(commit::commit(session, expectations, writes))
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expectations, writes, .. } = self;
        f.debug_struct("Transaction")
            .field("expectations", expectations)
            .field("writes", writes)
            .finish_non_exhaustive()
    }
}
