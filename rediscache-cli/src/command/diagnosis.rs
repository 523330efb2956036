//! What `doctor` finds wrong, and what to do about it.

use std::collections::BTreeMap;

use rediscache::inspect::ObjectRecord;

use super::queue::Queue;
use super::tally::Tally;
use crate::json::{Json, object};
use crate::text;

/// How many entries without an end are worth a word.
const MANY: u64 = 1_000_000;

/// For how long, in seconds, a name was not written while another of its types was, so that it looks left behind.
const LEFT: u64 = 3 * 24 * 60 * 60;

/// One thing that is wrong.
#[derive(Debug, PartialEq)]
pub(super) struct Trouble {
    kind: &'static str,
    namespace: String,
    what: String,
    advice: String,
}

impl Trouble {
    fn new(kind: &'static str, namespace: &[u8], what: String, advice: &str) -> Self {
        Self { kind, namespace: text::shown(namespace), what, advice: advice.to_owned() }
    }

    pub(super) fn text(&self) -> String {
        format!("`{}`: {}\n    {}", self.namespace, self.what, self.advice)
    }

    pub(super) fn json(&self) -> Json {
        object! {
            "kind": self.kind, "namespace": self.namespace.as_str(), "what": self.what.as_str(),
            "advice": self.advice.as_str(),
        }
    }
}

/// What cannot be read, and what no one type reads.
pub(super) fn of_values(name: &[u8], what: &str, tally: &Tally) -> Vec<Trouble> {
    let unreadable = tally.unreadable.iter().map(|(reason, (count, first))| {
        let first: String = text::shown(first).chars().take(60).collect();
        let what =
            format!("{count} of {} {what} cannot be read: {}; such as {first}", tally.count, text::escaped(reason));
        let advice = if reason.contains("`$shapes`") {
            "restore `$shapes` from a backup, or have a program write these anew; keep evictions off that hash"
        } else {
            "look who else writes here; a program with `unreadable = \"absent\"` on the field goes on without them"
        };
        Trouble::new("unreadable", name, what, advice)
    });
    let mixed = tally.is_mixed().then(|| {
        let advice = "no one Rust type reads them all: declare the namespace once for each type, or move one of them";
        Trouble::new("mixed", name, format!("{what} are of several types: {}", tally.text(|_| None)), advice)
    });
    unreadable.chain(mixed).collect()
}

/// What nobody works on.
pub(super) fn of_queue(name: &[u8], queue: &Queue) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    for list in queue.lists.iter().filter(|list| list.unleased > 0) {
        let since =
            list.since.map_or_else(String::new, |since| format!(", for {} at the least", text::duration(since)));
        troubles.push(Trouble::new(
            "pending",
            &[name, list.suffix.as_bytes()].concat(),
            format!("{} tasks are pending without a worker of rediscache{since}", list.unleased),
            "where no worker in Python has them, bring them back by `recover_unleased` on the field, or by \
             `reschedule_all_pending` of that client",
        ));
    }
    let dead = queue.workers.iter().filter(|worker| worker.ends <= 0 && worker.held > 0);
    for worker in dead {
        let (held, instance) = (worker.held, text::escaped(&worker.instance));
        let since = text::duration(worker.ends.unsigned_abs());
        let what = format!("worker {instance} is dead for {since}, and {held} tasks have not been brought back");
        troubles.push(Trouble::new("worker", name, what, "any worker that asks brings them back: start one"));
    }
    if queue.dead > 0 {
        let (what, name_shown) = (format!("{} dead letters", queue.dead), text::shown(name));
        let advice = format!("rediscache dead {name_shown} shows them, and with `retry` brings them back");
        troubles.push(Trouble::new("dead", name, what, &advice));
    }
    troubles
}

/// What has no end, and more and more entries.
pub(super) fn of_growth(name: &[u8], count: u64, grew: i64, watched: u64) -> Option<Trouble> {
    let advice = "give it an end by `set_expiry`, or make it a `RedisTtlCache`, whose entries end one by one";
    if grew > 0 {
        let what = format!("it has no expiry, and grew by {grew} to {count} entries in {watched} s");
        return Some(Trouble::new("growing", name, what, advice));
    }
    (count >= MANY).then(|| {
        let what = format!("it has {count} entries and no expiry; `--watch 60` tells whether it grows");
        Trouble::new("large", name, what, advice)
    })
}

/// Objects whose owner seems to have been renamed: another owner has a field of the same name and types, which was written
/// lately, while this one was not.
pub(super) fn of_names(objects: &BTreeMap<&[u8], Vec<&ObjectRecord>>) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    for (name, records) in objects {
        let heir = objects.iter().find(|(other, heirs)| other != &name && is_heir(name, records, other, heirs));
        if let Some((heir, _)) = heir {
            let (old, new) = (text::shown(name), text::shown(heir));
            let what = format!("it looks like what `{new}` was called before: nobody writes it any more");
            let advice = format!(
                "where `{new}` is empty: rediscache rename {old} {new}; otherwise have a program copy what is missing"
            );
            troubles.push(Trouble::new("orphan", name, what, &advice));
        }
    }
    troubles
}

fn is_heir(name: &[u8], records: &[&ObjectRecord], other: &[u8], heirs: &[&ObjectRecord]) -> bool {
    let (Some((before, field)), Some((other_before, other_field))) = (owner(name), owner(other)) else { return false };
    let global = |before: &[u8]| owner(before).map(|(global, _)| global.to_vec());
    let is_near = field == other_field && before != other_before && global(before) == global(other_before);
    let last = |records: &[&ObjectRecord]| records.iter().map(|record| record.last).max();
    let Some(written) = last(heirs).filter(|_| is_near) else { return false };
    // What was never put on record was written before there were records, or by nobody of us.
    match last(records) {
        None => true,
        Some(last) if last.saturating_add(LEFT) > written => false,
        Some(_) => records
            .iter()
            .any(|one| heirs.iter().any(|heir| one.kind == heir.kind && one.value.name() == heir.value.name())),
    }
}

/// What stands before the last `.`, and after it.
pub(super) fn owner(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let dot = name.iter().rposition(|byte| *byte == b'.')?;
    Some((&name[..dot], &name[dot + 1..]))
}
