//! What is on record of the objects of a namespace, in `$objects`.

use super::shapes::StoredShape;
use crate::record::{NamespaceRecord, RecordedObject};

/// An object on record: what it is, and of which types.
#[derive(Clone, Debug)]
pub struct ObjectRecord {
    /// `cache`, `task_queue` and so on. A newer program may know others.
    pub kind: String,
    /// `typestring`, `json`, or the path of a type.
    pub codec: String,
    /// The shape of its keys, if it has some.
    pub key: Option<StoredShape>,
    /// The shape of its values.
    pub value: StoredShape,
    /// The programs that wrote it, as far as they say who they are.
    pub programs: Vec<String>,
    /// One of its names, where these are made at run time.
    pub namespace: Option<String>,
    /// When it was written last, in seconds since 1970 and to a day; 0 where that is not told.
    pub last: u64,
}

/// Reads a field of `$objects`: those objects that are understood, the one that was written last first.
///
/// # Examples
///
/// ```
/// use rediscache::inspect::read_record;
///
/// let record = br#"{"objects":[{"kind":"set","codec":"typestring","key":null,"value":{"shape":"u8"}}]}"#;
/// assert_eq!(read_record(record)[0].value.shape().to_string(), "u8");
/// assert!(read_record(b"garbage").is_empty());
/// ```
pub fn read_record(stored: &[u8]) -> Vec<ObjectRecord> {
    NamespaceRecord::read(stored).objects().into_iter().map(ObjectRecord::of).collect()
}

impl ObjectRecord {
    fn of(object: RecordedObject) -> Self {
        let RecordedObject { kind, codec, key, value, programs, namespace, last } = object;
        Self { kind, codec, key: key.map(StoredShape::of), value: StoredShape::of(value), programs, namespace, last }
    }
}
