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

/// Appends a value. What of it is unknown to the layout will be read by what it says of itself.
pub(super) fn write<T: Serialize + ?Sized>(
    value: &T,
    layout: Option<&Layout>,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    Ok(value.serialize(DescribedWriter::new(out, Along::new(layout)))?)
}
