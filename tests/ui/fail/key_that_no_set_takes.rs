use rediscache::{RedisNamespaced, RedisRanking, RedisSet};

#[derive(RedisNamespaced)]
struct Game {
    #[rediscache(version = 2)]
    players: RedisSet<String>,
    #[rediscache(near)]
    guests: RedisSet<String>,
    #[rediscache(ttl = "10m")]
    points: RedisRanking<String>,
    #[rediscache(from(u8))]
    levels: RedisRanking<String, i64>,
    #[rediscache(max_attempts = 3)]
    losers: RedisRanking<String, i64>,
}

fn main() {
    let _ = (Game::players(), Game::guests(), Game::points(), Game::levels(), Game::losers());
}
