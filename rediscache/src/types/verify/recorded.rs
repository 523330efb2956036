//! A program and what is on record: other kinds, other keys, and owners that were renamed.

use std::collections::BTreeMap;

use super::finding::{Finding, FindingKind};
use super::program::Placed;
use crate::record::{NamespaceRecord, ObjectKind, RecordedObject};
use crate::shape::Schema;
use crate::types::info::ObjectInfo;

/// What is on record under one prefix, by namespace.
pub(super) type Records = BTreeMap<String, Vec<RecordedObject>>;

/// The name of a field, and what is on record of it.
type RecordedField<'a> = (&'a str, &'a [RecordedObject]);

pub(super) fn read(stored: Vec<(Vec<u8>, Vec<u8>)>) -> Records {
    let read = |(namespace, record): (Vec<u8>, Vec<u8>)| {
        Some((String::from_utf8(namespace).ok()?, NamespaceRecord::read(&record).objects()))
    };
    stored.into_iter().filter_map(read).collect()
}

/// What is on record of the object's namespace and does not fit it, nor another object of this program with that key.
pub(super) fn others(placed: &Placed, all: &[Placed], records: &Records, table: &str) -> Vec<Finding> {
    let (object, mut findings) = (&placed.object, Vec::new());
    for recorded in records.get(object.namespace()).into_iter().flatten() {
        let mut twins = all.iter().filter(|other| other.key == placed.key);
        if twins.any(|twin| misfit(&twin.object, recorded).is_none()) {
            continue;
        }
        let Some(kind) = misfit(object, recorded) else { continue };
        let (writers, shown) = (writers(recorded), shown(recorded));
        let message = format!(
            "it is on record for {shown}, written by {writers}, and is {} here; give the new object another namespace, or \
             clear the old one and its record (`HDEL {table} {}`)",
            here(object),
            object.namespace(),
        );
        if !findings.iter().any(|earlier: &Finding| earlier.kind == kind && earlier.message == message) {
            findings.push(Finding { kind, namespace: object.namespace(), message, differences: Vec::new() });
        }
    }
    findings
}

/// In which way an object cannot be that on record.
fn misfit(object: &ObjectInfo, recorded: &RecordedObject) -> Option<FindingKind> {
    if object.kind().name() != recorded.kind {
        return Some(FindingKind::OtherKind);
    }
    match (key_of(object), recorded_key(recorded)) {
        (Some(own), Some(key)) => {
            let is_alike = object.codec() == recorded.codec && own.shape.keys_are_alike(&key.shape);
            (!is_alike).then_some(FindingKind::OtherKey)
        }
        (None, None) => None,
        _ => Some(FindingKind::OtherKey),
    }
}

/// What is told apart by its bytes: keys, and the members of a set.
fn key_of(object: &ObjectInfo) -> Option<&Schema> {
    object.key_schema().or_else(|| (object.kind() == ObjectKind::Set).then(|| object.value_schema()))
}

fn recorded_key(recorded: &RecordedObject) -> Option<&Schema> {
    recorded.key.as_ref().or_else(|| (recorded.kind == ObjectKind::Set.name()).then_some(&recorded.value))
}

fn here(object: &ObjectInfo) -> String {
    let (kind, codec) = (object.kind().noun(), object.codec());
    match key_of(object) {
        Some(key) => format!("{kind} with {} `{}` in the codec {codec}", keys_of(object.kind().name()), key.shape),
        None => kind.to_owned(),
    }
}

/// What that is called of this kind.
fn keys_of(kind: &str) -> &'static str {
    let is_cache = [ObjectKind::Cache, ObjectKind::TtlCache].iter().any(|cache| cache.name() == kind);
    if is_cache { "keys" } else { "members" }
}

/// As far as it is told, in one line.
fn shown(recorded: &RecordedObject) -> String {
    let (kind, codec) = (short(&recorded.kind), short(&recorded.codec));
    match recorded_key(recorded) {
        Some(key) => {
            let (what, shape) = (keys_of(&recorded.kind), key.shape.to_string());
            format!("a {kind} with {what} `{}` in the codec {codec}", short(&shape))
        }
        None => format!("a {kind}"),
    }
}

fn writers(recorded: &RecordedObject) -> String {
    match &*recorded.programs {
        [] => "a program that did not say its name".to_owned(),
        programs => programs.iter().map(|name| format!("`{}`", short(name))).collect::<Vec<_>>().join(", "),
    }
}

/// What anybody may have written, without what could fill or spoil the screen.
fn short(text: &str) -> String {
    const LONGEST: usize = 120;
    let plain = text.chars().map(|character| if character.is_control() { '?' } else { character });
    let start: String = plain.take(LONGEST).collect();
    if start.len() < text.len() && text.chars().nth(LONGEST).is_some() { format!("{start}…") } else { start }
}

/// Owners on record of which this program has nothing, and whose fields are all those of one that it has and that nothing
/// is on record of.
pub(super) fn renamed(objects: &[&ObjectInfo], records: &Records) -> Vec<Finding> {
    let mut gone: Vec<(&str, Vec<RecordedField<'_>>)> = Vec::new();
    for (namespace, recorded) in records {
        let Some((owner, field)) = namespace.rsplit_once('.') else { continue };
        if objects.iter().any(|object| object.namespace() == namespace) {
            continue;
        }
        match gone.iter_mut().find(|(known, _)| *known == owner) {
            Some((_, fields)) => fields.push((field, recorded)),
            None => gone.push((owner, vec![(field, recorded)])),
        }
    }
    gone.into_iter().filter_map(|(owner, fields)| successor(owner, &fields, objects, records)).collect()
}

fn successor(owner: &str, fields: &[RecordedField<'_>], objects: &[&ObjectInfo], records: &Records) -> Option<Finding> {
    let now_has = |new: &str, field: &str, recorded: &[RecordedObject]| {
        let object = objects.iter().find(|object| object.namespace().rsplit_once('.') == Some((new, field)))?;
        let is_new = !records.contains_key(object.namespace());
        (is_new && recorded.iter().any(|recorded| is_successor(object, recorded))).then_some(*object)
    };
    objects.iter().filter_map(|object| owner_of(object)).filter(|new| *new != owner).find_map(|new| {
        let found: Option<Vec<_>> = fields.iter().map(|(field, recorded)| now_has(new, field, recorded)).collect();
        let (first, owner) = (*found?.first()?, short(owner));
        let message = format!(
            "nothing is on record of `{new}`, and `{owner}`, which this program does not have, had the same fields of the \
             same types; if it was renamed, put `#[rediscache(namespace = \"{owner}\")]` above the struct to keep its data"
        );
        Some(Finding { kind: FindingKind::Renamed, namespace: first.namespace(), message, differences: Vec::new() })
    })
}

fn owner_of(object: &ObjectInfo) -> Option<&str> {
    object.namespace().rsplit_once('.').map(|(owner, _)| owner)
}

fn is_successor(object: &ObjectInfo, recorded: &RecordedObject) -> bool {
    misfit(object, recorded).is_none() && object.value_schema().shape == recorded.value.shape
}
