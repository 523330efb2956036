use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long it is told exactly since when a value was known.
const MEMORY: Duration = Duration::from_secs(20);

/// What is known of one key, whose values only grow: to hold readers of near caches to it.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Since when which value is known, to a reader or by the return of its write; both grow.
    known: VecDeque<(Instant, u64)>,
    /// The last that this process wrote.
    own: u64,
}

/// What a read that begins now may not fall behind.
#[derive(Clone, Copy, Debug)]
pub struct Floor {
    /// What was known before the bound.
    known: u64,
    /// What this process wrote.
    own: u64,
}

impl Ledger {
    /// Enters what a read or a write has just returned.
    pub fn enter(&mut self, value: u64) {
        let now = Instant::now();
        if self.known.back().is_none_or(|&(_, last)| last < value) {
            self.known.push_back((now, value));
        }
        while self.known.get(1).is_some_and(|(since, _)| now.duration_since(*since) > MEMORY) {
            self.known.pop_front();
        }
    }

    /// Enters what this process wrote.
    pub fn enter_own(&mut self, value: u64) {
        self.own = self.own.max(value);
        self.enter(value);
    }

    /// What a read that begins at `asked` may not fall behind, where nothing is to be older than `bound`.
    pub fn floor(&self, asked: Instant, bound: Duration) -> Floor {
        let before = self.known.partition_point(|(since, _)| *since + bound <= asked);
        let known = before.checked_sub(1).map_or(0, |at| self.known[at].1);
        Floor { known, own: self.own }
    }

    /// For how long something newer was known when this was asked for.
    pub fn staleness(&self, value: u64, asked: Instant) -> Duration {
        let newer = self.known.iter().find(|(_, known)| *known > value);
        newer.map_or(Duration::ZERO, |(since, _)| asked.saturating_duration_since(*since))
    }

    /// What is wrong with a value that was read.
    pub fn complaint(&self, value: u64, floor: Floor, asked: Instant) -> Option<String> {
        let stale = self.staleness(value, asked);
        if value < floor.own {
            Some(format!("{value} was read after this process had written {}", floor.own))
        } else if value < floor.known {
            Some(format!("{value} was read when {} was known; something newer was for {stale:?}", floor.known))
        } else {
            None
        }
    }
}
