//! An addition to a score. It says what the script of the Redis store computes, too.

use crate::error::{Error, ErrorKind, Result};
use crate::refusal;

/// One addition. [`apply`](Self::apply) says what it means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScoreStep {
    pub(crate) amount: f64,
    /// Where scores are integers: the largest, either way, up to which all of them are exact.
    pub(crate) most: Option<f64>,
}

impl ScoreStep {
    /// The score after the addition; where none is, it starts from zero.
    pub(crate) fn apply(&self, score: Option<f64>) -> Result<f64> {
        let (start, amount) = (score.unwrap_or_default(), self.amount);
        let sum = start + amount;
        if sum.is_nan() {
            return Err(refusal::overflow());
        }
        if let Some(most) = self.most {
            if start.fract() != 0.0 || start.abs() > most {
                return Err(not_whole());
            }
            // One beyond rounds to what is not.
            if sum.abs() > most || !is(sum - amount, start) {
                return Err(refusal::overflow());
            }
        }
        Ok(sum + 0.0)
    }

    /// Whether the two differ in nothing but the amount.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.most.is_some() == other.most.is_some()
    }

    /// What a script says of one addition: the score, or why it refused to add.
    pub(super) fn sum_of(answer: &str) -> Result<f64> {
        match answer {
            "!OVERFLOW" => Err(refusal::overflow()),
            "!NOTWHOLE" => Err(not_whole()),
            // Of two zeros, this is the one.
            score => score.parse().map(|score: f64| score + 0.0).map_err(|_| refusal::unexpected()),
        }
    }
}

/// Whether both are the same number.
fn is(one: f64, other: f64) -> bool {
    one.total_cmp(&(other + 0.0)).is_eq()
}

fn not_whole() -> Error {
    Error::new(
        ErrorKind::Decode,
        "the stored score is no integer up to 2^53 and was left as it is; declare the ranking with scores of `f64`",
    )
}
