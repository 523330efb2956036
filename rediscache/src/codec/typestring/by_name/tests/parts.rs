//! Sequences, tuples, maps, text and bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{reads, reads_less, refuses};

/// Bytes that are written and read as such, or read from numbers, as `serde_bytes` has it.
#[derive(Debug, PartialEq)]
struct Blob(Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Blob;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Blob, E> {
                Ok(Blob(bytes.to_vec()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Blob, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(Blob(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}

#[test]
fn a_sequence_is_a_tuple_of_the_same_length() {
    reads(&vec![1_u8, 2, 3], &(1_u8, 2_u16, 3_u64));
    reads(&(1_u8, 2_u16, 3_u64), &vec![1_u64, 2, 3]);
    reads(&[1_u8, 2, 3], &vec![1_u8, 2, 3]);
    reads(&vec![3_u8, 1, 2], &BTreeSet::from([1_u16, 2, 3]));
    reads(&(1_u8, "a".to_owned()), &(1_u64, Some('a')));
    reads(&Vec::<u8>::new(), &Vec::<String>::new());
}

#[test]
fn a_tuple_of_another_length_is_refused() {
    let (short, long) = ("it is of another length than is wanted", "it has more elements than are wanted");
    refuses::<_, (u8, u8, u8)>(&(1_u8, 2_u8), short, short);
    refuses::<_, [u8; 2]>(&vec![1_u8, 2, 3], long, long);
    refuses::<_, (u8, u8)>(&(1_u8, 2_u8, "secret".to_owned()), long, long);
    refuses::<_, (u8, (u8, u8))>(&(1_u8, vec![1_u8]), &format!("at `[1]`: {short}"), &format!("at `[1]`: {short}"));
}

#[test]
fn elements_are_told_by_their_index() {
    let old = vec![1_u16, 2, 300, 4];
    refuses::<_, Vec<u8>>(&old, "at `[2]`: it does not fit u8", "at `[2]`: it does not fit u8");
    let nested = vec![vec![1_u16], vec![2, 300]];
    refuses::<_, Vec<Vec<u8>>>(&nested, "at `[1][1]`: it does not fit u8", "at `[1][1]`: it does not fit u8");
}

#[test]
fn maps_are_read_with_other_values() {
    #[derive(Serialize, Deserialize)]
    struct Old {
        id: u8,
        name: String,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct New {
        name: Option<String>,
        id: u64,
    }
    let old = BTreeMap::from([("k".to_owned(), Old { id: 1, name: "a".to_owned() })]);
    let new = BTreeMap::from([("k".to_owned(), New { name: Some("a".to_owned()), id: 1 })]);
    reads(&old, &new);
    let keyed = BTreeMap::from([(1_u8, Old { id: 1, name: "a".to_owned() })]);
    reads(&keyed, &BTreeMap::from([(1_i64, New { name: Some("a".to_owned()), id: 1 })]));
}

#[test]
fn entries_are_told_without_their_keys() {
    let old = BTreeMap::from([("secret".to_owned(), vec![300_u16])]);
    let told = "at `[…][0]`: it does not fit u8";
    refuses::<_, BTreeMap<String, Vec<u8>>>(&old, told, told);
    let told = "at `[…]`: stored as text, wanted as u8";
    refuses::<_, BTreeMap<u8, Vec<u16>>>(&old, told, told);
}

#[test]
fn keys_may_be_variants() {
    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    enum Key {
        Left,
        Right,
    }
    let old = BTreeMap::from([(Key::Left, 1_u8), (Key::Right, 2)]);
    let texts = BTreeMap::from([("Left".to_owned(), 1_u8), ("Right".to_owned(), 2)]);
    reads(&old, &texts);
    reads(&texts, &old);
}

#[test]
fn a_char_is_text_of_one() {
    reads(&'ß', &"ß".to_owned());
    reads(&"ß".to_owned(), &'ß');
    reads(&'ß', &'ß');
    refuses::<_, char>(&"ab".to_owned(), "it does not fit char", "it does not fit char");
    refuses::<_, char>(&String::new(), "it does not fit char", "it does not fit char");
}

#[test]
fn bytes_are_a_sequence_of_numbers_and_the_other_way() {
    reads(&Blob(vec![1, 2, 255]), &vec![1_u16, 2, 255]);
    reads(&Blob(vec![1, 2]), &[1_u8, 2]);
    reads(&Blob(vec![1, 2]), &Blob(vec![1, 2]));
    reads(&vec![1_u64, 2, 255], &Blob(vec![1, 2, 255]));
    reads(&[1_u8, 2], &Blob(vec![1, 2]));
    refuses::<_, Blob>(&vec![1_u64, 256], "at `[1]`: it does not fit u8", "at `[1]`: it does not fit u8");
    refuses::<_, Blob>(&"text".to_owned(), "stored as text, wanted as bytes", "stored as text, wanted as bytes");
    let long = "it has more elements than are wanted";
    refuses::<_, [u8; 1]>(&Blob(vec![1, 2]), long, long);
}

#[test]
fn what_looks_at_the_bytes_it_gets_is_read() {
    let duration = Duration::new(5, 7);
    reads(&duration, &duration);
    reads(&vec![duration], &[duration]);
    reads_less(&duration, &Seconds { secs: 5 });
}

#[derive(Debug, PartialEq, Deserialize)]
struct Seconds {
    secs: u8,
}
