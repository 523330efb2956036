//! `doctor`: what is where, the struct to paste, and what is wrong.

use std::collections::BTreeMap;
use std::thread;

use rediscache::inspect::ObjectRecord;

use super::diagnosis::{self, Trouble};
use super::ls::holder;
use super::named::kind_of;
use super::paste::{self, PastedField, PastedType};
use super::queue::Queue;
use super::tally::{Kind, Tally};
use crate::arguments::Arguments;
use crate::error::{FOUND, Result};
use crate::json::{Json, object};
use crate::lookup::{Catalog, Reader};
use crate::names;
use crate::output::{Output, Progress};
use crate::page::{Entry, Holder, page};
use crate::server::Server;
use crate::survey::{Group, Survey};
use crate::text;

/// How many entries are asked for at once; all that are looked at of an object, unless all are.
const PAGE: usize = 1000;

/// What was found of one object.
struct Found<'a> {
    name: &'a [u8],
    group: &'a Group,
    holder: Holder,
    records: Vec<&'a ObjectRecord>,
    reader: Reader,
    keys: Tally,
    values: Tally,
}

pub(super) fn run(server: &mut Server, output: &mut Output, arguments: &Arguments) -> Result<u8> {
    let survey = Survey::of(server, None)?;
    let catalog = Catalog::of(server, &survey.records)?;
    let (mut found, mut progress) = (Vec::new(), Progress::new());
    for (at, (name, group)) in survey.groups.iter().enumerate() {
        progress.tell("looking at objects", at as u64, Some(survey.groups.len() as u64));
        if let Some(object) = look(server, name, group, &catalog, arguments.is_all)? {
            found.push(object);
        }
    }
    drop(progress);
    let mut troubles = growth(server, &found, arguments)?;
    let now = server.now()?;
    for object in &found {
        troubles.extend(diagnosis::of_values(object.name, "keys", &object.keys));
        troubles.extend(diagnosis::of_values(object.name, "values", &object.values));
        if object.group.is_queue() {
            troubles.extend(diagnosis::of_queue(object.name, &Queue::find(server, object.name, object.group, now)?));
        }
    }
    let names = found.iter().map(|object| (object.name, object.records.clone()));
    let on_record = catalog.objects().map(|(name, records)| (&**name, records.iter().collect::<Vec<_>>()));
    let all: BTreeMap<&[u8], Vec<&ObjectRecord>> = on_record.chain(names).collect();
    troubles.extend(diagnosis::of_names(&all).into_iter().filter(|_| !found.is_empty()));
    let fields: Vec<PastedField> = found.iter().filter_map(|object| object.field(&survey.records)).collect();
    let code = paste::code(&fields);
    tell(output, &found, &code, &troubles)?;
    Ok(if troubles.is_empty() { 0 } else { FOUND })
}

/// Looks at some entries of an object, or at all.
fn look<'a>(
    server: &mut Server,
    name: &'a [u8],
    group: &'a Group,
    catalog: &'a Catalog,
    is_all: bool,
) -> Result<Option<Found<'a>>> {
    let kind = holder(group);
    let records = catalog.find(name, kind);
    // Nobody of us writes other types, nor has values or entries of their own that are not on record.
    let is_ours = |holder: &Holder| !matches!(holder, Holder::Value | Holder::Entries) || !records.is_empty();
    let Some(holder) = Holder::of(kind).filter(is_ours) else {
        return Ok(None);
    };
    let reader = Reader::new(name, &records);
    let mut found = Found { name, group, holder, records, reader, keys: Tally::default(), values: Tally::default() };
    let is_typed = !found.records.iter().any(|record| matches!(&*record.kind, "limit" | "lock"));
    let mut cursor = is_typed.then(|| "0".to_owned());
    while let Some(from) = cursor {
        let page = page(server, name, holder, &from, PAGE)?;
        found.count(server, &page.entries)?;
        cursor = page.next.filter(|_| is_all);
    }
    Ok(Some(found))
}

impl Found<'_> {
    fn count(&mut self, server: &mut Server, entries: &[Entry]) -> Result<()> {
        let stored = entries.iter().flat_map(|entry| [&entry.key, &entry.value]).flatten();
        self.reader.learn(server, stored.map(Vec::as_slice))?;
        for entry in entries {
            // The members of a ranking are its keys.
            let is_ranking = self.holder == Holder::Ranking;
            let (key, value) = if is_ranking { (&entry.value, &None) } else { (&entry.key, &entry.value) };
            for (stored, tally) in [(key, &mut self.keys), (value, &mut self.values)] {
                if let Some(stored) = stored {
                    tally.add(stored, &self.reader.read(stored));
                }
            }
        }
        Ok(())
    }

    fn kind(&self) -> String {
        kind_of(self.records.iter().map(|record| &*record.kind), self.holder.name())
    }

    fn types(&self) -> (String, String) {
        let shape = |name: &str| self.reader.shape(name).map(|shape| shape.shape().to_string());
        (self.keys.text(shape), self.values.text(shape))
    }

    /// The field that reads it; nothing where it is not ours.
    fn field(&self, prefixes: &[Vec<u8>]) -> Option<PastedField> {
        let below = prefixes.iter().filter_map(|prefix| names::local(prefix, self.name));
        let name = below.min_by_key(|name| name.len()).unwrap_or(self.name).to_vec();
        if let Some(record) = self.records.first() {
            let others = self.records.len() - 1;
            let note = (others > 0).then(|| format!("and {others} more on record of this name"));
            return Some(PastedField {
                name,
                kind: known_kind(&record.kind)?,
                key: record.key.clone().map(PastedType::Shape),
                value: PastedType::Shape(record.value.clone()),
                is_json: record.codec == "json",
                note,
            });
        }
        let is_ours = |tally: &Tally| tally.kinds.keys().any(|kind| !matches!(kind, Kind::Raw));
        let is_ranking = self.holder == Holder::Ranking;
        let main = if is_ranking { &self.keys } else { &self.values };
        if !is_ours(main) || main.kinds.contains_key(&Kind::Raw) {
            return None;
        }
        let kind = match self.holder {
            Holder::Hash => "cache",
            Holder::Set => "set",
            Holder::Ranking => "ranking",
            Holder::List if self.group.beside.is_empty() => "queue",
            Holder::List => "task_queue",
            Holder::Value | Holder::Entries => return None,
        };
        let key = matches!(kind, "cache" | "ranking").then(|| self.pasted(&self.keys));
        let value = if is_ranking { PastedType::Plain("f64") } else { self.pasted(&self.values) };
        let note = main.is_mixed().then(|| format!("of several types: {}", main.text(|_| None)));
        Some(PastedField { name, kind, key, value, is_json: false, note })
    }

    fn pasted(&self, tally: &Tally) -> PastedType {
        match tally.main() {
            Some(Kind::Shape(name)) => match self.reader.shape(name) {
                Some(shape) => PastedType::Shape(shape.clone()),
                None => PastedType::Plain("serde_json::Value"),
            },
            Some(kind) => PastedType::Plain(tally.scalar(kind)),
            None => PastedType::Plain("String"),
        }
    }
}

fn known_kind(kind: &str) -> Option<&'static str> {
    let kinds = ["cache", "queue", "task_queue", "ttl_cache", "set", "ranking", "limit", "lock", "value"];
    kinds.into_iter().find(|known| *known == kind)
}

/// How many entries there are of what has no end, twice where that is asked for.
fn growth(server: &mut Server, found: &[Found<'_>], arguments: &Arguments) -> Result<Vec<Trouble>> {
    let endless = ["hash", "set", "zset"];
    let objects: Vec<&Found<'_>> = found.iter().filter(|object| endless.contains(&object.holder.name())).collect();
    let commands = objects.iter().map(|object| (object.name, redis::cmd("PTTL").arg(object.name).clone()));
    let ends = server.ask_all::<i64>(commands.collect())?;
    let objects: Vec<&Found<'_>> =
        objects.into_iter().zip(ends).filter(|(_, ends)| matches!(ends, Ok(-1))).map(|(object, _)| object).collect();
    let count = |server: &mut Server| {
        let commands = objects.iter().filter_map(|object| Some((object.name, object.holder.count(object.name)?)));
        server.ask_all::<i64>(commands.collect())
    };
    let before = count(server)?;
    let watched = arguments.watch.as_secs();
    thread::sleep(arguments.watch);
    let after = if watched > 0 { count(server)? } else { Vec::new() };
    let mut troubles = Vec::new();
    for (at, (object, before)) in objects.iter().zip(before).enumerate() {
        let Ok(before) = before else { continue };
        let after = after.get(at).and_then(|after| after.as_ref().ok()).copied().unwrap_or(before);
        let count = u64::try_from(after).unwrap_or_default();
        troubles.extend(diagnosis::of_growth(object.name, count, after - before, watched));
    }
    Ok(troubles)
}

fn tell(output: &mut Output, found: &[Found<'_>], code: &str, troubles: &[Trouble]) -> Result<()> {
    if output.is_json {
        let objects = found.iter().map(|object| {
            let (keys, values) = object.types();
            object! {
                "namespace": text::shown(object.name), "kind": object.kind(), "keys": keys, "values": values,
                "looked_at": object.keys.count.max(object.values.count),
                "unreadable": object.keys.unreadable_count() + object.values.unreadable_count(),
            }
        });
        let troubles = troubles.iter().map(Trouble::json).collect();
        return output.json(&object! {
            "objects": Json::List(objects.collect()), "code": code, "troubles": Json::List(troubles),
        });
    }
    for object in found {
        let (keys, values) = object.types();
        let (name, count) = (text::shown(object.name), object.keys.count.max(object.values.count));
        output.line(&format!("{name}  {}, {count} looked at", object.kind()))?;
        for (what, tally, types) in [("keys", &object.keys, keys), ("values", &object.values, values)] {
            if tally.count > 0 {
                let unreadable = match tally.unreadable_count() {
                    0 => String::new(),
                    count => format!("; {count} cannot be read"),
                };
                output.line(&format!("    {what:<7} {types}{unreadable}"))?;
            }
        }
    }
    if !code.is_empty() {
        output.line("\nTo paste:\n")?;
        code.lines().try_for_each(|line| output.line(line))?;
    }
    output.line(if troubles.is_empty() { "\nNothing is wrong." } else { "\nWhat is wrong:\n" })?;
    troubles.iter().try_for_each(|trouble| output.line(&trouble.text()))
}
