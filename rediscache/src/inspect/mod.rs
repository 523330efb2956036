//! What tools outside a program read of its data: values by the shapes that are stored, and what namespaces hold by their
//! records; and what a page inside it sees of its objects. For crates of this repository; it may change with any version.

mod code;
mod record;
mod shapes;

use crate::codec;
pub use crate::codec::StoredValue;
use crate::error::Result;
use crate::types;
pub use crate::types::{
    Action, Entry, EntryPage, Fact, FamilyWindow, IdPage, Inspector, LoadSummary, Part, Shown, Summary, Window,
};

pub use code::{RustCode, camel_case, identifier};
pub use record::{ObjectRecord, read_record};
pub use shapes::{StoredShape, StoredShapes};

/// The field of `$objects` for objects whose names are made at run time.
pub const RUNTIME: &str = "$runtime";

/// Reads what the default codec wrote, or Python's async-rediscache, by the shapes that are known.
///
/// # Errors
///
/// Why it cannot be read; never what stands there.
///
/// # Examples
///
/// ```
/// use rediscache::inspect::{StoredShapes, StoredValue, read_typestring};
///
/// let read = |stored| read_typestring(stored, &StoredShapes::default());
/// assert_eq!(read(b"i|42"), Ok(StoredValue::Integer("42".to_owned())));
/// assert!(read(b"c|\x02\x01\x02\x03\x04").unwrap_err().contains("its shape, 01020304, is not kept"));
/// ```
pub fn read_typestring(stored: &[u8], shapes: &StoredShapes) -> std::result::Result<StoredValue, String> {
    codec::read_untyped(stored, shapes).map_err(|error| error.to_string())
}

/// Reads what the codec of plain JSON wrote.
///
/// # Errors
///
/// Where it is not JSON.
///
/// # Examples
///
/// ```
/// use rediscache::inspect::{StoredValue, read_json};
///
/// assert_eq!(read_json(b"[true]"), Ok(StoredValue::List(vec![StoredValue::Bool(true)])));
/// ```
pub fn read_json(stored: &[u8]) -> std::result::Result<StoredValue, String> {
    codec::read_json(stored).map_err(|error| error.to_string())
}

/// By which name in `$shapes` the shape is kept that a value was written by, where it tells one.
///
/// # Examples
///
/// ```
/// use rediscache::inspect::shape_told;
///
/// assert_eq!(shape_told(b"c|\x02\x01\x02\x03\x04"), Some("01020304".to_owned()));
/// assert_eq!(shape_told(b"i|42"), None);
/// ```
pub fn shape_told(stored: &[u8]) -> Option<String> {
    codec::shape_told(stored).map(|fingerprint| fingerprint.to_string())
}

/// The stored key of an entry that has a Redis key of its own, from what stands there behind the last `:`.
///
/// # Errors
///
/// Where no key is written like this.
///
/// # Examples
///
/// ```
/// use rediscache::inspect::{entry_key, entry_name};
///
/// assert_eq!(entry_name("pages", b"s|a b"), "pages:s|a%20b");
/// assert_eq!(entry_key("s|a%20b").ok(), Some(b"s|a b".to_vec()));
/// ```
pub fn entry_key(rest: &str) -> Result<Vec<u8>> {
    types::stored_key(rest)
}

/// The Redis key of an entry, by that of its object and its own stored key: see [`entry_key`].
pub fn entry_name(object: &str, stored: &[u8]) -> String {
    types::entry_name_below(object, stored)
}
