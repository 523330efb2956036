//! A program and what is stored: values that it cannot read.

use std::error::Error as _;

use super::finding::{Finding, FindingKind};
use super::program::Placed;
use super::recorded::Records;
use crate::codec::Shapes;
use crate::error::{Error, ErrorKind, Result};
use crate::record::ShapeTable;
use crate::shape::Shape;
use crate::store::{DataKind, Sample, Store};
use crate::types::info::ObjectInfo;

/// How many values of each object are looked at.
const MOST_VALUES: usize = 512;

/// How many pages of a scan are looked at, of which some may be empty.
const MOST_PAGES: usize = 16;

/// What came of looking at the values of one object.
#[derive(Default)]
struct Tally {
    looked_at: usize,
    unreadable: usize,
    /// The first of those.
    first: Option<Unreadable>,
}

struct Unreadable {
    error: Error,
    /// In which shape it was written, where that is known.
    shape: Option<Shape>,
}

/// Looks at values that are stored, and tells of those that cannot be read.
pub(super) async fn unreadable(
    placed: &Placed,
    store: &Store,
    shapes: &ShapeTable,
    records: &Records,
) -> Result<Option<Finding>> {
    let (object, key) = (&placed.object, placed.key.as_str());
    let tally = match (&object.in_record, object.kind().data()) {
        (Some(place), _) => look_at_field(object, placed.data_key(), &place.field, store, shapes).await,
        (None, Some(data)) => look_at(object, key, data, store, shapes).await,
        (None, None) => return Ok(None),
    };
    match tally {
        Ok(tally) => Ok(tally.finding(object, records)),
        Err(error) if error.kind() == ErrorKind::WrongType => Ok(Some(other_data(placed))),
        Err(error) => Err(error),
    }
}

async fn look_at(object: &ObjectInfo, key: &str, data: DataKind, store: &Store, shapes: &ShapeTable) -> Result<Tally> {
    let (mut tally, mut cursor) = (Tally::default(), None);
    for _ in 0..MOST_PAGES {
        let Sample { mut values, next } = store.sample(data, key, cursor).await?;
        values.truncate(MOST_VALUES - tally.looked_at);
        learn(object, values.iter().map(|(_, value)| value.as_slice()), store, shapes).await?;
        for (name, value) in &values {
            tally.look(object, name.as_deref(), value, shapes);
        }
        cursor = next;
        if cursor.is_none() || tally.looked_at == MOST_VALUES {
            break;
        }
    }
    Ok(tally)
}

/// The same of a field of a record.
async fn look_at_field(
    object: &ObjectInfo,
    hash: &str,
    field: &[u8],
    store: &Store,
    shapes: &ShapeTable,
) -> Result<Tally> {
    let (mut tally, value) = (Tally::default(), store.hashes().get(hash, field).await?);
    learn(object, value.iter().map(Vec::as_slice), store, shapes).await?;
    value.iter().for_each(|value| tally.look(object, None, value, shapes));
    Ok(tally)
}

/// Looks up the shapes that these values take.
async fn learn(
    object: &ObjectInfo,
    stored: impl Iterator<Item = &[u8]>,
    store: &Store,
    shapes: &ShapeTable,
) -> Result<()> {
    let unknown = shapes.unknown(stored.filter_map(object.types.fingerprint));
    shapes.learn(store, object.value_schema(), unknown).await
}

impl Tally {
    fn look(&mut self, object: &ObjectInfo, name: Option<&[u8]>, value: &[u8], shapes: &ShapeTable) {
        self.looked_at += 1;
        let types = object.types;
        let key = match (&types.key, name) {
            (Some(key), Some(name)) => (key.read)(name),
            _ => Ok(()),
        };
        let is_key = key.is_err();
        if let Err(error) = key.and_then(|()| (types.read_value)(value, &object.meaning, shapes)) {
            let fingerprint = (types.fingerprint)(value).filter(|_| !is_key && self.first.is_none());
            let shape = fingerprint.and_then(|it| shapes.find(it)).map(|schema| schema.shape.clone());
            self.unreadable += 1;
            self.first.get_or_insert(Unreadable { error, shape });
        }
    }

    fn finding(self, object: &ObjectInfo, records: &Records) -> Option<Finding> {
        let (Self { looked_at, unreadable, .. }, Unreadable { error, shape }) = (&self, self.first.as_ref()?);
        let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        let message = format!(
            "{unreadable} of {looked_at} values that were looked at cannot be read as `{}`: {reason}; where the type \
             changed, keep its old form and name it in `from(…)`",
            object.value_type(),
        );
        let before = shape.clone().or_else(|| recorded_shape(object, records));
        let differences = before.map(|before| object.value_shape().differences(&before)).unwrap_or_default();
        Some(Finding { kind: FindingKind::Unreadable, namespace: object.namespace(), message, differences })
    }
}

/// The only other shape on record that values of such an object have had.
fn recorded_shape(object: &ObjectInfo, records: &Records) -> Option<Shape> {
    let is_other = |shape: &&Shape| **shape != object.value_schema().shape;
    let same_kind = records.get(object.namespace())?.iter().filter(|it| it.kind == object.kind().name());
    let mut others = same_kind.map(|recorded| &recorded.value.shape).filter(is_other);
    let first = others.next()?;
    others.all(|other| other == first).then(|| first.clone())
}

/// The key holds what no object of that kind is.
fn other_data(placed: &Placed) -> Finding {
    let (object, key) = (&placed.object, placed.data_key());
    let message = format!(
        "the key holds another data type than {} has; see with `TYPE {key}` what is there, and give the object another \
         namespace",
        object.kind().noun(),
    );
    let (kind, namespace) = (FindingKind::OtherKind, object.namespace());
    Finding { kind, namespace, message, differences: Vec::new() }
}
