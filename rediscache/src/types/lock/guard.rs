//! A lock that is held.

use std::fmt;
use std::future::Future;

use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};

use super::hold::HeldLock;
use crate::error::{Error, ErrorKind, Result};
use crate::namespace::Namespace;
use crate::session::RedisSession;
use crate::types::limit::CallLimit;
use crate::types::object::Target;

/// A lock that is held; made by [`RedisLock`](crate::RedisLock).
///
/// Its lease is renewed in the background. Dropped, it is let go, which closing the session waits for; [`release`](Self::release)
/// says whether it was held to the end. It keeps its session open. When that is closed, the guard is lost, and the lock stays
/// with it until its lease ends, so that what still goes on has time to stop.
#[must_use = "the lock is let go when the guard is dropped"]
pub struct LockGuard {
    fence: u64,
    /// Until when it is held, by the clock of this process, counted from before it was asked for.
    until: watch::Receiver<Instant>,
    /// Ends the renewing with the guard.
    _renewed: oneshot::Sender<()>,
    /// Taken when it is let go.
    release: Option<HeldLock>,
    namespace: Namespace,
    /// That of the lock.
    limit: CallLimit,
    /// Kept open.
    _session: RedisSession,
}

impl LockGuard {
    pub(super) fn new(at: &Target, held: HeldLock, fence: u64, until: Instant) -> Self {
        let (sender, receiver) = watch::channel(until);
        let (renewed, gone) = oneshot::channel();
        let release = held.clone();
        at.open_store().while_closing().spawn(held.renew(sender, gone));
        Self {
            fence,
            until: receiver,
            _renewed: renewed,
            release: Some(release),
            namespace: at.namespace.clone(),
            limit: at.limit,
            _session: at.session.clone(),
        }
    }

    /// A number that grows with every holder of this lock.
    ///
    /// Whoever is handed it along with what the holder wants done, and refuses what comes with a number below the greatest that
    /// it saw, is safe from a holder that has lost the lock and does not know it yet. It is the server's time in microseconds, or
    /// one more than that of the last holder, whichever is more: so it grows also after a failover that lost the lock, as far as
    /// the servers' clocks agree.
    #[must_use]
    pub fn fence(&self) -> u64 {
        self.fence
    }

    /// Whether it is held still, as far as this process can know without asking.
    #[must_use]
    pub fn is_held(&self) -> bool {
        Instant::now() < *self.until.borrow()
    }

    /// Waits until the lock is lost: its lease has ended, another holds it, it was held for its `max_hold`, or the session was
    /// closed. Also when the guard is gone.
    ///
    /// # Redis
    ///
    /// Sends nothing; what renews the lease finds out, or the clock of this process while the server cannot be reached.
    ///
    /// # Errors
    ///
    /// None.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use std::time::Duration;
    /// # use rediscache::{RedisLock, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let orders = RedisLock::<u64>::new("orders").max_hold(Duration::from_millis(20)).on(&session);
    /// let order = orders.acquire(7).await?;
    /// tokio::select! {
    ///     () = order.lost() => {} // nothing more may be done
    ///     () = tokio::time::sleep(Duration::from_secs(60)) => panic!("it is held for 20 ms"),
    /// }
    /// assert!(!order.is_held());
    /// # Ok(())
    /// # }
    /// ```
    pub fn lost(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut until = self.until.clone();
        async move {
            loop {
                let ends = *until.borrow_and_update();
                if ends <= Instant::now() {
                    return;
                }
                tokio::select! {
                    changed = until.changed() => if changed.is_err() { return },
                    () = sleep_until(ends) => {}
                }
            }
        }
    }

    /// Does some work for as long as the lock is held: where it is lost meanwhile, the work is dropped where it waits.
    ///
    /// The work is told the [`fence`](Self::fence).
    ///
    /// # Redis
    ///
    /// Sends nothing.
    ///
    /// # Errors
    ///
    /// [`LeaseLost`](ErrorKind::LeaseLost) when the lock was lost before the work was done.
    ///
    /// # Cancel safety
    ///
    /// Dropping it drops the work; the lock stays held.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use std::time::Duration;
    /// # use rediscache::{ErrorKind, RedisLock, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let orders = RedisLock::<u64>::new("orders").max_hold(Duration::from_millis(20)).on(&session);
    /// let order = orders.acquire(7).await?;
    /// assert!(order.run(async |fence| fence > 0).await?);
    ///
    /// let ended = order.run(async |_| tokio::time::sleep(Duration::from_secs(60)).await).await;
    /// assert_eq!(ended.unwrap_err().kind(), ErrorKind::LeaseLost);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run<T>(&self, work: impl AsyncFnOnce(u64) -> T) -> Result<T> {
        tokio::select! {
            biased;
            () = self.lost() => Err(self.is_lost("run")),
            done = work(self.fence) => Ok(done),
        }
    }

    /// Lets the lock go.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `HGET`, `HDEL`, and `PUBLISH` to those who wait.
    ///
    /// # Errors
    ///
    /// [`LeaseLost`](ErrorKind::LeaseLost) when it was not held any more; nobody else's is let go then. After
    /// [`Connection`](ErrorKind::Connection) and [`Timeout`](ErrorKind::Timeout), it is free or ends with its lease.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it is let go all the same.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisLock, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let orders = RedisLock::<u64>::new("orders").on(&session);
    /// orders.acquire(7).await?.release().await?;
    /// assert!(orders.try_acquire(7).await?.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn release(mut self) -> Result<()> {
        let Some(held) = &self.release else { return Ok(()) };
        let released = self
            .limit
            .bound(held.release())
            .await
            .map_err(|error| error.during("release", Some(self.namespace.as_str())));
        match released {
            Ok(true) => {
                self.release = None;
                Ok(())
            }
            Ok(false) => {
                self.release = None;
                Err(self.is_lost("release"))
            }
            Err(error) => Err(error),
        }
    }

    fn is_lost(&self, operation: &'static str) -> Error {
        let message = "the lock is not held any more: its lease ended, or it was held for as long as it may be; what it \
                       guards may have been done by another since";
        Error::new(ErrorKind::LeaseLost, message).during(operation, Some(self.namespace.as_str()))
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        if let Some(held) = self.release.take() {
            held.release_aside();
        }
    }
}

impl fmt::Debug for LockGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("LockGuard");
        shown.field("namespace", &self.namespace.as_str()).field("fence", &self.fence).finish_non_exhaustive()
    }
}
