//! A small program of a user: one cache and one queue.

use rediscache::{RedisCache, RedisNamespaced, RedisQueue, RedisSession};
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

#[derive(RedisNamespaced)]
struct Shop {
    pages: RedisCache<u64, Page>,
    jobs: RedisQueue<Job>,
}

#[tokio::main]
async fn main() -> rediscache::Result<()> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "redis://127.0.0.1/".to_owned());
    let _session = RedisSession::connect(&url).await?.install();
    let page = Page { title: "one".to_owned(), author: Some(7), tags: vec!["a".to_owned()] };
    Shop::pages().set(1, &page).await?;
    assert_eq!(Shop::pages().get(1).await?, Some(page));
    Shop::jobs().put(Job { page: 1, reason: "new".to_owned() }).await?;
    println!("{:?}", Shop::jobs().get().await?);
    Ok(())
}
