use rediscache::{RedisNamespaced, RedisRanking};

#[derive(RedisNamespaced)]
struct Game {
    points: RedisRanking<String, u64>,
}

fn main() {
    let _ = Game::points();
}
