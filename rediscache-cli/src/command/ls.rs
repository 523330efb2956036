//! `ls`: every object.

use std::collections::BTreeMap;

use redis::RedisResult;

use super::named::kind_of;
use crate::error::Result;
use crate::json::{Json, object};
use crate::lookup::{Catalog, holder_of};
use crate::output::{Output, Table};
use crate::page::Holder;
use crate::server::Server;
use crate::survey::{Group, Survey};
use crate::text;

/// One object, for whoever reads.
struct Row {
    name: Vec<u8>,
    kind: String,
    /// What keys and values it has, by what is on record.
    types: Vec<String>,
    codecs: Vec<String>,
    programs: Vec<String>,
    figures: Figures,
}

/// How much there is of an object; nothing of what could not be asked.
#[derive(Clone, Copy, Default)]
struct Figures {
    entries: Option<u64>,
    bytes: Option<u64>,
    /// Whether the bytes are those of some entries, times how many there are.
    is_estimate: bool,
    /// When all of it ends; `Some(None)` for never.
    ends: Option<Option<u64>>,
}

pub(super) fn run(server: &mut Server, output: &mut Output) -> Result<()> {
    let survey = Survey::of(server, None)?;
    let catalog = Catalog::of(server, &survey.records)?;
    let figures = measure(server, &survey.groups)?;
    let mut rows: Vec<Row> =
        survey.groups.iter().map(|(name, group)| row(name, group, &catalog, figures[name])).collect();
    let empty = catalog.objects().filter(|(name, _)| !survey.groups.contains_key(*name));
    rows.extend(empty.map(|(name, records)| {
        let holder = records.first().and_then(|record| holder_of(&record.kind)).unwrap_or("key");
        on_record(name, holder, &catalog, Figures { entries: Some(0), bytes: Some(0), ..Figures::default() })
    }));
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    if output.is_json {
        let objects = rows.iter().map(Row::json).collect();
        return output
            .json(&object! { "objects": Json::List(objects), "keys": survey.keys, "left_out": survey.left_out });
    }
    let mut table = Table::new(["namespace", "kind", "types", "entries", "memory", "expiry"]);
    rows.iter().for_each(|row| row.put(&mut table));
    output.table(&table)?;
    if survey.left_out > 0 {
        output.line(&format!("and {} keys of others, which are too many to be told apart", survey.left_out))?;
    }
    Ok(())
}

fn row(name: &[u8], group: &Group, catalog: &Catalog, figures: Figures) -> Row {
    on_record(name, holder(group), catalog, figures)
}

/// What holds an object, as Redis calls it.
pub(super) fn holder(group: &Group) -> &str {
    match &group.own {
        Some(own) => own,
        None if group.is_queue() => "list",
        None => "entries",
    }
}

fn on_record(name: &[u8], holder: &str, catalog: &Catalog, figures: Figures) -> Row {
    let records = catalog.find(name, holder);
    let types = records.iter().map(|record| {
        let value = record.value.shape().to_string();
        record.key.as_ref().map_or_else(|| value.clone(), |key| format!("{} → {value}", key.shape()))
    });
    let mut codecs: Vec<String> = records.iter().map(|record| record.codec.clone()).collect();
    codecs.dedup();
    Row {
        name: name.to_vec(),
        kind: kind_of(records.iter().map(|record| &*record.kind), holder),
        types: types.collect(),
        codecs,
        programs: records.iter().flat_map(|record| record.programs.clone()).collect(),
        figures,
    }
}

/// Asks how much there is of each object, all together.
fn measure(server: &mut Server, groups: &BTreeMap<Vec<u8>, Group>) -> Result<BTreeMap<Vec<u8>, Figures>> {
    let mut commands = Vec::new();
    for (name, group) in groups {
        let entries = group.own.as_deref().and_then(Holder::of).and_then(|holder| holder.count(name));
        let keys: Vec<&[u8]> =
            if group.own.is_some() { vec![name] } else { group.sample.iter().map(Vec::as_slice).collect() };
        for key in keys {
            commands.push((key, redis::cmd("MEMORY").arg("USAGE").arg(key).clone()));
            commands.push((key, redis::cmd("PTTL").arg(key).clone()));
        }
        // Last, so that they are told apart by their number.
        commands.extend(entries.map(|count| (&**name, count)));
    }
    let mut answers = server.ask_all::<Option<i64>>(commands)?.into_iter();
    let mut next = || number(answers.next());
    Ok(groups
        .iter()
        .map(|(name, group)| {
            let figures = if group.own.is_some() { of_one(group, &mut next) } else { of_entries(group, &mut next) };
            (name.clone(), figures)
        })
        .collect())
}

fn number(answer: Option<RedisResult<Option<i64>>>) -> Option<i64> {
    answer.and_then(std::result::Result::ok).flatten()
}

/// In how many milliseconds it ends, by what `PTTL` says.
fn ends(answer: Option<i64>) -> Option<Option<u64>> {
    answer.map(|ms| u64::try_from(ms).ok())
}

fn of_one(group: &Group, next: &mut impl FnMut() -> Option<i64>) -> Figures {
    let unsigned = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    let (bytes, ends) = (unsigned(next()), ends(next()));
    let holder = group.own.as_deref().and_then(Holder::of);
    let is_counted = holder.is_some_and(|holder| holder != Holder::Value);
    let entries = if is_counted { unsigned(next()) } else { Some(1) };
    Figures { entries, bytes, is_estimate: false, ends }
}

fn of_entries(group: &Group, next: &mut impl FnMut() -> Option<i64>) -> Figures {
    let (mut bytes, mut longest, mut known) = (0_u64, Some(Some(0)), 0_u64);
    for _ in &group.sample {
        if let Some(size) = next().and_then(|size| u64::try_from(size).ok()) {
            (bytes, known) = (bytes + size, known + 1);
        }
        longest = match (longest, ends(next())) {
            (Some(Some(longest)), Some(Some(ends))) => Some(Some(ends.max(longest))),
            (_, None) => None,
            _ => Some(None),
        };
    }
    let is_estimate = known < group.entries;
    let bytes = (known > 0).then(|| bytes.saturating_mul(group.entries) / known);
    let ends = if group.entries > 0 { longest } else { None };
    Figures { entries: Some(group.entries), bytes, is_estimate, ends }
}

impl Row {
    fn put(&self, table: &mut Table) {
        let Figures { entries, bytes, is_estimate, ends } = self.figures;
        let unknown = || "?".to_owned();
        let about = if is_estimate { "~" } else { "" };
        table.row([
            text::shown(&self.name),
            self.kind.clone(),
            text::escaped(&self.types.join(", ")),
            entries.map_or_else(unknown, |entries| entries.to_string()),
            bytes.map_or_else(unknown, |bytes| format!("{about}{}", text::size(bytes))),
            match ends {
                None => String::new(),
                Some(None) => "never".to_owned(),
                Some(Some(ms)) => text::duration(ms),
            },
        ]);
    }

    fn json(&self) -> Json {
        let Figures { entries, bytes, is_estimate, ends } = self.figures;
        object! {
            "namespace": text::shown(&self.name),
            "kind": self.kind.as_str(),
            "types": self.types.clone(),
            "codecs": self.codecs.clone(),
            "programs": self.programs.clone(),
            "entries": entries,
            "bytes": bytes,
            "bytes_are_estimated": is_estimate,
            "expires_ms": ends.flatten(),
        }
    }
}
