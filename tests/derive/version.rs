use std::num::ParseIntError;

use rediscache::{ErrorKind, RedisCache, RedisNamespaced, RedisQueue, RedisSession, RedisTaskQueue};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Count(u64);

/// What a text was before it was a text, which was before it was a count.
#[derive(Serialize, Deserialize)]
struct Flag(bool);

impl From<Flag> for String {
    fn from(older: Flag) -> Self {
        u64::from(older.0).to_string()
    }
}

impl TryFrom<String> for Count {
    type Error = ParseIntError;

    fn try_from(older: String) -> Result<Self, ParseIntError> {
        older.parse().map(Self)
    }
}

impl From<u64> for Count {
    fn from(older: u64) -> Self {
        Self(older * 100)
    }
}

#[derive(RedisNamespaced)]
struct Guild {
    plain: RedisCache<u64, Count>,
    #[rediscache(from(Flag, String))]
    counts: RedisCache<u64, Count>,
    #[rediscache(from(String), near(capacity = 10), unreadable = "absent", accessor = "others")]
    combined: RedisCache<u64, Count>,
    #[rediscache(from(String))]
    outbox: RedisQueue<Count>,
    #[rediscache(max_attempts = 3, from(String))]
    reminders: RedisTaskQueue<Count>,
    #[rediscache(version = 2)]
    second: RedisCache<u64, Count>,
    #[rediscache(from(u64 = 1), version = 2)]
    second_of_first: RedisCache<u64, Count>,
    #[rediscache(unreadable = "absent")]
    forgiving: RedisCache<u64, Count>,
    #[rediscache(unreadable = "error")]
    strict: RedisCache<u64, Count>,
}

/// Stores `7` as what it was once.
async fn store_text(session: &RedisSession, namespace: &'static str) -> rediscache::Result<()> {
    RedisCache::<u64, String>::new(namespace).on(session).set(1, "7").await
}

#[tokio::test]
async fn a_field_reads_the_older_types_that_it_lists() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    let counts = Guild::counts().on(&session);
    store_text(&session, "Guild.counts").await?;
    RedisCache::<u64, bool>::new("Guild.counts").on(&session).set(2, true).await?;
    counts.set(3, Count(3)).await?;
    assert_eq!(counts.get(1).await?, Some(Count(7)));
    assert_eq!(counts.get(2).await?, Some(Count(1)));
    assert_eq!(counts.get(3).await?, Some(Count(3)));

    store_text(&session, "Guild.plain").await?;
    let refused = Guild::plain().on(&session).get(1).await.expect_err("it lists none");
    assert_eq!(refused.kind(), ErrorKind::Decode);
    Ok(())
}

#[tokio::test]
async fn queues_read_the_older_types_that_they_list() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    RedisQueue::<String>::new("Guild.outbox").on(&session).put("7").await?;
    assert_eq!(Guild::outbox().on(&session).get().await?, Count(7));
    RedisTaskQueue::<String>::new("Guild.reminders").on(&session).put("7").await?;
    assert_eq!(*Guild::reminders().on(&session).get().await?, Count(7));
    Ok(())
}

#[tokio::test]
async fn a_version_tells_types_apart_that_are_stored_alike() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    for namespace in ["Guild.second", "Guild.second_of_first"] {
        RedisCache::<u64, u64>::new(namespace).on(&session).set(1, 7).await?;
    }
    assert_eq!(Guild::second_of_first().on(&session).get(1).await?, Some(Count(700)));
    let refused = Guild::second().on(&session).get(1).await.expect_err("it is of the first version");
    assert_eq!(refused.kind(), ErrorKind::Decode);
    Ok(())
}

#[tokio::test]
async fn what_is_unreadable_is_absent_or_an_error() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    for namespace in ["Guild.forgiving", "Guild.strict"] {
        RedisCache::<u64, String>::new(namespace).on(&session).set(1, "seven").await?;
    }
    assert_eq!(Guild::forgiving().on(&session).get(1).await?, None);
    let refused = Guild::strict().on(&session).get(1).await.expect_err("that is the default");
    assert_eq!(refused.kind(), ErrorKind::Decode);
    Ok(())
}

#[tokio::test]
async fn the_keys_go_together() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    let combined = Guild::others().on(&session);
    store_text(&session, "Guild.combined").await?;
    RedisCache::<u64, String>::new("Guild.combined").on(&session).set(2, "seven").await?;
    assert_eq!(combined.get(1).await?, Some(Count(7)));
    assert_eq!(combined.get(2).await?, None);
    assert_eq!(combined.near_stats().hits(), 2);
    Ok(())
}
