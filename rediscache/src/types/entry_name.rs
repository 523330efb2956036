//! The Redis key of an entry.

use crate::bounds::Key;
use crate::codec::{Codec, EncodedKey, decode_owned};
use crate::error::{Error, ErrorKind, Result};
use crate::namespace::FullKey;
use crate::store::Packed;

/// The bytes that are taken as they are.
const PLAIN: [bool; 256] = {
    let (mut plain, mut byte) = ([false; 256], 0_u8);
    while byte < 0x80 {
        plain[byte as usize] = !is_escaped(byte);
        byte += 1;
    }
    plain
};

/// The Redis key of the entry whose stored key is `stored`, below the full key of its object.
///
/// What could be taken for something else is written as `%` and two digits: `:` and `$`, with which the names of other entries
/// and of what lies beside them go on, braces, which make a hash tag, `%` itself, blanks and control characters, and bytes
/// that are no UTF-8. So no two entries have one name, and the last `:` is where the key begins.
pub(super) fn entry_name(object: &FullKey, stored: &[u8]) -> String {
    entry_name_below(object, stored)
}

/// The same, below whatever name.
pub(crate) fn entry_name_below(object: &str, stored: &[u8]) -> String {
    let mut name = String::with_capacity(object.len() + 1 + stored.len());
    name.push_str(object);
    name.push(':');
    append(stored, &mut name);
    name
}

/// The name of the record whose field has this name, of which so much stands behind that.
pub(super) fn record_of(name: &str, suffix: usize) -> &str {
    name.get(..name.len().saturating_sub(suffix)).unwrap_or(name)
}

/// The name of an entry by what stands for its key there.
pub(super) fn entry_name_of(object: &FullKey, rest: &[u8]) -> String {
    let mut name = String::with_capacity(object.len() + 1 + rest.len());
    name.push_str(object);
    name.push(':');
    // It was made as text.
    name.push_str(std::str::from_utf8(rest).unwrap_or_default());
    name
}

/// What stands for a key in the name of its entry, where that is not the key itself.
#[inline]
pub(super) fn near_key(stored: &EncodedKey) -> Option<EncodedKey> {
    let bytes = stored.as_slice();
    if bytes.iter().all(|&byte| PLAIN[usize::from(byte)]) {
        return None;
    }
    let mut rest = String::with_capacity(bytes.len() + 8);
    append(bytes, &mut rest);
    Some(rest.as_bytes().into())
}

fn append(stored: &[u8], name: &mut String) {
    let start = name.len();
    for &byte in stored {
        // Most keys have nothing to escape, and are taken as they are.
        if !PLAIN[usize::from(byte)] {
            name.truncate(start);
            return append_escaped(stored, name);
        }
        name.push(char::from(byte));
    }
}

fn append_escaped(stored: &[u8], name: &mut String) {
    for chunk in stored.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = rest.bytes().position(is_escaped) {
            name.push_str(&rest[..at]);
            escape(rest.as_bytes()[at], name);
            rest = &rest[at + 1..];
        }
        name.push_str(rest);
        chunk.invalid().iter().for_each(|&byte| escape(byte, name));
    }
}

/// What stands for the key of one of a family in its names; it is never empty, since the form of a key begins with what it is.
pub(super) fn family_part(stored: &[u8]) -> String {
    let mut part = String::with_capacity(stored.len());
    append(stored, &mut part);
    part
}

/// The Redis keys of many.
pub(super) fn entry_names(object: &FullKey, stored: impl Iterator<Item: AsRef<[u8]>>) -> Packed {
    stored.map(|stored| entry_name(object, stored.as_ref())).collect()
}

/// What stands for the key in the name of an entry of this object.
pub(super) fn key_behind(object: &FullKey, name: &str) -> String {
    name.get(object.len() + 1..).unwrap_or_default().to_owned()
}

/// The key of the entry in whose name this stands behind the object's.
pub(super) fn key_of<C: Codec, K: Key>(rest: &str) -> Result<K> {
    decode_owned::<C, K>(stored_key(rest)?)
}

/// Tries to read the key of the entry in whose name this stands behind the object's.
pub(super) fn read_key<C: Codec, K: Key>(rest: &[u8]) -> Result<()> {
    key_of::<C, K>(str::from_utf8(rest).map_err(|_| no_key())?).map(drop)
}

/// The stored key of the entry in whose name this stands behind the object's.
pub(crate) fn stored_key(rest: &str) -> Result<Vec<u8>> {
    let mut stored = Vec::with_capacity(rest.len());
    let mut bytes = rest.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let escaped = hexadecimal(bytes.next()).zip(hexadecimal(bytes.next()));
                let (high, low) = escaped.ok_or_else(no_key)?;
                stored.push(high << 4 | low);
            }
            byte => stored.push(byte),
        }
    }
    let mut written = String::with_capacity(rest.len());
    append(&stored, &mut written);
    // So that no key has two names.
    if written == rest { Ok(stored) } else { Err(no_key()) }
}

fn no_key() -> Error {
    Error::new(ErrorKind::Decode, "what stands behind the last `:` of a name is not how the library writes a key")
}

const fn is_escaped(byte: u8) -> bool {
    matches!(byte, b':' | b'$' | b'{' | b'}' | b'%' | b' ' | 0x7f | ..=0x1f)
}

fn escape(byte: u8, name: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    name.push('%');
    for digit in [byte >> 4, byte & 15] {
        name.push(char::from(DIGITS[usize::from(digit)]));
    }
}

fn hexadecimal(digit: Option<u8>) -> Option<u8> {
    match digit? {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        digit @ b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::namespace::Namespace;

    fn object(name: &str) -> FullKey {
        Namespace::Shared(name.into()).key_below("")
    }

    /// Stored keys of all lengths up to some, of bytes that mean something and of any.
    fn samples() -> impl Iterator<Item = Vec<u8>> {
        const MEANING: [u8; 16] = *b":${}% %0AFi|\n\x7f\xc3\xa9";
        let mut state = 1_u64;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()
        };
        (0..20_000_usize).map(move |at| {
            let byte = |_| match next() {
                [choice, any, ..] if choice % 4 == 0 => any,
                [_, _, choice, ..] => MEANING[usize::from(choice % 16)],
            };
            (0..at % 7).map(byte).collect()
        })
    }

    #[test]
    fn every_key_is_read_again_from_its_name_and_no_two_have_one() {
        let (object, mut names) = (object("Shop.pages"), HashMap::new());
        for stored in samples() {
            let name = entry_name(&object, &stored);
            let (before, rest) = name.rsplit_once(':').expect("every name has one");
            assert_eq!(before, "Shop.pages", "the last `:` is where the key begins");
            assert_eq!(stored_key(rest).expect("it is a key"), stored);
            assert!(!rest.contains(['{', '}', '$', ' ']), "{rest}");
            assert_eq!(names.entry(name).or_insert_with(|| stored.clone()), &stored);
        }
    }

    #[test]
    fn names_of_entries_of_other_objects_and_their_keys_are_never_mixed_up() {
        let one = entry_name(&object("a"), b"b:c");
        let other = entry_name(&object("a:b"), b"c");
        assert_eq!((&*one, &*other), ("a:b%3Ac", "a:b:c"));
    }

    #[test]
    fn usual_keys_stand_in_their_names_as_they_are_stored() {
        assert_eq!(entry_name(&object("Shop.pages"), b"i|42"), "Shop.pages:i|42");
        assert_eq!(entry_name(&object("a"), "s|caf\u{e9}".as_bytes()), "a:s|caf\u{e9}");
        assert_eq!(entry_name(&object("a"), b"s|{x} y\xff"), "a:s|%7Bx%7D%20y%FF");
    }

    #[test]
    fn what_no_key_is_written_as_is_refused() {
        for rest in ["%", "%2", "%zz", "%3a", "%41", "%C3%A9", "a b", "a:b", "a$lease", "{a}"] {
            assert_eq!(stored_key(rest).map_err(|error| error.kind()), Err(ErrorKind::Decode), "{rest}");
        }
    }
}
