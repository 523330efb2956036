//! An addition to a stored number. It says what the scripts of the Redis store compute, too.

use crate::error::Result;
use crate::number::{Integer, NotAnInteger, Notation, Range, parse_float, parse_integer, python_repr};
use crate::refusal;

/// One addition to a stored number. [`apply`](Self::apply) says what it means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Increment {
    pub(crate) notation: Notation,
    pub(crate) step: Step,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Exact up to 128 bits.
    Integer { amount: Integer, min: i128, max: u128 },
    /// As IEEE doubles add.
    Float { amount: f64, max: f64 },
}

impl Increment {
    /// Takes the amount in its stored form, as the codec wrote it.
    pub(crate) fn by(amount: &[u8], notation: Notation, range: Range) -> Result<Self> {
        let step = match range {
            Range::Integer { min, max } => Step::Integer { amount: read_integer(amount, notation)?, min, max },
            Range::Float { max } => Step::Float { amount: read_float(amount, notation)?, max },
        };
        Ok(Self { notation, step })
    }

    pub(crate) fn negated(mut self) -> Self {
        match &mut self.step {
            Step::Integer { amount, .. } => *amount = amount.negated(),
            Step::Float { amount, .. } => *amount = -*amount,
        }
        self
    }

    /// Writes the amount in digits: as many for a float as say which double it is.
    pub(crate) fn write_amount(&self, out: &mut Vec<u8>) -> std::io::Result<()> {
        use std::io::Write;

        match self.step {
            Step::Integer { amount, .. } => write!(out, "{amount}"),
            Step::Float { amount, .. } => write!(out, "{amount:e}"),
        }
    }

    /// Whether the two differ in nothing but the amount.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let ranges = match (self.step, other.step) {
            (Step::Integer { min, max, .. }, Step::Integer { min: least, max: most, .. }) => {
                (min, max) == (least, most)
            }
            (Step::Float { max, .. }, Step::Float { max: most, .. }) => max.to_bits() == most.to_bits(),
            _ => false,
        };
        ranges && self.notation == other.notation
    }

    /// Whether `HINCRBY` and its kin add as this does: to plain digits, in the range of `i64`.
    pub(super) fn is_of_hincrby(&self) -> bool {
        const LEAST: i128 = i64::MIN as i128;
        const MOST: u128 = i64::MAX.unsigned_abs() as u128;
        self.notation.integer.is_empty() && matches!(self.step, Step::Integer { min: LEAST, max: MOST, .. })
    }

    /// What `adder.lua` makes an addition for, after what stands before numbers: their kind and the range.
    pub(super) fn range_in_lua(&self) -> [String; 3] {
        match self.step {
            Step::Integer { min, max, .. } => ["integer".into(), min.to_string(), max.to_string()],
            Step::Float { max, .. } => ["float".into(), String::new(), format!("{max:e}")],
        }
    }

    /// The sum that a script answered, or why it refused to add.
    pub(super) fn sum_of(answer: Vec<u8>) -> Result<Vec<u8>> {
        match &*answer {
            b"!NOTANUMBER" => Err(refusal::not_a_number()),
            b"!NOTANINTEGER" => Err(refusal::not_an_integer()),
            b"!OVERFLOW" => Err(refusal::overflow()),
            _ => Ok(answer),
        }
    }

    /// What is stored after the addition; where nothing is, it starts from zero.
    pub(crate) fn apply(&self, stored: Option<&[u8]>) -> Result<Vec<u8>> {
        let notation = self.notation;
        match self.step {
            Step::Integer { amount, min, max } => {
                let start = stored.map_or(Ok(Integer::ZERO), |stored| read_integer(stored, notation))?;
                let sum = start.checked_add(amount).filter(|sum| sum.is_within(min, max));
                Ok(format!("{}{}", notation.integer, sum.ok_or_else(refusal::overflow)?).into_bytes())
            }
            Step::Float { amount, max } => {
                let start = stored.map_or(Ok(0.0), |stored| read_float(stored, notation))?;
                let sum = start + amount;
                if sum.abs() > max || sum.is_nan() {
                    return Err(refusal::overflow());
                }
                Ok(format!("{}{}", notation.float, python_repr(sum)).into_bytes())
            }
        }
    }
}

fn read_integer(stored: &[u8], notation: Notation) -> Result<Integer> {
    let text = std::str::from_utf8(stored).map_err(|_| refusal::not_a_number())?;
    match text.strip_prefix(notation.integer).map(parse_integer) {
        Some(Ok(integer)) => Ok(integer),
        Some(Err(NotAnInteger::TooLarge)) => Err(refusal::overflow()),
        _ => Err(read_float(stored, notation).map_or_else(|refused| refused, |_| refusal::not_an_integer())),
    }
}

/// Reads a float, or an integer as one; `nan` is, as its name says, not a number.
fn read_float(stored: &[u8], notation: Notation) -> Result<f64> {
    let text = std::str::from_utf8(stored).map_err(|_| refusal::not_a_number())?;
    let digits = text.strip_prefix(notation.float).or_else(|| text.strip_prefix(notation.integer));
    digits.and_then(parse_float).filter(|float| !float.is_nan()).ok_or_else(refusal::not_a_number)
}
