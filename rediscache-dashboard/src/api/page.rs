//! Entries: a page of them, and one by its key; and a page of the ids of a family.

use rediscache::ErrorKind;
use serde_json::{Value, json};

use super::reply::{failed, refused};
use crate::answer::{self, Answer};
use crate::hex;
use crate::json::{entry_json, id_page_json, page_json, part_named};
use crate::objects::{Family, Shown};
use crate::query::parameter;

/// `page?part=dead&cursor=…`, the cursor as the page before told it.
pub(super) async fn page(object: &Shown, query: Option<&str>) -> Answer {
    let part = parameter(query, "part").and_then(|name| part_named(&name));
    let Some(part) = part.filter(|part| object.window.parts().contains(part)) else {
        return refused("it has no such part");
    };
    let Ok(cursor) = cursor(query) else { return refused(NO_CURSOR) };
    match object.window.page(part, cursor).await {
        Ok(page) => answer::json(&page_json(&page)),
        Err(error) => failed(&error),
    }
}

/// `ids?cursor=…`: those of a family of which something is kept.
pub(super) async fn ids(family: &Family, query: Option<&str>) -> Answer {
    let Ok(cursor) = cursor(query) else { return refused(NO_CURSOR) };
    match family.window.ids(cursor).await {
        Ok(page) => answer::json(&id_page_json(&page)),
        Err(error) => failed(&error),
    }
}

/// What is no cursor.
struct NoCursor;

const NO_CURSOR: &str = "this is no cursor of a page";

/// Where the page begins.
fn cursor(query: Option<&str>) -> Result<Option<Vec<u8>>, NoCursor> {
    parameter(query, "cursor").map(|cursor| hex::read(&cursor).ok_or(NoCursor)).transpose()
}

/// What stands at a key: as JSON, or, where its type does not take that, as a text.
pub(super) async fn entry(object: &Shown, key: &str) -> Answer {
    let found = match object.window.find(key).await {
        Err(error) if is_of_key(error.kind()) => object.window.find(&json!(key).to_string()).await.map_err(|_| error),
        found => found,
    };
    match found {
        Ok(entry) => answer::json(&json!({ "entry": entry.map_or(Value::Null, |entry| entry_json(&entry, None)) })),
        Err(error) => failed(&error),
    }
}

/// Whether it was the key that could not be read.
fn is_of_key(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Encode | ErrorKind::Decode | ErrorKind::Config)
}
