use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::any;
use proptest::{prop_assert_eq, proptest};
use rediscache::{Codec, Json, RedisCache, RedisSession};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cases;
use crate::sample::{Colour, Date, event, id, profile};

fn written<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut stored = Vec::new();
    Json::encode(value, &mut stored).unwrap();
    stored
}

#[track_caller]
fn assert_round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let stored = written(value);
    assert_eq!(&Json::decode::<T>(&stored).unwrap(), value, "stored as {}", String::from_utf8_lossy(&stored));
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn every_shape_round_trips(profile in profile(), event in event(), id in id(), map: BTreeMap<u64, Option<i8>>) {
        assert_round_trip(&profile);
        assert_round_trip(&event);
        assert_round_trip(&id);
        assert_round_trip(&map);
    }

    #[test]
    fn every_scalar_round_trips(text: String, character: char, truth: bool, bytes: Vec<u8>) {
        assert_round_trip(&text);
        assert_round_trip(&character);
        assert_round_trip(&truth);
        assert_round_trip(&bytes);
    }

    #[test]
    fn integers_are_exact(signed: i128, unsigned: u128, long: u64) {
        assert_round_trip(&signed);
        assert_round_trip(&unsigned);
        assert_round_trip(&long);
        prop_assert_eq!(written(&unsigned), unsigned.to_string().into_bytes());
    }

    #[test]
    fn floats_keep_their_bits(double in any::<f64>(), float in any::<f32>()) {
        let read: f64 = Json::decode(&written(&double)).unwrap();
        prop_assert_eq!(read.to_bits(), double.to_bits());
        let read: f32 = Json::decode(&written(&float)).unwrap();
        prop_assert_eq!(read.to_bits(), float.to_bits());
    }
}

#[test]
fn what_is_stored_is_compact_json() {
    assert_eq!(written(&42), b"42");
    assert_eq!(written("a\"b"), br#""a\"b""#);
    assert_eq!(written(&Colour::Red), br#""Red""#);
    assert_eq!(written(&Date { year: 1, month: 2, day: 3 }), br#"{"year":1,"month":2,"day":3}"#);
    assert_eq!(written(&(1.5, None::<u8>, [true])), b"[1.5,null,[true]]");
    assert_eq!(written(&3.0), b"3.0");
}

#[test]
fn a_stored_form_is_appended_to_what_is_there() {
    let mut stored = b"before".to_vec();
    Json::encode(&7, &mut stored).unwrap();
    assert_eq!(stored, b"before7");
}

#[test]
fn a_value_that_describes_itself_round_trips() {
    assert_round_trip(&serde_json::json!({"a": [1, -2.5, null, "x"], "b": {"c": true}}));
}

#[test]
fn what_is_not_json_of_the_type_is_refused() {
    let refusal = |stored: &str| Json::decode::<Date>(stored.as_bytes()).unwrap_err().to_string();
    assert_eq!(refusal("x"), "not JSON, at line 1 column 1");
    assert_eq!(refusal("[1,2]"), "JSON of another type, at line 1 column 5");
    assert_eq!(refusal("{\"year\":"), "JSON that ends too early, at line 1 column 8");
    assert!(refusal(r#"{"year":1,"month":2,"day":3} x"#).starts_with("not JSON"));
    assert!(Json::decode::<u64>(b"").is_err());
    assert!(Json::decode::<u64>(b"-1").is_err());
    assert!(Json::decode::<u64>(b"1.0").is_err());
    assert!(Json::decode::<u64>(b"\"1\"").is_err());
    assert!(Json::decode::<String>(b"\"\xff\"").is_err());
}

/// JSON has no form for them, and `serde_json` writes `null`, as the docs of `Json` say.
#[test]
fn floats_without_a_form_become_null_and_are_not_read_as_floats() {
    for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        assert_eq!(written(&value), b"null");
        assert!(Json::decode::<f64>(b"null").is_err());
    }
}

#[test]
fn a_map_whose_keys_are_no_text_is_refused() {
    let map = BTreeMap::from([((1, 2), 3)]);
    assert!(Json::encode(&map, &mut Vec::new()).is_err());
}

#[tokio::test]
async fn numbers_are_added_up_as_json() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    let counts = RedisCache::<String, i64, Json>::new("counts").on(&session);
    counts.set("n", i64::MAX - 1).await?;
    assert_eq!(counts.increment("n", 1).await?, i64::MAX);
    assert_eq!(counts.decrement("absent", 5).await?, -5);
    assert_eq!(support::peek(&session, "counts", "\"absent\"").await.as_deref(), Some(&b"-5"[..]));
    Ok(())
}
