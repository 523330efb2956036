//! Values by position, in bincode 2's standard form.

use bincode::config::standard;
use bincode::error::DecodeError;
use bincode::serde::OwnedSerdeDecoder;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::checked::{Appended, CheckedWriter, Output};
use super::limit::{Bounds, Guarded, TOO_DEEP, TOO_MANY_FREE};
use super::spot::{Check, Stop};
use crate::codec::CodecError;
use crate::shape::Layout;

/// Why a value was not written by position.
pub(super) enum NotWritten {
    /// It is not what its shape says.
    Differs,
    Refused(CodecError),
}

/// Appends a value that is exactly as its layout says.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, layout: &Layout, out: &mut Vec<u8>) -> Result<(), NotWritten> {
    let check = Check::new(layout);
    let mut output = Output::new(Appended(out), standard());
    let written = value.serialize(CheckedWriter::new(&mut output, check.whole()));
    match (check.stopped(), written) {
        (Some(stop), _) => Err(stop.into()),
        (None, Ok(_)) => Ok(()),
        (None, Err(_)) => Err(NotWritten::Refused("the type's own `Serialize` refused".into())),
    }
}

impl From<Stop> for NotWritten {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Differs => Self::Differs,
            Stop::TooDeep => Self::Refused(TOO_DEEP.into()),
            Stop::TooManyFree => Self::Refused(TOO_MANY_FREE.into()),
        }
    }
}

pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, CodecError> {
    let bounds = Bounds::new(body);
    let mut decoder = OwnedSerdeDecoder::from_reader(&bounds, standard());
    let value = T::deserialize(Guarded::new(decoder.as_deserializer(), &bounds)).map_err(|error| {
        if bounds.exceeded.get() { "it claims to be longer or deeper than it can be".into() } else { described(&error) }
    })?;
    match bounds.rest.get() {
        [] => Ok(value),
        rest => Err(format!("{} bytes are left over after a value of this type", rest.len()).into()),
    }
}

/// What is wrong with the bytes, without bincode's own text, which may quote the value.
fn described(error: &DecodeError) -> CodecError {
    match error {
        DecodeError::UnexpectedEnd { .. } => "it ends before a value of this type does".into(),
        DecodeError::Utf8 { .. } => "it holds text that is not UTF-8".into(),
        DecodeError::UnexpectedVariant { .. } => "it holds a variant that the enum does not have".into(),
        DecodeError::Serde(_) => "the type asks what is stored, which a value by position does not tell".into(),
        _ => "it is not a value of this type".into(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};
    use std::fmt::Debug;
    use std::net::IpAddr;

    use serde::ser::{SerializeMap, SerializeSeq, SerializeTuple};
    use serde::{Deserialize, Serializer};

    use super::*;
    use crate::shape::{FIRST_VERSION, Schema};

    fn written<T: Serialize + DeserializeOwned + 'static>(value: &T) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        match write(value, &Schema::of::<T>(FIRST_VERSION).layout, &mut out) {
            Ok(()) => Ok(out),
            Err(NotWritten::Differs) => Err("it differs".to_owned()),
            Err(NotWritten::Refused(error)) => Err(error.to_string()),
        }
    }

    /// Is written as these bytes, in hexadecimal, and read from them.
    #[track_caller]
    fn check<T: Serialize + DeserializeOwned + PartialEq + Debug + 'static>(value: &T, body: &str) {
        let stored = round_trip(value);
        let digits: String = stored.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digits, body.replace(' ', ""), "{value:?}");
    }

    #[track_caller]
    fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug + 'static>(value: &T) -> Vec<u8> {
        let stored = written(value).expect("it is as its layout says");
        assert_eq!(bincode::serde::encode_to_vec(value, standard()).ok().as_ref(), Some(&stored));
        assert_eq!(read::<T>(&stored).ok().as_ref(), Some(value));
        stored
    }

    #[track_caller]
    fn differs<T: Serialize + DeserializeOwned + 'static>(value: &T) {
        assert_eq!(written(value), Err("it differs".to_owned()));
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Id(u64);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Pair(u8, String);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Nothing;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Event {
        Started,
        Moved(i64),
        Drawn(bool, Option<char>),
        Said { by: Id, text: String },
        Again(Box<Event>),
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Profile {
        id: Id,
        pair: Pair,
        wide: (u128, i128, f32),
        log: Vec<Event>,
        tags: BTreeMap<String, [u16; 2]>,
        nothing: Nothing,
        address: IpAddr,
    }

    /// Worked out from bincode's specification.
    #[test]
    fn what_is_as_its_layout_says_is_written_as_bincode_has_it() {
        check(&(), "");
        check(&Nothing, "");
        check(&Id(251), "fb fb00");
        check(&(250_u64, 0x1_0000_u64, -2_i64), "fa fc 00000100 03");
        check(&(u64::MAX, 1_u128 << 64), "fd ffffffffffffffff fe 00000000000000000100000000000000");
        check(&(-1_i8, i8::MIN, i128::MIN), "ff 80 fe ffffffffffffffffffffffffffffffff");
        check(&(1.5_f64, -0.0_f64, 1.5_f32), "000000000000f83f 0000000000000080 0000c03f");
        check(&(true, 'é', "ab".to_owned()), "01 c3a9 02 6162");
        check(&[1_u8, 2, 3], "01 02 03");
        check(&vec![None, Some(Some(5_u8)), Some(None)], "03 00 01 01 05 01 00");
        check(&Pair(7, "x".to_owned()), "07 01 78");
        check(&BTreeMap::from([("b".to_owned(), 2_u8), ("a".to_owned(), 1)]), "02 01 61 01 01 62 02");
        check(&(Event::Started, Event::Moved(-3)), "00 01 05");
        check(&Event::Drawn(true, Some('x')), "02 01 01 78");
        check(&Event::Again(Box::new(Event::Said { by: Id(9), text: "hi".to_owned() })), "04 03 09 02 6869");
    }

    #[test]
    fn structs_of_all_kinds_come_back() {
        let profile = |log| Profile {
            id: Id(42),
            pair: Pair(1, "ada".to_owned()),
            wide: (u128::MAX, i128::MIN, 0.5),
            log,
            tags: BTreeMap::from([("t".to_owned(), [1, 2])]),
            nothing: Nothing,
            address: IpAddr::from([127, 0, 0, 1]),
        };
        round_trip(&profile(vec![]));
        round_trip(&profile(vec![Event::Drawn(false, None), Event::Again(Box::new(Event::Started))]));
        round_trip(&HashMap::from([((1_u8, 'a'), vec![Some("x".to_owned())]), ((2, 'b'), vec![])]));
        round_trip(&Err::<u8, _>(std::time::Duration::new(1, 2)));
    }

    #[derive(Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        A { a: u8 },
    }

    #[derive(Serialize, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    }

    #[test]
    fn what_has_no_fixed_positions_is_not_written() {
        differs(&Flat { rest: BTreeMap::new() });
        differs(&Tagged::A { a: 1 });
    }

    /// Is read as `T`, and written by the function.
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct ByHand<T>(T);

    macro_rules! by_hand {
        ($($type:ty: |$serializer:ident| $body:expr;)*) => {
            $(impl Serialize for ByHand<$type> {
                fn serialize<S: Serializer>(&self, $serializer: S) -> Result<S::Ok, S::Error> {
                    $body
                }
            })*

            #[test]
            fn impls_by_hand_that_differ_are_noticed() {
                $(differs(&ByHand::<$type>(Default::default()));)*
            }
        };
    }

    by_hand! {
        u8: |serializer| serializer.serialize_u16(1);
        char: |serializer| serializer.serialize_str("a");
        String: |serializer| serializer.serialize_bytes(b"a");
        (): |serializer| serializer.serialize_none();
        Option<u8>: |serializer| serializer.serialize_u8(1);
        (u8, u8): |serializer| [1_u8, 2].as_slice().serialize(serializer);
        [u8; 2]: |serializer| serializer.serialize_tuple(1)?.end();
        Vec<u8>: |serializer| serializer.serialize_seq(None)?.end();
        Vec<u16>: |serializer| serializer.serialize_seq(Some(1))?.end();
        Vec<u32>: |serializer| {
            let mut seq = serializer.serialize_seq(Some(1))?;
            seq.serialize_element(&1_u32)?;
            // Swallows what went wrong.
            let _ = seq.serialize_element(&1_u32);
            seq.end()
        };
        BTreeMap<u8, u8>: |serializer| serializer.serialize_map(Some(1))?.end();
        BTreeMap<u8, u16>: |serializer| {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(&1_u8, &1_u8)?;
            map.end()
        };
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Node(Option<Box<Node>>);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Tree {
        Leaf,
        Branch(Vec<Tree>),
    }

    fn nested<T>(levels: u32, innermost: T, outer: fn(T) -> T) -> T {
        (0..levels).fold(innermost, |inner, _| outer(inner))
    }

    #[test]
    fn what_is_written_is_never_too_deep_to_be_read() {
        let node = |levels| nested(levels, Node(None), |inner| Node(Some(Box::new(inner))));
        let tree = |levels| nested(levels, Tree::Leaf, |inner| Tree::Branch(vec![inner]));
        // Two levels for each: a newtype and an option, or an enum and a sequence.
        round_trip(&node(62));
        round_trip(&node(63));
        assert_eq!(written(&node(64)), Err(TOO_DEEP.to_owned()));
        round_trip(&(node(62),));
        assert_eq!(written(&(node(63),)), Err(TOO_DEEP.to_owned()));
        round_trip(&tree(63));
        assert_eq!(written(&tree(64)), Err(TOO_DEEP.to_owned()));
        let stored = bincode::serde::encode_to_vec(tree(64), standard()).expect("bincode has no bounds");
        assert!(read::<Tree>(&stored).is_err());
    }

    #[test]
    fn as_many_elements_without_bytes_are_written_as_are_read() {
        let most = 1 << 20;
        round_trip(&vec![(); most]);
        assert_eq!(written(&vec![(); most + 1]), Err(TOO_MANY_FREE.to_owned()));
        round_trip(&(vec![Nothing, Nothing], vec![(); most - 2]));
        // Parts of tuples are counted, and so are the tuples that are elements.
        round_trip(&(vec![[(); 2]; 3], vec![(); most - 9]));
        assert_eq!(written(&(vec![[(); 2]; 3], vec![(); most - 8])), Err(TOO_MANY_FREE.to_owned()));
        // The ends of sequences take no bytes either, and are no elements.
        round_trip(&vec![Vec::<u8>::new(); most + 1]);
    }

    fn refusal<T: DeserializeOwned>(body: &[u8]) -> Option<String> {
        read::<T>(body).err().map(|error| error.to_string())
    }

    #[test]
    fn what_is_not_of_the_type_is_refused() {
        let left_over = "2 bytes are left over after a value of this type";
        assert_eq!(refusal::<(u8,)>(b"\x01\x01\x01").as_deref(), Some(left_over));
        for body in [&b""[..], b"\x02\x01", b"\0\0"] {
            assert!(refusal::<Option<u8>>(body).is_some());
        }
        assert!(refusal::<(bool,)>(b"\x02").is_some());
        assert!(refusal::<(String,)>(b"\x01\xff").is_some());
        assert!(refusal::<(u16,)>(b"\xfc\0\0\x01\0").is_some());
        assert!(refusal::<Tree>(b"\x02").is_some());
        let stored = round_trip(&vec![Event::Said { by: Id(u64::MAX), text: "text".to_owned() }]);
        assert!((0..stored.len()).all(|length| refusal::<Vec<Event>>(&stored[..length]).is_some()));
    }

    #[test]
    fn a_length_that_no_bytes_stand_behind_is_refused_at_once() {
        for length in [&b"\x03"[..], b"\xfb\xff\xff", b"\xfc\xff\xff\xff\x7f", b"\xfd\xff\xff\xff\xff\xff\xff\xff\xff"]
        {
            let body = [length, b"ab"].concat();
            assert!(refusal::<String>(&body).is_some());
            assert!(refusal::<Vec<u128>>(&body).is_some());
            assert!(refusal::<BTreeMap<String, u8>>(&body).is_some());
            assert!(refusal::<HashMap<u64, [u64; 32]>>(&body).is_some());
        }
        assert!(refusal::<Vec<()>>(b"\xfd\xff\xff\xff\xff\xff\xff\xff\xff").is_some());
        // Each pair is a branch of one.
        assert!(refusal::<Tree>(&vec![1; 2_000_000]).is_some());
    }

    struct Talkative;

    impl Serialize for Talkative {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("a secret is not welcome"))
        }
    }

    #[test]
    fn a_type_that_refuses_is_not_quoted() {
        let (layout, mut out) = (&Schema::of::<(u8,)>(FIRST_VERSION).layout, Vec::new());
        let Err(NotWritten::Refused(error)) = write(&(Talkative,), layout, &mut out) else { panic!("it refuses") };
        assert_eq!(error.to_string(), "the type's own `Serialize` refused");
    }
}
