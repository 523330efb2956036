//! The same program as `ours`, with the `redis` crate and JSON.

use redis::AsyncCommands;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Page {
    title: String,
    author: Option<u32>,
    tags: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Job {
    page: u64,
    reason: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "redis://127.0.0.1/".to_owned());
    let client = redis::Client::open(url)?;
    let mut redis = client.get_multiplexed_async_connection().await?;
    let page = Page { title: "one".to_owned(), author: Some(7), tags: vec!["a".to_owned()] };
    let () = redis.hset("Shop.pages", 1, serde_json::to_string(&page)?).await?;
    let stored: Option<String> = redis.hget("Shop.pages", 1).await?;
    assert_eq!(stored.map(|stored| serde_json::from_str(&stored)).transpose()?, Some(page));
    let () = redis.lpush("Shop.jobs", serde_json::to_string(&Job { page: 1, reason: "new".to_owned() })?).await?;
    let (_, job): (String, String) = redis.brpop("Shop.jobs", 0.0).await?;
    println!("{:?}", serde_json::from_str::<Job>(&job)?);
    Ok(())
}
