//! Whether an entry is loaded ahead of its end: <https://cseweb.ucsd.edu/~avattani/papers/cache_stampede.pdf>.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

/// Whether one who reads an entry that is fresh for `left` loads it anew, where a load takes about `time`. Of many who ask, it is
/// likely one, about as long before the end as a load takes.
pub(super) fn is_chosen(time: Duration, left: Duration) -> bool {
    let chance = RandomState::new().build_hasher().finish() >> 11;
    is_chosen_by(chance, time, left)
}

/// `chance` is one of 2^53.
#[expect(clippy::cast_precision_loss, reason = "it has 53 bits, as many as the float takes")]
fn is_chosen_by(chance: u64, time: Duration, left: Duration) -> bool {
    let chance = (chance as f64 + 1.0) / (1_u64 << 53) as f64;
    time.as_secs_f64() * -chance.ln() >= left.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_is_the_likelier_the_longer_a_load_takes_and_the_nearer_the_end_is() {
        let half = (1_u64 << 52, 1_u64 << 50);
        assert!(!is_chosen_by(half.0, SECOND, SECOND));
        assert!(is_chosen_by(half.0, SECOND, SECOND / 2));
        assert!(is_chosen_by(half.1, SECOND, SECOND));
        assert!(is_chosen_by(half.0, 2 * SECOND, SECOND));
    }

    #[test]
    fn nobody_is_chosen_where_loads_take_no_time_and_everybody_at_the_end() {
        assert!(!is_chosen_by(0, Duration::ZERO, SECOND));
        for chance in [0, 1 << 30, (1 << 53) - 1] {
            assert!(is_chosen_by(chance, SECOND, Duration::ZERO));
        }
    }
}
