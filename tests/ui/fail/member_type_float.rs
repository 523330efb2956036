use rediscache::{RedisNamespaced, RedisRanking, RedisSet};

#[derive(RedisNamespaced)]
struct Game {
    weights: RedisSet<f64>,
    points: RedisRanking<f32>,
}

fn main() {
    let _ = (Game::weights(), Game::points());
}
