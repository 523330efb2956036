//! A struct of typed caches, and what they do: `cargo run --example quickstart`.
//!
//! Runs on the embedded store, or on the server whose URL is in `REDISCACHE_URL`.
#![expect(clippy::print_stdout, reason = "it tells a story")]

use std::time::Duration;

use rediscache::{RedisCache, RedisNamespaced, RedisSession};
use serde::{Deserialize, Serialize};

/// What a chat bot remembers. Each field is a Redis hash, named `quickstart.topics` and so on.
#[derive(RedisNamespaced)]
#[rediscache(namespace = "quickstart")]
struct Channel {
    /// The topic of each channel, by its number.
    topics: RedisCache<u64, String>,
    /// How many messages each member wrote.
    messages: RedisCache<String, u64>,
    /// The birthday of each member.
    birthdays: RedisCache<String, Date>,
}

/// Any type that serde can write and read is a value.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Date {
    month: u8,
    day: u8,
}

#[tokio::main]
async fn main() -> rediscache::Result<()> {
    let session = RedisSession::from_env().await?.install();
    Channel::topics().clear().await?;
    Channel::messages().clear().await?;

    Channel::topics().set(42, "rust").await?;
    let topic = Channel::topics().get(42).await?;
    println!("channel 42 talks about {topic:?}, channel 43 about {:?}", Channel::topics().get(43).await?);
    assert_eq!(topic.as_deref(), Some("rust"));

    Channel::topics().update([(43, "redis"), (44, "caches")]).await?;
    let channels = Channel::topics().len().await?;
    println!("now {channels} channels have a topic");
    assert_eq!(channels, 3);

    Channel::messages().increment("ada", 1).await?;
    let written = Channel::messages().increment("ada", 2).await?;
    println!("ada wrote {written} messages");
    assert_eq!(written, 3);

    let date = Date { month: 12, day: 10 };
    Channel::birthdays().set("ada", &date).await?;
    let birthday = Channel::birthdays().pop("ada").await?;
    println!("ada was born on {birthday:?}, which is forgotten now");
    assert_eq!(birthday, Some(date));
    assert!(Channel::birthdays().is_empty().await?);

    Channel::topics().set_expiry(Duration::from_millis(50)).await?;
    while !Channel::topics().is_empty().await? {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    println!("the topics have expired");

    session.close().await
}
