//! The numbers that a ranking orders by, all of which Redis keeps as doubles.

use std::ops::Bound;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Result};
use crate::refusal;

/// What a [`RedisRanking`](crate::RedisRanking) orders by: an `f64`, or an `i64` up to 2^53 either way.
///
/// There is nothing to implement by hand: Redis keeps every score as a double, and these are the two types of which each value
/// is one or is refused. Beyond 2^53 = 9,007,199,254,740,992 there are integers that no double is.
///
/// # Examples
///
/// ```
/// use rediscache::{ErrorKind, RedisRanking, RedisSession};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// let session = RedisSession::in_memory();
/// let points = RedisRanking::<String, i64>::new("points").on(&session);
/// points.set("ada", 1 << 53).await?;
/// assert_eq!(points.score("ada").await?, Some(9_007_199_254_740_992));
/// assert_eq!(points.set("bob", (1 << 53) + 1).await.unwrap_err().kind(), ErrorKind::Encode);
/// assert_eq!(points.increment("ada", 1).await.unwrap_err().kind(), ErrorKind::Overflow);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be a score",
    label = "expected `f64` or `i64`",
    note = "Redis keeps scores as doubles: write `RedisRanking<T>` for scores of `f64`, or `RedisRanking<T, i64>`"
)]
pub trait Score: sealed::Sealed + Copy + PartialOrd + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl Score for f64 {}
impl Score for i64 {}

mod sealed {
    #[expect(unnameable_types, reason = "nobody else implements it")]
    pub trait Sealed: Sized {
        /// The largest either way, where not every double up to it is one.
        const MOST: Option<f64>;

        /// The double that it is, if it is one and has an order.
        fn double(self) -> Option<f64>;

        /// The score that a double is, if it is one.
        fn of(double: f64) -> Option<Self>;

        /// What is on the same side of every score as this.
        fn bound(self) -> f64;
    }
}

/// Up to here, every integer is a double, and one beyond is not.
const MOST: i64 = 1 << 53;

impl sealed::Sealed for f64 {
    const MOST: Option<f64> = None;

    /// There is but one zero.
    fn double(self) -> Option<f64> {
        (!self.is_nan()).then_some(self + 0.0)
    }

    fn of(double: f64) -> Option<Self> {
        Some(double)
    }

    fn bound(self) -> f64 {
        self + 0.0
    }
}

impl sealed::Sealed for i64 {
    const MOST: Option<f64> = Some(whole(MOST));

    fn double(self) -> Option<f64> {
        (self.unsigned_abs() <= MOST.unsigned_abs()).then(|| whole(self))
    }

    #[expect(clippy::cast_possible_truncation, reason = "it is whole, and within the range")]
    fn of(double: f64) -> Option<Self> {
        (double.fract() == 0.0 && double.abs() <= whole(MOST)).then_some(double as Self)
    }

    /// Beyond the last score, the next double is on its other side whichever integer was meant.
    fn bound(self) -> f64 {
        if self.unsigned_abs() > MOST.unsigned_abs() { whole(self.signum() * (MOST + 2)) } else { whole(self) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "up to 2^53, and two further, there is none")]
const fn whole(score: i64) -> f64 {
    score as f64
}

/// The largest score either way, where not every double up to it is one.
pub(crate) const fn most<S: Score>() -> Option<f64> {
    S::MOST
}

/// A score that is to be stored.
pub(crate) fn double<S: Score>(score: S) -> Result<f64> {
    score.double().ok_or_else(|| {
        let message = match S::MOST {
            Some(_) => "a score is an integer up to 2^53 either way, since Redis keeps it as a double",
            None => "NaN has no order, and so is no score",
        };
        Error::new(ErrorKind::Encode, message)
    })
}

/// A stored score.
pub(crate) fn of<S: Score>(double: f64) -> Result<S> {
    S::of(double).ok_or_else(|| {
        Error::new(
            ErrorKind::Decode,
            "the stored score is no integer up to 2^53 and was left where it is; declare the ranking with scores of `f64`",
        )
    })
}

/// A stored score, as its text.
pub(crate) fn read<S: Score>(text: &[u8]) -> Result<S> {
    of(str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or_else(refusal::unexpected)?)
}

/// What is on the same side of every score as this.
pub(crate) fn limit<S: Score>(score: S) -> Result<f64> {
    let bound = score.bound();
    if bound.is_nan() { double(score) } else { Ok(bound) }
}

/// One end of a range of scores.
pub(crate) fn bound<S: Score>(end: Bound<&S>) -> Result<Bound<f64>> {
    Ok(match end {
        Bound::Included(score) => Bound::Included(limit(*score)?),
        Bound::Excluded(score) => Bound::Excluded(limit(*score)?),
        Bound::Unbounded => Bound::Unbounded,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_is_a_score_up_to_the_last_that_is_a_double() {
        for score in [0, 1, -1, MOST - 1, MOST, -MOST] {
            assert_eq!(double(score).and_then(of::<i64>).ok(), Some(score));
        }
        for score in [MOST + 1, -MOST - 1, i64::MAX, i64::MIN] {
            assert_eq!(double(score).map_err(|error| error.kind()), Err(ErrorKind::Encode));
        }
        for double in [0.5, f64::INFINITY, whole(MOST) + 2.0, f64::NAN] {
            assert_eq!(of::<i64>(double).map_err(|error| error.kind()), Err(ErrorKind::Decode));
        }
    }

    #[test]
    fn a_bound_beyond_the_last_score_is_beyond_it_still() {
        let bound = |score: i64| bound(Bound::Included(&score)).expect("it is one");
        assert_eq!(bound(MOST), Bound::Included(9_007_199_254_740_992.0));
        for (score, expected) in [(MOST + 1, 9_007_199_254_740_992.0), (i64::MAX, 9_007_199_254_740_992.0)] {
            assert!(matches!(bound(score), Bound::Included(bound) if bound > expected));
            assert!(matches!(bound(-score), Bound::Included(bound) if bound < -expected));
        }
    }

    #[test]
    fn a_float_is_a_score_unless_it_has_no_order_and_there_is_one_zero() {
        assert_eq!(double(f64::NEG_INFINITY).ok(), Some(f64::NEG_INFINITY));
        assert!(double(-0.0).is_ok_and(f64::is_sign_positive));
        assert!(double(f64::NAN).is_err() && bound(Bound::Excluded(&f64::NAN)).is_err());
    }
}
