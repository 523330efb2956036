//! Values for those who have no type to read them by.

use super::by_name;
use super::header::Composite;
use super::read::ScalarReader;
use super::value::unknown;
use crate::codec::decoded::Shapes;
use crate::codec::{CodecError, StoredValue};
use crate::shape::Fingerprint;

/// Reads a key or a value in whatever form it is stored.
pub(crate) fn read_untyped(stored: &[u8], shapes: &dyn Shapes) -> Result<StoredValue, CodecError> {
    match Composite::of(stored).transpose()? {
        None => Ok(ScalarReader::new(stored)?.untyped()?),
        Some(Composite::Positional { fingerprint, body }) => {
            let schema = shapes.find(fingerprint).ok_or_else(|| unknown(fingerprint))?;
            by_name::read_untyped(body, Some(&schema.layout))
        }
        Some(Composite::Described { body, .. }) => by_name::read_untyped(body, None),
    }
}

/// The fingerprint of the shape that it was written by, where it tells one.
pub(crate) fn shape_told(stored: &[u8]) -> Option<Fingerprint> {
    match Composite::of(stored)?.ok()? {
        Composite::Positional { fingerprint, .. } => Some(fingerprint),
        Composite::Described { told, .. } => told.map(|(_, fingerprint)| fingerprint),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::codec::decoded::KnownSchema;
    use crate::codec::typestring::write_value;
    use crate::shape::{FIRST_VERSION, Schema};

    #[derive(Serialize, Deserialize)]
    struct Everything {
        numbers: (u8, i128, f32),
        text: Option<String>,
        by_number: BTreeMap<u8, [bool; 2]>,
        kinds: Vec<Kind>,
        unit: (),
    }

    #[derive(Serialize, Deserialize)]
    enum Kind {
        Plain,
        One(char),
        Named { deep: Vec<Kind> },
    }

    fn everything() -> Everything {
        let kinds = vec![Kind::Plain, Kind::One('x'), Kind::Named { deep: vec![Kind::Plain] }];
        let by_number = BTreeMap::from([(7, [true, false])]);
        Everything { numbers: (1, i128::MIN, 0.1), text: Some("a".to_owned()), by_number, kinds, unit: () }
    }

    fn text(text: &str) -> StoredValue {
        StoredValue::Text(text.to_owned())
    }

    fn integer(number: i128) -> StoredValue {
        StoredValue::Integer(number.to_string())
    }

    #[test]
    fn a_value_by_position_is_read_by_its_shape_alone() {
        let (mut stored, schema) = (Vec::new(), Schema::of::<Everything>(FIRST_VERSION));
        write_value::<Everything, _>(&everything(), FIRST_VERSION, &mut stored).expect("it has a form");
        let plain = || StoredValue::Variant("Plain".to_owned(), None);
        let named = StoredValue::Struct(vec![("deep".to_owned(), StoredValue::List(vec![plain()]))]);
        let kinds = vec![
            plain(),
            StoredValue::Variant("One".to_owned(), Some(Box::new(text("x")))),
            StoredValue::Variant("Named".to_owned(), Some(Box::new(named))),
        ];
        let pair = StoredValue::List(vec![StoredValue::Bool(true), StoredValue::Bool(false)]);
        let numbers = vec![integer(1), integer(i128::MIN), StoredValue::Float(0.1)];
        let fields = [
            ("numbers", StoredValue::List(numbers)),
            ("text", text("a")),
            ("by_number", StoredValue::Map(vec![(integer(7), pair)])),
            ("kinds", StoredValue::List(kinds)),
            ("unit", StoredValue::Nothing),
        ];
        let known = Some(KnownSchema::Own(schema));
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(read_untyped(&stored, &known).ok(), Some(StoredValue::Struct(fields.into())));
        assert_eq!(shape_told(&stored), Some(schema.fingerprint));
        let unknown = read_untyped(&stored, &None).expect_err("its shape is not known").to_string();
        assert!(unknown.contains("is not kept in `$shapes`"), "{unknown}");
        // Whatever is cut off or put behind is no value.
        let mut longer = stored.clone();
        longer.push(0);
        assert!(read_untyped(&longer, &known).is_err());
        assert!((0..stored.len()).all(|end| read_untyped(&stored[..end], &known).is_err()));
    }

    #[test]
    fn what_tells_its_names_itself_needs_no_shape() {
        let mut stored = Vec::new();
        <crate::Typestring as crate::Codec>::encode(&("a", Some(2), u128::MAX), &mut stored).expect("it has a form");
        let value = StoredValue::List(vec![text("a"), integer(2), StoredValue::Integer(u128::MAX.to_string())]);
        assert_eq!(read_untyped(&stored, &None).ok(), Some(value));
    }

    #[test]
    fn scalars_are_read_as_leniently_as_by_python_and_at_any_size() {
        let long = "1".repeat(60);
        for (stored, value) in [
            ("i| +1_000 ", integer(1000)),
            ("i|-0", integer(0)),
            (&*format!("i|-00{long}"), StoredValue::Integer(format!("-{long}"))),
            ("b|2", StoredValue::Bool(true)),
            ("f|1E5", StoredValue::Float(100_000.0)),
            ("s|", text("")),
        ] {
            assert_eq!(read_untyped(stored.as_bytes(), &None).ok(), Some(value), "{stored}");
        }
        for stored in ["i|", "i|1.5", "i|-", "i|1__0", "b|x", "f|", "x|1", ""] {
            assert!(read_untyped(stored.as_bytes(), &None).is_err(), "{stored}");
        }
    }
}
