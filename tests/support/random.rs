use std::env;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

/// Random numbers that come again when the seed does.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// With the seed in this environment variable, or a random one.
    ///
    /// # Panics
    ///
    /// When the variable is no whole number.
    pub fn seeded_by(variable: &str) -> (Self, u64) {
        let seed = match env::var(variable) {
            Ok(seed) => seed.parse().unwrap_or_else(|_| panic!("{variable} is {seed}, not a whole number")),
            Err(_) => RandomState::new().hash_one(0),
        };
        (Self::from_seed(seed), seed)
    }

    /// With this seed.
    pub fn from_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Another source of numbers, for someone else, that comes again with this one.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self::from_seed(self.next())
    }

    /// A number from the range.
    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }

    /// A place in something of this length.
    pub fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.within(0..length as u64)).expect("it is below the length")
    }

    /// True so often in a hundred times.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.within(0..100) < chance
    }

    /// The generator is splitmix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
