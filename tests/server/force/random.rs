use std::env;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

/// Random numbers that come again when the seed does.
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// With the seed in this environment variable, or a random one.
    pub(super) fn seeded_by(variable: &str) -> (Self, u64) {
        let seed = match env::var(variable) {
            Ok(seed) => seed.parse().unwrap_or_else(|_| panic!("{variable} is {seed}, not a whole number")),
            Err(_) => RandomState::new().hash_one(0),
        };
        (Self { state: seed }, seed)
    }

    /// A number from the range: the generator is splitmix64.
    pub(super) fn within(&mut self, range: Range<u64>) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        range.start + (mixed ^ (mixed >> 31)) % (range.end - range.start)
    }
}
