//! Values and keys with names, in MessagePack.
//!
//! | Rust | MessagePack |
//! |---|---|
//! | integers | the shortest form; one that is not negative is written as unsigned, whatever its type |
//! | integers beyond 64 bits | fixext 16 of type 2 (above `u64::MAX`) or 3 (below `i64::MIN`), big-endian |
//! | `f32`, `f64` | float 32, float 64 |
//! | `bool` | true, false |
//! | text, `char` | str |
//! | bytes | bin |
//! | `None`, `()`, structs without fields | nil |
//! | `Some` | what it holds; around a nil, fixext 1 of type 1: how many `Some`s there are |
//! | newtypes | what they hold |
//! | sequences, tuples | array |
//! | structs | map of the names of their fields, in their order; fields that are skipped are left out |
//! | maps | map, in their order |
//! | variants without contents | str: the name |
//! | other variants | map of the name and what it holds: a value, an array or a map |
//!
//! The value nests by one level for each array, map, `Some` and newtype, also those that are empty; and by one for a
//! variant with contents, beside the level of its own array or map.

mod along;
mod encode;
mod writer;

use serde::Serialize;

use self::along::Along;
use self::writer::DescribedWriter;
use crate::codec::CodecError;
use crate::shape::Layout;

/// Appends a value, as types give it to people or to machines. What of it is unknown to the layout will be read by what
/// it says of itself.
pub(super) fn write<T: Serialize + ?Sized>(
    value: &T,
    layout: Option<&Layout>,
    is_readable: bool,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    Ok(value.serialize(DescribedWriter::new(out, Along::new(layout), is_readable))?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::shape::{FIRST_VERSION, Schema};

    const WIDE: u128 = 1 << 64;

    #[derive(Serialize, Deserialize)]
    enum Known {
        Newtype(u128),
        Tuple(u8, i128),
        Struct { a: u8, b: Option<[u128; 2]>, c: BTreeMap<u128, (u128,)> },
    }

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Wide(u128),
    }

    #[derive(Serialize, Deserialize)]
    struct Partly {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        skipped: Option<u8>,
        wide: u128,
        untagged: Untagged,
    }

    fn written<T: Serialize + DeserializeOwned + 'static>(value: &T) -> Result<(), String> {
        let layout = &Schema::of::<T>(FIRST_VERSION).layout;
        write(value, Some(layout), false, &mut Vec::new()).map_err(|error| error.to_string())
    }

    #[test]
    fn integers_beyond_64_bits_are_written_where_they_can_be_read() {
        let partly = |untagged| Partly { skipped: None, wide: WIDE, untagged: Untagged::Wide(untagged) };
        assert_eq!(written(&Known::Newtype(WIDE)), Ok(()));
        assert_eq!(written(&Known::Tuple(1, i128::MIN)), Ok(()));
        let map = BTreeMap::from([(WIDE, (WIDE,))]);
        assert_eq!(written(&vec![Known::Struct { a: 1, b: Some([WIDE, 1]), c: map }]), Ok(()));
        assert_eq!(written(&partly(1)), Ok(()));
        let refused = "a 128-bit integer has no form where a type asks what is stored";
        assert_eq!(written(&partly(WIDE)), Err(refused.to_owned()));
        assert_eq!(write(&partly(WIDE), None, false, &mut Vec::new()).map_err(|error| error.to_string()), Ok(()));
    }
}
