//! From keys and values to stored bytes and back, with errors that name the type and never the value.

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use serde::de::DeserializeOwned;

use super::Codec;
use super::value::{check_readable, formless, unreadable};
use crate::error::Result;
use crate::lend::Lend;

/// The stored form of `value`.
pub(crate) fn encode<C: Codec, T>(value: &impl Lend<T>) -> Result<Vec<u8>> {
    let mut stored = Vec::new();
    append::<C, T>(value, &mut stored)?;
    Ok(stored)
}

/// Appends the stored form of `value`.
pub(crate) fn append<C: Codec, T>(value: &impl Lend<T>, out: &mut Vec<u8>) -> Result<()> {
    C::encode(value.lend(), out).map_err(formless::<T>)
}

/// Appends the stored form of a key that is to be stored, if it can be read again.
pub(crate) fn append_new<C: Codec, T: DeserializeOwned>(key: &impl Lend<T>, out: &mut Vec<u8>) -> Result<()> {
    let start = out.len();
    append::<C, T>(key, out)?;
    check_new::<C, T>(out.get(start..).unwrap_or_default())
}

/// Refuses the stored form of a key that could not be read again.
#[inline]
pub(crate) fn check_new<C: Codec, T: DeserializeOwned>(stored: &[u8]) -> Result<()> {
    if C::may_be_unreadable(stored) { check_readable::<C, T>(stored).map_err(formless::<T>) } else { Ok(()) }
}

/// Reads a stored key.
pub(crate) fn decode<C: Codec, T: DeserializeOwned>(stored: &[u8]) -> Result<T> {
    C::decode(stored).map_err(unreadable::<T>)
}

/// As [`decode`], of bytes that nobody needs any more.
#[inline]
pub(crate) fn decode_owned<C: Codec, T: DeserializeOwned>(stored: Vec<u8>) -> Result<T> {
    C::decode_owned(stored).map_err(unreadable::<T>)
}

/// The stored form of a key, in place where it is short: a near hit allocates nothing.
///
/// One form is told in one way only, the rest of a short one being zeros, so that equal ones are compared as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EncodedKey {
    Short(u8, [u8; SHORT]),
    Long(Box<[u8]>),
}

/// What the longest `u64` takes, and no more than makes both forms equally large.
const SHORT: usize = 22;

/// The most that is kept to write the next key into.
const SPARE: usize = 1024;

impl EncodedKey {
    #[inline]
    pub(crate) fn of<C: Codec, K>(key: &impl Lend<K>) -> Result<Self> {
        thread_local! {
            static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
        }
        let mut buffer = BUFFER.take();
        buffer.clear();
        let encoded = append::<C, K>(key, &mut buffer).map(|()| Self::taken_from(&mut buffer));
        if buffer.capacity() <= SPARE {
            BUFFER.set(buffer);
        }
        encoded
    }

    /// As [`of`](Self::of), of a key of which something is to be stored, if it can be read again.
    #[inline]
    pub(crate) fn of_new<C: Codec, K: DeserializeOwned>(key: &impl Lend<K>) -> Result<Self> {
        let encoded = Self::of::<C, K>(key)?;
        check_new::<C, K>(encoded.as_slice())?;
        Ok(encoded)
    }

    /// What is in the buffer, which may be longer afterwards: with zeros behind it, it is copied in one piece.
    #[inline]
    fn taken_from(buffer: &mut Vec<u8>) -> Self {
        let length = buffer.len();
        if length > SHORT {
            return Self::Long(buffer.as_slice().into());
        }
        buffer.extend_from_slice(&[0; SHORT]);
        let short = buffer.first_chunk().map_or([0; SHORT], |short| *short);
        Self::Short(u8::try_from(length).unwrap_or_default(), short)
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Short(length, bytes) => &bytes[..usize::from(*length)],
            Self::Long(bytes) => bytes,
        }
    }
}

impl From<&[u8]> for EncodedKey {
    #[inline]
    fn from(bytes: &[u8]) -> Self {
        let mut short = [0; SHORT];
        match (u8::try_from(bytes.len()), short.get_mut(..bytes.len())) {
            (Ok(length), Some(place)) => {
                place.copy_from_slice(bytes);
                Self::Short(length, short)
            }
            _ => Self::Long(bytes.into()),
        }
    }
}

impl Hash for EncodedKey {
    /// A short one in three words, which takes a near hit less time than a slice of bytes.
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Short(length, bytes) => {
                let mut words = [[0; 8]; 3];
                words.as_flattened_mut()[..SHORT].copy_from_slice(bytes);
                words[2][7] = *length;
                words.into_iter().for_each(|word| state.write_u64(u64::from_ne_bytes(word)));
            }
            Self::Long(bytes) => state.write(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Typestring;

    #[test]
    fn a_key_is_what_the_codec_writes_short_or_long() {
        for key in
            ["", "a", "twenty bytes of text", "twenty-one bytes text", "a text that is longer than what is short"]
        {
            let encoded = EncodedKey::of::<Typestring, String>(&key).expect("text has a form");
            assert_eq!(encoded.as_slice(), format!("s|{key}").as_bytes());
            assert_eq!(encoded, EncodedKey::from(encoded.as_slice()));
        }
        assert_eq!(size_of::<EncodedKey>(), 24);
    }
}
