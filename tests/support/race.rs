//! Transactions that race with writers, and what must hold in the end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::{join_all, try_join_all};
use rediscache::{RedisCache, RedisQueue, RedisSession, RedisTtlCache, Result};

/// So few that many want the same, and so many that not all do.
const ACCOUNTS: u64 = 32;
const WRITERS: u64 = 16;
const MOVERS: u64 = 4;

/// What came of a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Race {
    /// Transactions that were done.
    pub done: u64,
    /// And those that came too late.
    pub unmet: u64,
}

struct Accounts {
    session: RedisSession,
    open: RedisCache<u64, i64>,
    saved: RedisTtlCache<u64, u64>,
    told: RedisQueue<(u64, u64)>,
}

impl Accounts {
    fn on(session: &RedisSession) -> Self {
        Self {
            session: session.clone(),
            open: RedisCache::with_namespace("{race}.open").on(session),
            saved: RedisTtlCache::with_namespace("{race}.saved", Duration::from_secs(3600)).on(session),
            told: RedisQueue::with_namespace("{race}.told").on(session),
        }
    }

    /// Adds one, as often as this, by each way that there is.
    async fn write(&self, writer: u64, writes: u64) -> Result<()> {
        for n in 0..writes {
            // The embedded store never waits.
            tokio::task::yield_now().await;
            let account = (writer + n * 7) % ACCOUNTS;
            if writer.is_multiple_of(2) {
                self.open.increment(account, 1).await?;
                continue;
            }
            while let Some(now) = self.open.get(account).await? {
                if self.open.compare_and_set(account, now, now + 1).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Saves one of an account, and tells of it; whether it was done.
    async fn save(&self, account: u64) -> Result<bool> {
        let (open, saved) = (self.open.get(account).await?, self.saved.get(account).await?);
        tokio::task::yield_now().await;
        let (less, more) = (open.unwrap_or_default() - 1, saved.unwrap_or_default() + 1);
        let steps = self.session.transaction().expect(self.open.entry(account), open.as_ref());
        let steps = steps.expect(self.saved.entry(account), saved.as_ref()).set(self.open.entry(account), less);
        let steps = steps.set(self.saved.entry(account), more).put(&self.told, (account, more));
        Ok(steps.commit().await?.is_done())
    }
}

/// Makes so many single writes, of sessions of one store, while transactions change what they write.
///
/// # Errors
///
/// Those of the calls.
///
/// # Panics
///
/// When a write or a transaction was lost, or one was done by half.
pub async fn race(sessions: &[RedisSession], writes: u64) -> Result<Race> {
    let all: Vec<Accounts> = sessions.iter().map(Accounts::on).collect();
    let of = |n: u64| &all[usize::try_from(n).unwrap_or_default() % all.len()];
    of(0).open.update((0..ACCOUNTS).map(|account| (account, 0))).await?;
    let (left, done, unmet) = (AtomicU64::new(WRITERS), AtomicU64::new(0), AtomicU64::new(0));
    let (left, done, unmet) = (&left, &done, &unmet);
    let writers = (0..WRITERS).map(|writer| async move {
        let made = of(writer).write(writer, writes / WRITERS).await;
        left.fetch_sub(1, Ordering::Relaxed);
        made
    });
    let movers = (0..MOVERS).map(|mover| async move {
        let mut account = mover;
        while left.load(Ordering::Relaxed) > 0 {
            account = (account + MOVERS + 1) % ACCOUNTS;
            let outcome = if of(mover).save(account).await? { done } else { unmet };
            outcome.fetch_add(1, Ordering::Relaxed);
        }
        Result::Ok(())
    });
    let (written, moved) = tokio::join!(join_all(writers), try_join_all(movers));
    written.into_iter().collect::<Result<Vec<_>>>()?;
    moved?;
    let race = Race { done: done.load(Ordering::Relaxed), unmet: unmet.load(Ordering::Relaxed) };
    of(0).hold(writes / WRITERS * WRITERS, race.done).await?;
    Ok(race)
}

impl Accounts {
    async fn hold(&self, writes: u64, done: u64) -> Result<()> {
        let open: i64 = self.open.values().await?.into_iter().sum();
        assert_eq!(open.cast_unsigned(), writes - done, "each write counts, and each transaction once");
        let mut told = BTreeMap::<u64, u64>::new();
        for (account, saved) in self.told.drain().try_collect::<Vec<_>>().await? {
            let before = told.insert(account, saved).unwrap_or_default();
            assert_eq!(saved, before + 1, "of account {account}, each is told once and in order");
        }
        for (&account, &saved) in &told {
            assert_eq!(self.saved.get(account).await?, Some(saved));
        }
        assert_eq!(told.values().sum::<u64>(), done);
        Ok(())
    }
}
