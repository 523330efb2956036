//! Whose a lease is.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// Whose a lease is: by chance, so that no other has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    number: u64,
    place: LeasePlace,
}

/// Where a lease lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeasePlace {
    /// In the place of the value: what is done with it names one key, which is at one node also while its slot moves.
    Entry,
    /// That, or beside the value.
    Either,
}

impl Token {
    pub(crate) fn new() -> Self {
        // The standard library's source of randomness, which hash maps are seeded from.
        Self { number: RandomState::new().build_hasher().finish(), place: LeasePlace::Either }
    }

    /// The same of a lease that lies there.
    pub(super) fn at(self, place: LeasePlace) -> Self {
        Self { place, ..self }
    }

    pub(super) fn place(self) -> LeasePlace {
        self.place
    }
}

impl Token {
    /// As it is stored: in sixteen digits.
    pub(super) fn digits(self) -> [u8; 16] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 16];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.number.to_be_bytes()) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_stored_in_sixteen_digits() {
        let token = Token { number: 0x0123_4567_89ab_cdef, place: LeasePlace::Either };
        assert_eq!(&token.digits(), b"0123456789abcdef");
    }
}
