//! What tells an entry from others, where what is stored is all there is to tell it by.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::LazyLock;

/// By chance, and known to nobody outside this process: what is secret cannot be guessed from its hash.
static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(|| [RandomState::new(), RandomState::new()]);

/// What is stored itself; of what is secret its hash, by which it is found in this process only.
pub(in crate::types) fn id_of(is_secret: bool, stored: &[u8]) -> Vec<u8> {
    if !is_secret {
        return stored.to_vec();
    }
    KEYS.iter().flat_map(|key| key.hash_one(stored).to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_what_is_secret_tells_it_from_others_and_does_not_hold_it() {
        assert_eq!(id_of(false, b"s|a"), b"s|a");
        let [one, other] = [&b"s|a"[..], b"s|b"].map(|stored| id_of(true, stored));
        assert_eq!((one.len(), &one), (16, &id_of(true, b"s|a")));
        assert!(one != other && one[..8] != one[8..]);
    }
}
