//! Keys and values as JSON for who looks at them and edits them, whatever their types are.

mod lenient;
mod write;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use self::lenient::Lenient;
use super::{Codec, CodecError, StoredValue, Typestring, read_untyped};
use crate::shape::Fingerprint;

/// What `serde_json` writes. Where it has no form for the value, a map whose keys are not text is a list of pairs, and a float
/// that is no number is its name.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, CodecError> {
    match serde_json::to_string(value) {
        // It stands for infinity and NaN, too.
        Ok(json) if json.contains("null") => match parts(value) {
            Ok(parts) if write::has_no_number(&parts) => Ok(write::json(&parts)),
            _ => Ok(json),
        },
        Ok(json) => Ok(json),
        Err(_) => parts(value).map(|parts| write::json(&parts)),
    }
}

/// Reads what [`to_json`] wrote, or anyone else.
pub(crate) fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, CodecError> {
    let strict = match serde_json::from_str(json) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let lenient = || T::deserialize(Lenient::of(serde_json::from_str(json).ok()?)).ok();
    let value = if strict.classify() == Category::Data { lenient() } else { None };
    value.ok_or_else(|| refusal(&strict))
}

/// As [`from_json`], of a key; one that is a text need not be quoted.
pub(crate) fn key_from_json<T: DeserializeOwned>(json: &str) -> Result<T, CodecError> {
    let text = || T::deserialize(serde_json::Value::String(json.to_owned())).ok();
    from_json(json).or_else(|error| text().ok_or(error))
}

/// What the value is made of.
fn parts<T: Serialize>(value: &T) -> Result<StoredValue, CodecError> {
    let mut stored = Vec::new();
    // By names: it needs no shape.
    Typestring::encode(value, &mut stored)?;
    read_untyped(&stored, &NoShapes)
}

/// What tells its names itself is read without.
struct NoShapes;

impl super::Shapes for NoShapes {
    fn find(&self, _: Fingerprint) -> Option<super::KnownSchema> {
        None
    }
}

/// What is wrong with the JSON and where, without what stands there.
fn refusal(error: &serde_json::Error) -> CodecError {
    let text = error.to_string();
    let at = format!("at line {} column {}", error.line(), error.column());
    match error.classify() {
        Category::Data => match (text.split_once(", expected "), text.strip_suffix(&format!(" {at}"))) {
            (_, Some(missing)) if missing.starts_with("missing field") => format!("{missing}, {at}"),
            (Some((_, expected)), _) => format!("expected {expected}"),
            _ => format!("it is JSON of another type, {at}"),
        },
        Category::Eof => format!("it is JSON that ends too early, {at}"),
        _ => format!("it is not JSON, {at}"),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    fn again<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T, expected: &str) {
        let json = to_json(value).expect("everything is shown");
        assert_eq!(json, expected);
        assert_eq!(from_json::<T>(&json).as_ref().ok(), Some(value), "{json}");
    }

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    enum Place {
        Here,
        At(i8, i8),
        Named { name: String },
    }

    #[test]
    fn what_serde_json_writes_is_shown_as_that() {
        again(&42_u64, "42");
        again(&"a\"b".to_owned(), r#""a\"b""#);
        again(&BTreeMap::from([(1_u8, vec![Some(true), None])]), r#"{"1":[true,null]}"#);
        again(&i128::MIN, "-170141183460469231731687303715884105728");
    }

    #[test]
    fn a_map_whose_keys_are_not_text_is_a_list_of_pairs_in_any_depth() {
        again(&BTreeMap::from([((1_u8, 2_u8), "a".to_owned())]), r#"[[[1,2],"a"]]"#);
        let places = BTreeMap::from([
            (Place::Here, Some(BTreeMap::from([(7_u64, true)]))),
            (Place::At(1, -1), None),
            (Place::Named { name: "x".to_owned() }, Some(BTreeMap::new())),
        ]);
        again(&vec![places], r#"[[["Here",{"7":true}],[{"At":[1,-1]},null],[{"Named":{"name":"x"}},{}]]]"#);
    }

    #[test]
    fn a_float_that_is_no_number_is_shown_by_its_name() {
        again(&vec![f64::INFINITY, 0.5], r#"["inf",0.5]"#);
        let json = to_json(&(f64::NAN, None::<u8>)).expect("it is shown");
        assert_eq!(json, r#"["NaN",null]"#);
        assert!(from_json::<(f64, Option<u8>)>(&json).is_ok_and(|(number, _)| number.is_nan()));
    }

    #[test]
    fn a_text_as_key_need_not_be_quoted() {
        assert_eq!(key_from_json::<String>("ab").ok().as_deref(), Some("ab"));
        assert_eq!(key_from_json::<String>("\"ab\"").ok().as_deref(), Some("ab"));
        assert_eq!(key_from_json::<String>("42").ok().as_deref(), Some("42"));
        assert_eq!(key_from_json::<u64>("42").ok(), Some(42));
        assert!(key_from_json::<u64>("ab").is_err());
    }

    #[test]
    fn a_refusal_says_where_and_what_is_wanted_and_not_what_is_there() {
        #[derive(Debug, Deserialize)]
        struct Named {
            #[expect(dead_code, reason = "it is only read")]
            name: String,
        }
        for (json, expected) in [
            (r#"{"name":4242}"#, "expected a string at line 1 column 12"),
            ("{}", "missing field `name`, at line 1 column 2"),
            ("{4242", "it is not JSON, at line 1 column 2"),
            (r#"{"name":"#, "it is JSON that ends too early, at line 1 column 8"),
        ] {
            assert_eq!(from_json::<Named>(json).expect_err("it is wrong").to_string(), expected);
        }
    }
}
