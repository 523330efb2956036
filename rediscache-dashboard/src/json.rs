//! What windows tell, in JSON.
//!
//! Keys and values stay text that is JSON by itself: a browser that read them would round integers above 2^53.

use std::error::Error as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rediscache::inspect::{Action, Entry, EntryPage, Fact, IdPage, Part, Shown, Summary};
use rediscache::{Error, NearStats};
use serde_json::{Value, json};

use crate::hex;

/// A value that is longer is shown cut, where it stands among others.
const LONGEST_IN_PAGE: usize = 4 << 10;

/// Of what has no key, by which the whole could be asked for.
const LONGEST_WITHOUT_KEY: usize = 64 << 10;

pub(crate) fn summary_json(summary: &Summary) -> Value {
    let counts = summary.counts.iter().map(|(part, count)| (part_name(*part).to_owned(), json!(count)));
    json!({
        "counts": Value::Object(counts.collect()),
        "memory": summary.memory,
        "expires_at": summary.expires_at.map(milliseconds),
        "near": summary.near.as_ref().map(near_json),
        "loads": summary.loads.map(|loads| json!({
            "hits": loads.hits,
            "misses": loads.misses,
            "loads": loads.loads,
            "shared": loads.shared,
            "stale": loads.stale,
            "failures": loads.failures,
        })),
    })
}

fn near_json(near: &NearStats) -> Value {
    json!({
        "hits": near.hits(),
        "misses": near.misses(),
        "invalidations": near.invalidations(),
        "entries": near.entries(),
        "bytes": near.bytes(),
    })
}

pub(crate) fn error_json(error: &Error) -> Value {
    json!({ "error": told(error), "kind": format!("{:?}", error.kind()) })
}

/// The error with all that led to it.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

pub(crate) fn page_json(page: &EntryPage) -> Value {
    json!({
        "entries": page.entries.iter().map(short_entry_json).collect::<Vec<_>>(),
        "next": page.next.as_deref().map(hex::write),
    })
}

pub(crate) fn id_page_json(page: &IdPage) -> Value {
    json!({
        "ids": page.ids.iter().map(|id| shown_json(id, Some(LONGEST_IN_PAGE))).collect::<Vec<_>>(),
        "next": page.next.as_deref().map(hex::write),
    })
}

/// An entry as it stands among others.
fn short_entry_json(entry: &Entry) -> Value {
    entry_json(entry, Some(if entry.key.is_some() { LONGEST_IN_PAGE } else { LONGEST_WITHOUT_KEY }))
}

/// An entry, each side of it cut where it is longer than this.
pub(crate) fn entry_json(entry: &Entry, longest: Option<usize>) -> Value {
    json!({
        "id": hex::write(&entry.id),
        "key": entry.key.as_ref().map(|key| shown_json(key, longest)),
        "value": entry.value.as_ref().map(|value| shown_json(value, longest)),
        "expires_at": entry.expires_at.map(milliseconds),
        "facts": Value::Object(entry.facts.iter().map(fact_json).collect()),
    })
}

fn shown_json(shown: &Shown, longest: Option<usize>) -> Value {
    match shown {
        Shown::Json(text) => match longest.and_then(|longest| cut(text, longest)) {
            Some(begin) => json!({ "begin": begin, "bytes": text.len() }),
            None => json!({ "json": text }),
        },
        Shown::Unreadable(why) => json!({ "unreadable": why }),
        Shown::Secret => json!({ "secret": true }),
    }
}

/// The begin of a text that is longer.
fn cut(text: &str, longest: usize) -> Option<&str> {
    if text.len() <= longest {
        return None;
    }
    let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end))?;
    text.get(..end)
}

fn fact_json(fact: &Fact) -> (String, Value) {
    let (name, value) = match fact {
        Fact::Worker(worker) => ("worker", json!(worker)),
        Fact::Since(time) => ("since", json!(milliseconds(*time))),
        Fact::Heard(time) => ("heard", json!(milliseconds(*time))),
        Fact::Attempt(attempt) => ("attempt", json!(attempt)),
        Fact::Due(time) => ("due", json!(milliseconds(*time))),
        Fact::Fence(fence) => ("fence", json!(fence.to_string())),
        Fact::Held(is_held) => ("held", json!(is_held)),
        Fact::Remaining(turns) => ("remaining", json!(turns)),
        Fact::RetryAfter(time) => ("retry_after", json!(whole_milliseconds(*time))),
        Fact::Stale => ("stale", json!(true)),
        Fact::Alive(is_alive) => ("alive", json!(is_alive)),
        Fact::Tasks(count) => ("tasks", json!(count)),
    };
    (name.to_owned(), value)
}

/// Since 1970; what is earlier is that.
fn milliseconds(time: SystemTime) -> u64 {
    whole_milliseconds(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn whole_milliseconds(time: Duration) -> u64 {
    time.as_millis().try_into().unwrap_or(u64::MAX)
}

const PARTS: [(Part, &str); 5] = [
    (Part::Entries, "entries"),
    (Part::Delayed, "delayed"),
    (Part::Pending, "pending"),
    (Part::Dead, "dead"),
    (Part::Workers, "workers"),
];

pub(crate) fn part_name(part: Part) -> &'static str {
    PARTS.iter().find(|(other, _)| *other == part).map_or("", |(_, name)| name)
}

pub(crate) fn part_named(name: &str) -> Option<Part> {
    PARTS.iter().find(|(_, other)| *other == name).map(|(part, _)| *part)
}

const ACTIONS: [(Action, &str); 3] = [(Action::Edit, "edit"), (Action::Delete, "delete"), (Action::Requeue, "requeue")];

pub(crate) fn action_name(action: Action) -> &'static str {
    ACTIONS.iter().find(|(other, _)| *other == action).map_or("", |(_, name)| name)
}

pub(crate) fn action_named(name: &str) -> Option<Action> {
    ACTIONS.iter().find(|(_, other)| *other == name).map(|(action, _)| *action)
}
