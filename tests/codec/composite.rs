use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use proptest::prelude::{any, prop_assert, prop_assert_eq};
use proptest::proptest;
use support::RawBytes;

use crate::sample::{Colour, Empty, Event, Nothing, Tree, colour, event, profile};
use crate::{assert_round_trip, cases, decoded, encoded};

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn an_option_round_trips_however_deep(
        one in any::<Option<i64>>(),
        text in any::<Option<String>>(),
        deep in any::<Option<Option<Option<u8>>>>(),
    ) {
        assert_round_trip(&one);
        assert_round_trip(&text);
        assert_round_trip(&deep);
    }

    #[test]
    fn an_enum_round_trips(colour in colour(), event in event()) {
        assert_round_trip(&colour);
        assert_round_trip(&event);
        assert_round_trip(&Some(event));
    }

    #[test]
    fn a_struct_of_structs_round_trips(profile in profile()) {
        assert_round_trip(&profile);
    }

    #[test]
    fn a_sequence_round_trips(
        bytes: Vec<u8>,
        lists: Vec<Vec<i128>>,
        texts: VecDeque<String>,
        set: BTreeSet<(u16, bool)>,
        hash: HashSet<char>,
    ) {
        assert_round_trip(&bytes);
        assert_round_trip(&lists);
        assert_round_trip(&texts);
        assert_round_trip(&set);
        assert_round_trip(&hash);
        assert_round_trip(&bytes.into_boxed_slice());
    }

    #[test]
    fn a_map_round_trips(ordered: BTreeMap<String, Vec<u8>>, hash: HashMap<(i8, u64), Option<bool>>) {
        assert_round_trip(&ordered);
        assert_round_trip(&hash);
    }

    #[test]
    fn a_tuple_round_trips(pair: (u8, i64), triple: (String, f32, char), nested: ((), (u128, [i16; 3]))) {
        assert_round_trip(&pair);
        assert_round_trip(&triple);
        assert_round_trip(&nested);
    }

    #[test]
    fn bytes_are_stored_as_they_are(bytes: Vec<u8>) {
        let raw = RawBytes(bytes);
        assert_round_trip(&raw);
        prop_assert!(encoded(&raw).ends_with(&raw.0));
    }

    #[test]
    fn floats_within_a_composite_keep_their_bits(bits: u64) {
        let read: (f64, ()) = decoded(encoded(&(f64::from_bits(bits), ()))).unwrap();
        prop_assert_eq!(read.0.to_bits(), bits);
    }
}

/// Types that serde writes as text where people read it, and shorter elsewhere.
#[test]
fn a_type_of_two_forms_round_trips() {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

    assert_round_trip(&Ipv4Addr::LOCALHOST);
    assert_round_trip(&IpAddr::V6(Ipv6Addr::LOCALHOST));
    assert_round_trip(&SocketAddr::from(([127, 0, 0, 1], 6379)));
    assert_round_trip(&Some(IpAddr::V4(Ipv4Addr::BROADCAST)));
}

#[test]
fn types_of_the_standard_library_round_trip() {
    use std::time::{Duration, SystemTime};

    assert_round_trip(&Duration::new(1, 2));
    assert_round_trip(&(SystemTime::UNIX_EPOCH + Duration::from_secs(1)));
    assert_round_trip(&std::path::PathBuf::from("/a/b"));
    assert_round_trip(&(1_u64..9));
    assert_round_trip(&std::num::NonZeroU32::MAX);
    assert_round_trip(&Box::<str>::from("text"));
    assert_round_trip(&Err::<u8, String>("no".to_owned()));
}

#[test]
fn a_value_of_no_bytes_round_trips() {
    assert_round_trip(&());
    assert_round_trip(&Nothing);
    assert_round_trip(&Empty {});
    assert_round_trip(&[(); 3]);
    assert_round_trip(&vec![(), ()]);
}

#[test]
fn large_values_round_trip() {
    for length in [0xfff, 0x1000, 0x1001, 0xffff, 0x1_0001, 0xf_ffff, 0x10_0001, 0x100_0001] {
        assert_round_trip(&(RawBytes(vec![7; length]), "x".repeat(length)));
    }
    assert_round_trip(&vec![i128::MIN; 20_000]);
    assert_round_trip(&vec![String::new(); 20_000]);
    assert_round_trip(&vec![Colour::Blue; 20_000]);
    assert_round_trip(&vec![Some(Event::Started); 20_000]);
}

/// A decoder that bounds what numbers may take, and not what they took, must leave room for these.
#[test]
fn small_numbers_of_a_large_type_round_trip() {
    for length in (0xffc..0x1004).chain(0xfffc..0x1_0000_u32) {
        let length = u16::try_from(length).unwrap();
        let stored = [&b"m|\x02\0\xdc"[..], &length.to_be_bytes(), &vec![0; length.into()]].concat();
        assert_eq!(decoded::<Vec<u128>>(&stored).map(|read| read.len()), Ok(length.into()));
    }
}

#[test]
fn a_value_that_holds_itself_round_trips() {
    let nest = |inner, _| Tree::Branch(vec![Tree::Leaf(1), inner]);
    assert_round_trip(&(0..60).fold(Tree::Leaf(0), nest));
}

#[test]
fn equal_values_have_equal_forms() {
    let ordered: BTreeMap<_, _> = [(2, "b"), (1, "a")].into();
    let again: BTreeMap<_, _> = [(1, "a"), (2, "b")].into();
    assert_eq!(encoded(&ordered), encoded(&again));
}
