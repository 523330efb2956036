use std::hash::{Hash, Hasher};

use quick_cache::Equivalent;

use crate::codec::Codec;
use crate::error::Result;
use crate::lend::Lend;
use crate::types::stored::Brief;

/// The stored form of a key. One form is told in one way only, so that equal ones are equal here.
#[derive(Clone, Debug)]
pub(in crate::types) enum Field {
    /// As the codec writes numbers.
    Number(u64),
    Other(Brief),
}

/// The stored form of a key, borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Name<'a> {
    Number(u64),
    Other(&'a [u8]),
}

impl Field {
    /// The form that a key has.
    #[inline]
    pub(in crate::types) fn of<C: Codec, K>(key: &impl Lend<K>) -> Result<Self> {
        if C::NUMBERS.is_some()
            && let Some(number) = C::integer(key.lend())
        {
            return Ok(Self::Number(number));
        }
        Brief::of::<C, K>(key).map(|written| Name::of::<C>(written.as_slice()).to_field())
    }

    /// As it is stored.
    pub(super) fn written<C: Codec>(&self) -> Result<Brief> {
        match self {
            Self::Number(number) => Brief::of::<C, u64>(number),
            Self::Other(written) => Ok(written.clone()),
        }
    }

    /// How long that is.
    pub(super) fn len<C: Codec>(&self) -> usize {
        match self {
            Self::Number(number) => {
                integer::<C>().map_or(0, str::len) + number.checked_ilog10().map_or(1, |log| log as usize + 1)
            }
            Self::Other(written) => written.as_slice().len(),
        }
    }

    #[inline]
    pub(super) fn name(&self) -> Name<'_> {
        match self {
            Self::Number(number) => Name::Number(*number),
            Self::Other(written) => Name::Other(written.as_slice()),
        }
    }
}

impl<'a> Name<'a> {
    pub(super) fn of<C: Codec>(bytes: &'a [u8]) -> Self {
        let digits = integer::<C>().and_then(|before| bytes.strip_prefix(before.as_bytes()));
        digits.and_then(number).map_or(Self::Other(bytes), Self::Number)
    }

    pub(super) fn to_field(self) -> Field {
        match self {
            Self::Number(number) => Field::Number(number),
            Self::Other(bytes) => Field::Other(Brief::copied(bytes)),
        }
    }
}

/// What the codec writes before the digits of an integer.
fn integer<C: Codec>() -> Option<&'static str> {
    C::NUMBERS.map(|notation| notation.integer)
}

/// The number that is written so, and in no other way.
fn number(digits: &[u8]) -> Option<u64> {
    let is_one = digits.iter().all(u8::is_ascii_digit) && (digits.len() == 1 || digits.first() != Some(&b'0'));
    std::str::from_utf8(digits).ok().filter(|_| is_one)?.parse().ok()
}

impl Hash for Name<'_> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Number(number) => state.write_u64(*number),
            Self::Other(bytes) => state.write(bytes),
        }
    }
}

impl Equivalent<Field> for Name<'_> {
    #[inline]
    fn equivalent(&self, field: &Field) -> bool {
        *self == field.name()
    }
}

impl Hash for Field {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl PartialEq for Field {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Field {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Typestring;

    #[test]
    fn a_key_and_its_stored_form_are_one_field() {
        fn check<K: serde::Serialize>(key: K, written: &str) {
            let field = Field::of::<Typestring, K>(&key).expect("it has a form");
            assert_eq!(field, Name::of::<Typestring>(written.as_bytes()).to_field());
            assert_eq!(field.written::<Typestring>().expect("it has a form").as_slice(), written.as_bytes());
            assert_eq!(field.len::<Typestring>(), written.len());
        }
        check(0_u8, "i|0");
        check(42_i32, "i|42");
        check(-42_i64, "i|-42");
        check(u64::MAX, "i|18446744073709551615");
        check(u128::from(u64::MAX) + 1, "i|18446744073709551616");
        check(i128::MIN, "i|-170141183460469231731687303715884105728");
        check("", "s|");
        check("42", "s|42");
        check('x', "s|x");
        check(true, "b|1");
        check("a text that is longer than what is short", "s|a text that is longer than what is short");
    }

    #[test]
    fn forms_that_differ_are_fields_that_differ() {
        let forms = ["i|42", "i|042", "i|+42", "i| 42", "i|", "42", "s|42", "i|0", "i|00", "i|4_2"];
        for one in forms {
            for other in forms {
                let [one_field, other_field] =
                    [one, other].map(|form| Name::of::<Typestring>(form.as_bytes()).to_field());
                assert_eq!(one_field == other_field, one == other, "{one} {other}");
            }
        }
    }
}
