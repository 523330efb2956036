//! What is too much is refused while it is written, so that nothing is stored that nobody can read.

use rediscache::{Codec, Typestring};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};

use crate::sample::Tree;
use crate::{assert_round_trip, encoded};

fn refused<T: Serialize>(value: &T) -> String {
    Typestring::encode(value, &mut Vec::new()).unwrap_err().to_string()
}

/// A newtype and an option: two levels each.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Node(Option<Box<Node>>);

fn node(nodes: usize) -> Node {
    (1..nodes).fold(Node(None), |inner, _| Node(Some(Box::new(inner))))
}

/// The variant and the sequence: two levels each.
fn tree(branches: usize) -> Tree {
    (0..branches).fold(Tree::Branch(vec![]), |inner, _| Tree::Branch(vec![inner]))
}

#[test]
fn a_value_nests_as_deep_as_it_is_read() {
    const TOO_DEEP: &str = "it nests deeper than 128 levels";
    assert_round_trip(&tree(63));
    assert_eq!(refused(&tree(64)), TOO_DEEP);
    assert_eq!(refused(&(tree(63),)), TOO_DEEP);
    assert_round_trip(&(node(63),));
    assert_round_trip(&((node(63),),));
    assert_eq!(refused(&(((node(64),),),)), TOO_DEEP);
}

#[test]
fn as_many_options_as_a_byte_counts_stand_around_nothing() {
    assert!(encoded(&node(64)).ends_with(&[0xd4, 1, 63]));
}

/// Says that there are more than come, or does not say.
struct Announced(Option<usize>);

impl Serialize for Announced {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(self.0)?;
        (0..20).try_for_each(|number| seq.serialize_element(&number))?;
        seq.end()
    }
}

#[test]
fn what_comes_is_counted_whatever_was_announced() {
    let numbers = encoded(&(0..20).collect::<Vec<_>>());
    for announced in [None, Some(0), Some(15), Some(16), Some(20), Some(1 << 16)] {
        assert_eq!(encoded(&Announced(announced)), numbers);
        assert_eq!(encoded(&(Announced(announced), 1)), [b"m|\x02\0\x92", &numbers[4..], b"\x01"].concat());
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    a: u8,
    #[serde(flatten)]
    rest: std::collections::BTreeMap<String, u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    none: Option<u8>,
}

#[test]
fn fields_that_are_flattened_are_counted() {
    let flat =
        |fields| Flat { a: 1, rest: (0..fields).map(|number| (format!("{number:02}"), 2)).collect(), none: None };
    assert!(encoded(&flat(14)).starts_with(b"m|\x02\0\x8f\xa1a\x01\xa200\x02"));
    assert!(encoded(&flat(15)).starts_with(b"m|\x02\0\xde\0\x10\xa1a\x01\xa200\x02"));
    assert_round_trip(&flat(3));
    assert_round_trip(&flat(40));
}
