//! How long to wait before something is tried again.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

/// Pauses that double with each failure, up to a limit; none before the first try.
///
/// Half of each pause is chance, so that many who lost the same server do not come back at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    least: Duration,
    most: Duration,
    failures: u32,
}

impl Backoff {
    /// Between attempts to connect.
    pub(crate) const fn to_connect() -> Self {
        Self::between(Duration::from_millis(20), Duration::from_millis(500))
    }

    pub(crate) const fn between(least: Duration, most: Duration) -> Self {
        Self { least, most, failures: 0 }
    }

    /// After so many failures.
    pub(super) const fn after(self, failures: u32) -> Self {
        Self { failures, ..self }
    }

    /// What was tried failed.
    pub(crate) fn fail(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// It succeeded: the next failure counts as the first.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    pub(crate) async fn pause(&self) {
        if let Some(pause) = self.duration() {
            tokio::time::sleep(pause).await;
        }
    }

    fn duration(&self) -> Option<Duration> {
        let doubled = self.failures.checked_sub(1)?.min(16);
        let longest = self.most.min(self.least * 2_u32.pow(doubled));
        let chance = RandomState::new().build_hasher().finish() % 1024;
        Some(longest / 2 + longest / 2 * u32::try_from(chance).unwrap_or(0) / 1024)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_with_each_failure_up_to_the_limit_and_half_of_each_is_chance() {
        let mut backoff = Backoff::to_connect();
        assert_eq!(backoff.duration(), None, "the first try comes at once");
        for longest in [20, 40, 80, 160, 320, 500, 500] {
            backoff.fail();
            let pause = backoff.duration().expect("it failed");
            let longest = Duration::from_millis(longest);
            assert!(pause >= longest / 2 && pause <= longest, "{pause:?} of {longest:?}");
        }
        backoff.reset();
        assert_eq!(backoff.duration(), None);
    }
}
