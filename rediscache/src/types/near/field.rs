use std::borrow::Cow;
use std::hash::{Hash, Hasher};

#[cfg(feature = "redis")]
use quick_cache::Equivalent;

use crate::codec::Codec;
use crate::error::Result;
use crate::lend::Lend;
use crate::types::stored::encode;

/// The longest that is held without memory of its own.
const SHORT: usize = 22;

/// The stored form of a key. One form is told in one way only, so that equal ones are equal here.
#[derive(Clone, Debug)]
pub(crate) enum Field {
    /// As the codec writes numbers.
    Number(u64),
    Short(u8, [u8; SHORT]),
    Long(Box<[u8]>),
}

/// The stored form of a key, borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Name<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl Field {
    /// The form that a key has.
    #[inline]
    pub(crate) fn of<C: Codec, K>(key: &impl Lend<K>) -> Result<Self> {
        if C::NUMBERS.is_some()
            && let Some(number) = C::integer(key.lend())
        {
            return Ok(Self::Number(number));
        }
        encode::<C, K>(key).map(|bytes| Name::of::<C>(&bytes).to_field())
    }

    pub(crate) fn bytes<C: Codec>(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Number(number) => Cow::Owned(format!("{}{number}", integer::<C>().unwrap_or_default()).into_bytes()),
            Self::Short(length, bytes) => Cow::Borrowed(&bytes[..usize::from(*length)]),
            Self::Long(bytes) => Cow::Borrowed(bytes),
        }
    }

    #[inline]
    pub(crate) fn name(&self) -> Name<'_> {
        match self {
            Self::Number(number) => Name::Number(*number),
            Self::Short(length, bytes) => Name::Bytes(&bytes[..usize::from(*length)]),
            Self::Long(bytes) => Name::Bytes(bytes),
        }
    }
}

impl<'a> Name<'a> {
    pub(crate) fn of<C: Codec>(bytes: &'a [u8]) -> Self {
        let digits = integer::<C>().and_then(|before| bytes.strip_prefix(before.as_bytes()));
        digits.and_then(number).map_or(Self::Bytes(bytes), Self::Number)
    }

    pub(crate) fn to_field(self) -> Field {
        match self {
            Self::Number(number) => Field::Number(number),
            Self::Bytes(bytes) => match u8::try_from(bytes.len()) {
                Ok(length) if bytes.len() <= SHORT => {
                    let mut short = [0; SHORT];
                    short[..bytes.len()].copy_from_slice(bytes);
                    Field::Short(length, short)
                }
                _ => Field::Long(bytes.into()),
            },
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
            Self::Bytes(bytes) => state.write(bytes),
        }
    }
}

#[cfg(feature = "redis")]
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
            assert_eq!(&*field.bytes::<Typestring>(), written.as_bytes());
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
