//! Bytes come from a shared database: whatever they are, reading them ends soon, in a value or an error.

use std::collections::{BTreeMap, HashMap, HashSet};

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::{prop_oneof, proptest};
use rediscache::{Codec, Json, Typestring};
use serde::de::IgnoredAny;
use support::RawBytes;

use crate::sample::{Colour, Date, Empty, Event, Id, Names, Nothing, Profile, Tree, profile};
use crate::small_process::in_a_small_process;
use crate::{cases, decoded, encoded};

/// Reads `stored` as every one of the types.
macro_rules! read_as {
    ($codec:ty, $stored:expr, $($type:ty),* $(,)?) => { $(drop(<$codec>::decode::<$type>($stored));)* };
}

fn read_as_everything<C: Codec>(stored: &[u8]) {
    read_as!(C, stored, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64, bool, char, String);
    read_as!(C, stored, Option<u8>, Option<Option<String>>, Vec<u8>, Vec<String>, Vec<Vec<u128>>, RawBytes, [u64; 4]);
    read_as!(C, stored, BTreeMap<String, u64>, HashMap<u64, Vec<i128>>, HashSet<String>, (u8, String, f32), Box<str>);
    read_as!(C, stored, Id, Names, Nothing, Empty, Colour, Event, Date, Profile, Tree, serde_json::Value, Box<[u8]>);
    read_as!(C, stored, std::time::Duration, std::time::SystemTime, std::net::IpAddr, std::path::PathBuf);
    read_as!(C, stored, std::ops::Range<u64>, std::num::NonZeroU8, std::cmp::Reverse<String>, Result<u8, String>);
}

fn head() -> impl Strategy<Value = &'static [u8]> {
    prop_oneof![
        1 => Just(&b""[..]),
        1 => Just(&b"i|"[..]),
        1 => Just(&b"f|"[..]),
        1 => Just(&b"s|"[..]),
        1 => Just(&b"b|"[..]),
        1 => Just(&b"c|\x02"[..]),
        1 => Just(&b"m|"[..]),
        1 => Just(&b"m|\x02\x01"[..]),
        4 => Just(&b"m|\x02\0"[..]),
    ]
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn random_bytes_are_read_or_refused(head in head(), tail in vec(any::<u8>(), 0..40)) {
        read_as_everything::<Typestring>(&[head, &tail].concat());
        read_as_everything::<Json>(&tail);
    }

    #[test]
    fn random_digits_are_read_or_refused(head in head(), tail in "[-+_ .0-9eExinfa]{0,12}") {
        read_as_everything::<Typestring>(&[head, tail.as_bytes()].concat());
        read_as_everything::<Json>(tail.as_bytes());
    }

    #[test]
    fn small_numbers_are_read_or_refused(tail in vec(0_u8..4, 0..60)) {
        read_as_everything::<Typestring>(&[b"m|\x02\0", tail.as_slice()].concat());
    }

    #[test]
    fn heads_without_parts_are_read_or_refused(tail in vec(prop_oneof![0x80_u8..0xe0, 0_u8..4], 0..60)) {
        read_as_everything::<Typestring>(&[b"m|\x02\0", tail.as_slice()].concat());
    }

    #[test]
    fn a_value_with_some_bytes_changed_is_read_or_refused(
        profile in profile(),
        changes in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut stored = encoded(&profile);
        for (at, byte) in changes {
            let at = at.index(stored.len());
            stored[at] = byte;
        }
        read_as_everything::<Typestring>(&stored);
    }
}

/// A composite that says it goes on for `length`, as each kind that can, and has `behind` zeros.
fn claims(length: u32, behind: usize) -> impl Iterator<Item = Vec<u8>> {
    // An array, a map, text, bytes and an extension; each by itself and in an array.
    let heads = [0xdd, 0xdf, 0xdb, 0xc6, 0xc9].into_iter().flat_map(|kind| [vec![kind], vec![0x91, kind]]);
    heads.map(move |head| [&b"m|\x02\0"[..], &head, &length.to_be_bytes(), &vec![0; behind]].concat())
}

/// 2 GiB are more than a hundred times what is stored here.
#[test]
fn a_claimed_length_allocates_nothing_like_it() {
    in_a_small_process("hostile::a_claimed_length_allocates_nothing_like_it", || {
        for behind in [0, 5_000, 100_000, 17 << 20] {
            for stored in [1 << 25, 1 << 31, u32::MAX].into_iter().flat_map(|length| claims(length, behind)) {
                assert!(decoded::<(String,)>(&stored).is_err());
                assert!(decoded::<RawBytes>(&stored).is_err());
                assert!(decoded::<Vec<u128>>(&stored).is_err());
                assert!(decoded::<Vec<Vec<[u64; 8]>>>(&stored).is_err());
                assert!(decoded::<HashMap<u64, [u64; 8]>>(&stored).is_err());
            }
        }
    });
}

#[test]
fn a_claimed_length_of_nothing_ends_soon() {
    in_a_small_process("hostile::a_claimed_length_of_nothing_ends_soon", || {
        for stored in claims(u32::MAX, 0) {
            assert!(decoded::<Vec<()>>(&stored).is_err());
            assert!(decoded::<Vec<Nothing>>(&stored).is_err());
            assert!(decoded::<HashMap<(), ()>>(&stored).is_err());
            assert!(decoded::<serde_json::Value>(&stored).is_err());
        }
    });
}

#[test]
fn a_value_nested_without_end_is_refused() {
    in_a_small_process("hostile::a_value_nested_without_end_is_refused", || {
        let branch = [&b"\x81\xa6Branch\x91"[..]; 200_000].concat();
        assert!(decoded::<Tree>([b"m|\x02\0", &*branch].concat()).is_err());
        let stored = [b"m|\x02\0".to_vec(), vec![0x91; 2_000_000]].concat();
        assert!(decoded::<Vec<IgnoredAny>>(&stored).is_err());
        assert!(decoded::<serde_json::Value>(&stored).is_err());
        assert!(Json::decode::<serde_json::Value>(&vec![b'['; 2_000_000]).is_err());
    });
}

#[test]
fn long_numbers_are_read_or_refused_at_once() {
    let (digits, zeros, spaces) = ("1".repeat(1 << 20), "0".repeat(1 << 20), " ".repeat(1 << 20));
    assert!(decoded::<u128>(format!("i|{digits}")).is_err());
    assert!(decoded::<i64>(format!("i|-{digits}")).is_err());
    assert_eq!(decoded::<u64>(format!("i|{zeros}7")), Ok(7));
    assert_eq!(decoded::<f64>(format!("f|{digits}")), Ok(f64::INFINITY));
    assert_eq!(decoded::<f64>(format!("f|0.{zeros}1")), Ok(0.0));
    assert!(decoded::<f64>(format!("f|{digits}x")).is_err());
    assert!(decoded::<u64>(format!("i|1{spaces}1")).is_err());
    assert_eq!(decoded::<u64>(format!("i|{spaces}1{spaces}")), Ok(1));
    assert_eq!(decoded::<bool>(format!("b|{zeros}")), Ok(false));
}
