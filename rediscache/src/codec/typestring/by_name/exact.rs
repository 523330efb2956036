//! Numbers in another kind, where that changes nothing.

use super::item::Item;

/// Why a number is not there in the kind that is wanted.
pub(super) enum Inexact {
    NoNumber,
    DoesNotFit,
}

#[inline]
pub(super) fn integer<T>(item: &Item<'_>) -> Result<T, Inexact>
where
    T: TryFrom<u64> + TryFrom<i64> + TryFrom<u128> + TryFrom<i128>,
{
    let converted = match *item {
        Item::Unsigned(_, value) => T::try_from(value).ok(),
        Item::Signed(_, value) => T::try_from(value).ok(),
        _ => return rarely_integer(item),
    };
    converted.ok_or(Inexact::DoesNotFit)
}

/// An integer from what seldom becomes one.
#[cold]
#[inline(never)]
fn rarely_integer<T: TryFrom<u128> + TryFrom<i128>>(item: &Item<'_>) -> Result<T, Inexact> {
    let converted = match *item {
        Item::WideUnsigned(_, value) => T::try_from(value.unsigned()).ok(),
        Item::WideSigned(_, value) => T::try_from(value.signed()).ok(),
        Item::F32(value) => whole(value.into()),
        Item::F64(value) => whole(value),
        _ => return Err(Inexact::NoNumber),
    };
    converted.ok_or(Inexact::DoesNotFit)
}

/// The integer that a float is: taken from its bits, so that nothing is rounded. The negative zero is none.
fn whole<T: TryFrom<u128> + TryFrom<i128>>(value: f64) -> Option<T> {
    const MANTISSA: u32 = f64::MANTISSA_DIGITS - 1;
    let bits = value.to_bits();
    if bits == 0 {
        return T::try_from(0_u128).ok();
    }
    let fraction = u128::from(bits & ((1 << MANTISSA) - 1) | 1 << MANTISSA);
    // Of normal numbers; all others are no integers, and their exponents are too small or too large.
    let exponent = i64::try_from(bits >> MANTISSA & 0x7ff).ok()? - 1023 - i64::from(MANTISSA);
    let shift = u32::try_from(exponent.unsigned_abs()).ok()?;
    let magnitude = if exponent < 0 {
        (fraction.trailing_zeros() >= shift).then(|| fraction >> shift)?
    } else {
        (fraction.leading_zeros() >= shift).then(|| fraction << shift)?
    };
    if value.is_sign_positive() {
        return T::try_from(magnitude).ok();
    }
    T::try_from(0_i128.checked_sub_unsigned(magnitude)?).ok()
}

pub(super) fn f64(item: &Item<'_>) -> Result<f64, Inexact> {
    match *item {
        Item::F64(value) => Ok(value),
        Item::F32(value) => Ok(value.into()),
        _ => match magnitude(item) {
            Some((is_negative, value)) if is_short(value, f64::MANTISSA_DIGITS) => {
                Ok(if is_negative { -(value as f64) } else { value as f64 })
            }
            Some(_) => Err(Inexact::DoesNotFit),
            None => Err(Inexact::NoNumber),
        },
    }
}

pub(super) fn f32(item: &Item<'_>) -> Result<f32, Inexact> {
    match *item {
        Item::F32(value) => Ok(value),
        Item::F64(value) => {
            #[expect(clippy::cast_possible_truncation, reason = "the next line finds out")]
            let narrow = value as f32;
            let is_exact = f64::from(narrow).to_bits() == value.to_bits() || value.is_nan();
            if is_exact { Ok(narrow) } else { Err(Inexact::DoesNotFit) }
        }
        _ => match magnitude(item) {
            Some((is_negative, value)) if is_short(value, f32::MANTISSA_DIGITS) => {
                Ok(if is_negative { -(value as f32) } else { value as f32 })
            }
            Some(_) => Err(Inexact::DoesNotFit),
            None => Err(Inexact::NoNumber),
        },
    }
}

/// Of an integer, and whether it is negative.
fn magnitude(item: &Item<'_>) -> Option<(bool, u128)> {
    match *item {
        Item::Unsigned(_, value) => Some((false, value.into())),
        Item::Signed(_, value) => Some((value < 0, value.unsigned_abs().into())),
        Item::WideUnsigned(_, value) => Some((false, value.unsigned())),
        Item::WideSigned(_, value) => Some((value.signed() < 0, value.signed().unsigned_abs())),
        _ => None,
    }
}

/// Whether all digits of a number are among so many bits. No such number is too large for an `f32`.
fn is_short(value: u128, bits: u32) -> bool {
    value == 0 || u128::BITS - value.leading_zeros() - value.trailing_zeros() <= bits
}
