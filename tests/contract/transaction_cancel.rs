//! Transactions dropped after every number of polls: all of one was done, or nothing, and nothing comes later.

use std::time::Duration;

use rediscache::{RedisCache, RedisQueue, RedisSession, RedisSet, RedisTtlCache};
use serde::{Deserialize, Serialize};
use support::{contract, within_polls};

/// Its shape is kept first.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Mail {
    to: u64,
}

type State = (Option<u64>, Option<Mail>, Vec<u64>, u64);

struct Objects {
    counts: RedisCache<u64, u64>,
    mails: RedisTtlCache<u64, Mail>,
    seen: RedisSet<u64>,
    news: RedisQueue<Mail>,
}

impl Objects {
    fn on(session: &RedisSession) -> Self {
        Self {
            counts: RedisCache::new("counts").on(session),
            mails: RedisTtlCache::new("mails", Duration::from_secs(3600)).on(session),
            seen: RedisSet::new("seen").on(session),
            news: RedisQueue::new("news").on(session),
        }
    }

    async fn state(&self) -> rediscache::Result<State> {
        let members = self.seen.members().await?;
        Ok((self.counts.get(1).await?, self.mails.get(1).await?, members, self.news.len().await?))
    }
}

contract! {
    async fn a_dropped_transaction_was_done_or_was_not(session: RedisSession) -> rediscache::Result<()> {
        let on = Objects::on(&session);
        for polls in 0..1000 {
            let number = u64::try_from(polls).unwrap();
            let before = on.state().await?;
            let steps = session.transaction().expect(on.counts.entry(1), before.0.as_ref());
            let steps = steps.set(on.counts.entry(1), number).set(on.mails.entry(1), Mail { to: number });
            let steps = steps.put(&on.news, Mail { to: number }).add(&on.seen, number);
            let done = within_polls(polls, steps.commit()).await;
            let left = on.state().await?;
            let mut members = before.2.clone();
            members.push(number);
            let mut seen = left.2.clone();
            seen.sort_unstable();
            members.sort_unstable();
            let is_done = (left.0, left.1.clone(), left.3) == (Some(number), Some(Mail { to: number }), before.3 + 1) && seen == members;
            assert!(is_done || (left == before && done.is_none()), "after {polls} polls: {left:?}");
            // Whatever was left to be sent is sent before this.
            on.counts.set(2, 2).await?;
            assert_eq!(on.state().await?, left, "after {polls} polls");
            if let Some(done) = done {
                assert!(done?.is_done());
                return Ok(());
            }
        }
        panic!("it never ends")
    }
}
