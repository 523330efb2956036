//! A program and what is stored: values that it cannot read.

use std::error::Error as _;
use std::time::Duration;

use super::finding::{Finding, FindingKind};
use super::program::Placed;
use super::recorded::Records;
use crate::codec::Shapes;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{ObjectKind, ShapeTable};
use crate::shape::Shape;
use crate::store::{EntryPage, Life, Page, Store};
use crate::types::info::ObjectInfo;
use crate::types::ttl_cache::stored_key;

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
    let tally = match object.kind() {
        ObjectKind::Cache => look_at_entries(object, key, store, shapes).await,
        ObjectKind::Queue | ObjectKind::TaskQueue => look_at_items(object, key, store, shapes).await,
        ObjectKind::TtlCache => look_at_own_keys(object, key, store, shapes).await,
    };
    match tally {
        Ok(tally) => Ok(tally.finding(object, records)),
        Err(error) if error.kind() == ErrorKind::WrongType => Ok(Some(other_data(placed))),
        Err(error) => Err(error),
    }
}

async fn look_at_entries(object: &ObjectInfo, key: &str, store: &Store, shapes: &ShapeTable) -> Result<Tally> {
    let (mut tally, mut cursor) = (Tally::default(), None);
    for _ in 0..MOST_PAGES {
        let Page { mut entries, next } = store.hashes().scan(key, cursor.as_deref()).await?;
        entries.truncate(MOST_VALUES - tally.looked_at);
        learn(object, entries.iter().map(|(_, value)| value.as_slice()), store, shapes).await?;
        for (field, value) in &entries {
            tally.look(object, Some(field), value, shapes);
        }
        cursor = next;
        if cursor.is_none() || tally.looked_at == MOST_VALUES {
            break;
        }
    }
    Ok(tally)
}

async fn look_at_own_keys(object: &ObjectInfo, key: &str, store: &Store, shapes: &ShapeTable) -> Result<Tally> {
    let (mut tally, mut cursor) = (Tally::default(), None);
    for _ in 0..MOST_PAGES {
        // Stale ones, too: who loads gives them out.
        let EntryPage { mut entries, next } = store.entries().scan(key, cursor, Life::of(Duration::MAX)).await?;
        entries.truncate(MOST_VALUES - tally.looked_at);
        learn(object, entries.iter().map(|(_, value)| value.as_slice()), store, shapes).await?;
        for (name, value) in &entries {
            match stored_key(name) {
                Ok(field) => tally.look(object, Some(&field), value, shapes),
                Err(error) => {
                    tally.looked_at += 1;
                    tally.note(Unreadable { error, shape: None });
                }
            }
        }
        cursor = next;
        if cursor.is_none() || tally.looked_at == MOST_VALUES {
            break;
        }
    }
    Ok(tally)
}

async fn look_at_items(object: &ObjectInfo, key: &str, store: &Store, shapes: &ShapeTable) -> Result<Tally> {
    let mut tally = Tally::default();
    let items = store.lists().page(key, 0, MOST_VALUES as u64).await?;
    learn(object, items.iter().map(Vec::as_slice), store, shapes).await?;
    items.iter().for_each(|item| tally.look(object, None, item, shapes));
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
    fn look(&mut self, object: &ObjectInfo, field: Option<&[u8]>, value: &[u8], shapes: &ShapeTable) {
        self.looked_at += 1;
        let types = object.types;
        let key = match (&types.key, field) {
            (Some(key), Some(field)) => (key.read)(field),
            _ => Ok(()),
        };
        let is_key = key.is_err();
        if let Err(error) = key.and_then(|()| (types.read_value)(value, &object.meaning, shapes)) {
            let fingerprint = (types.fingerprint)(value).filter(|_| !is_key && self.first.is_none());
            let shape = fingerprint.and_then(|it| shapes.find(it)).map(|schema| schema.shape.clone());
            self.note(Unreadable { error, shape });
        }
    }

    fn note(&mut self, unreadable: Unreadable) {
        self.unreadable += 1;
        self.first.get_or_insert(unreadable);
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
    let Placed { object, key } = placed;
    let message = format!(
        "the key holds another data type than {} has; see with `TYPE {key}` what is there, and give the object another \
         namespace",
        object.kind().noun(),
    );
    let (kind, namespace) = (FindingKind::OtherKind, object.namespace());
    Finding { kind, namespace, message, differences: Vec::new() }
}
