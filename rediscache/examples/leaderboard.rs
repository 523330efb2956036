//! A leaderboard: `cargo run --example leaderboard`.
//!
//! Runs on the embedded store, or on the server whose URL is in `REDISCACHE_URL`.
#![expect(clippy::print_stdout, reason = "it tells a story")]

use rediscache::{RedisNamespaced, RedisRanking, RedisSession};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "leaderboard")]
struct Game {
    /// The points of each player: one sorted set.
    points: RedisRanking<String, i64>,
}

#[tokio::main]
async fn main() -> rediscache::Result<()> {
    let session = RedisSession::from_env().await?.install();
    Game::points().clear().await?;
    Game::points().set_many((0..100_000).map(|n| (format!("player {n}"), n * 7_919 % 100_000))).await?;
    Game::points().increment("player 7", 100_000).await?;
    for (place, (player, points)) in (1..).zip(Game::points().top(3).await?) {
        println!("{place}. {player} with {points}");
    }
    println!("player 42 is number {:?}", Game::points().rank("player 42").await?.map(|above| above + 1));
    session.close().await
}
