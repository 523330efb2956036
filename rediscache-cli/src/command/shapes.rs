//! `shapes`: the shapes that values were written by.

use std::collections::BTreeMap;

use rediscache::inspect::StoredShape;

use crate::error::Result;
use crate::json::{Json, object};
use crate::lookup::Catalog;
use crate::names;
use crate::output::{Output, Table};
use crate::server::Server;
use crate::survey::Survey;
use crate::text;

/// How many shapes are asked for at once.
const PAGE: usize = 100;

pub(super) fn run(server: &mut Server, output: &mut Output) -> Result<()> {
    let survey = Survey::of(server, None)?;
    let writers = writers(&Catalog::of(server, &survey.records)?);
    let mut table = Table::new(["kept in", "shape", "version", "written by", "what it is"]);
    let mut listed = Vec::new();
    for prefix in &survey.shapes {
        let (key, mut cursor) = (names::below(prefix, names::SHAPES.as_bytes()), 0);
        loop {
            let (next, shapes) = server.fields(&key, cursor, PAGE)?;
            for (name, json) in shapes {
                let shape = str::from_utf8(&name).ok().and_then(|name| StoredShape::read(name, &json));
                let own = shape.as_ref().and_then(|shape| writers.get(&shape.name())).map_or(&[][..], Vec::as_slice);
                let version = shape.as_ref().map(|shape| u64::from(shape.version()));
                let what = shape.as_ref().map(|shape| shape.shape().to_string());
                if output.is_json {
                    listed.push(object! {
                        "hash": text::shown(&key), "name": text::shown(&name), "version": version,
                        "written_by": own.to_vec(), "shape": what,
                    });
                } else {
                    let version = version.map(|version| version.to_string()).unwrap_or_default();
                    let what = what.map_or_else(
                        || "no shape: values by it cannot be read".to_owned(),
                        |what| text::escaped(&what),
                    );
                    table.row([text::shown(&key), text::shown(&name), version, own.join(", "), what]);
                }
            }
            cursor = next;
            if cursor == 0 {
                break;
            }
        }
    }
    if output.is_json { output.json(&object! { "shapes": Json::List(listed) }) } else { output.table(&table) }
}

/// Which objects are on record with each shape, by its name.
fn writers(catalog: &Catalog) -> BTreeMap<String, Vec<String>> {
    let mut writers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, records) in catalog.objects() {
        for record in records {
            writers.entry(record.value.name()).or_default().push(text::shown(name));
        }
    }
    writers
}
