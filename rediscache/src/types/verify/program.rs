//! A program and itself: objects of one key.

use super::finding::{Finding, FindingKind};
use crate::types::entry_name::record_of;
use crate::types::info::ObjectInfo;

/// An object, and where it is in the session at hand.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) object: ObjectInfo,
    /// The full key; that of a field of a record has the field's name behind it.
    pub(super) key: String,
}

impl Placed {
    /// The full key of what it lies in.
    pub(super) fn data_key(&self) -> &str {
        self.object.in_record.as_ref().map_or(&self.key, |place| record_of(&self.key, place.suffix))
    }
}

/// Objects that share a key with one before, of which something is different.
pub(super) fn mixed(objects: &[Placed]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, Placed { object, key }) in objects.iter().enumerate() {
        let earlier = objects[..at].iter().filter(|other| other.key == *key).map(|other| &other.object);
        if let Some(other) = earlier.into_iter().find(|other| !is_same(object, other)) {
            findings.push(mixed_with(object, other));
        }
    }
    findings
}

/// Whether whatever one writes, the other reads.
fn is_same(one: &ObjectInfo, other: &ObjectInfo) -> bool {
    let parts = |object: &ObjectInfo| (object.kind(), object.codec(), object.value_schema(), object.key_schema());
    parts(one) == parts(other)
}

fn mixed_with(object: &ObjectInfo, other: &ObjectInfo) -> Finding {
    let message = format!(
        "two fields have this namespace, `{}` with {} and `{}` with {}; give one of them a name of its own with \
         `#[rediscache(namespace = \"…\")]`, unless it is meant, as for what Python shares",
        other.field(),
        types_of(other),
        object.field(),
        types_of(object),
    );
    let is_value = object.kind() == other.kind();
    let differences = if is_value { object.value_shape().differences(&other.value_shape()) } else { Vec::new() };
    Finding { kind: FindingKind::Mixed, namespace: object.namespace(), message, differences }
}

fn types_of(object: &ObjectInfo) -> String {
    let (kind, value) = (object.kind().noun(), object.value_type());
    match object.key_type() {
        Some(key) => format!("{kind} of `{key}` and `{value}`"),
        None => format!("{kind} of `{value}`"),
    }
}
