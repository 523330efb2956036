//! `show`: what an object holds.

use super::named::Named;
use crate::arguments::Arguments;
use crate::error::Result;
use crate::json::{Json, object};
use crate::lookup::{Reader, Reading};
use crate::output::{Output, Progress, Table};
use crate::page::{Entry, Holder, Page, page};
use crate::server::Server;
use crate::text;

/// How many entries are asked for at once where all are wanted.
const PAGE: usize = 500;

/// An entry that was read.
pub(super) struct Shown {
    pub(super) key: Option<Reading>,
    pub(super) value: Option<Reading>,
    note: Option<String>,
    ends: Option<u64>,
}

pub(super) fn run(server: &mut Server, output: &mut Output, namespace: &str, arguments: &Arguments) -> Result<()> {
    let key = namespace.as_bytes();
    let mut named = Named::find(server, key)?;
    let mut cursor = arguments.cursor.clone().unwrap_or_else(|| "0".to_owned());
    if arguments.is_all {
        let (mut count, mut progress) = (0, Progress::new());
        loop {
            let Page { entries, next } = page(server, key, named.holder, &cursor, PAGE)?;
            count += entries.len() as u64;
            let shown = read(server, &mut named.reader, entries)?;
            for entry in shown {
                let line = if output.is_json { entry.json().to_string() } else { entry.cells().join("\t") };
                output.line(line.trim_end())?;
            }
            progress.tell("entries", count, None);
            match next {
                Some(next) => cursor = next,
                None => return Ok(()),
            }
        }
    }
    let Page { entries, next } = page(server, key, named.holder, &cursor, arguments.limit)?;
    let entries = read(server, &mut named.reader, entries)?;
    if output.is_json {
        let entries: Vec<Json> = entries.iter().map(Shown::json).collect();
        return output.json(&object! {
            "namespace": namespace, "kind": named.kind(), "entries": Json::List(entries), "cursor": next,
        });
    }
    let mut table = Table::new(match named.holder {
        Holder::Ranking => ["", "member", "score", "expiry"],
        _ => ["key", "value", "", "expiry"],
    });
    entries.iter().for_each(|entry| table.row(entry.cells()));
    output.table(&table)?;
    if let Some(next) = next {
        output.line(&format!("there is more: rediscache show {} --cursor {next}", text::escaped(namespace)))?;
    }
    Ok(())
}

/// Reads entries, by the shapes that they need.
pub(super) fn read(server: &mut Server, reader: &mut Reader, entries: Vec<Entry>) -> Result<Vec<Shown>> {
    let stored = entries.iter().flat_map(|entry| [&entry.key, &entry.value]).flatten();
    reader.learn(server, stored.map(Vec::as_slice))?;
    let read = |stored: Option<Vec<u8>>| stored.map(|stored| reader.read(&stored));
    let shown =
        |entry: Entry| Shown { key: read(entry.key), value: read(entry.value), note: entry.note, ends: entry.ends };
    Ok(entries.into_iter().map(shown).collect())
}

impl Shown {
    fn cells(&self) -> [String; 4] {
        let text = |reading: &Option<Reading>| reading.as_ref().map(Reading::text).unwrap_or_default();
        let note = self.note.as_deref().map(text::escaped).unwrap_or_default();
        [text(&self.key), text(&self.value), note, self.ends.map(text::duration).unwrap_or_default()]
    }

    /// What is not known to whoever asked for it: the score of a member, the value of a key.
    pub(super) fn text(&self) -> String {
        let note = self.note.as_deref().map(text::escaped);
        let reading = || self.value.as_ref().or(self.key.as_ref()).map(Reading::text);
        note.or_else(reading).unwrap_or_default()
    }

    pub(super) fn json(&self) -> Json {
        let mut json = Json::Object(Vec::new());
        for (name, reading) in [("key", &self.key), ("value", &self.value)] {
            if let Some(reading) = reading {
                json = json.with(name, reading.json());
            }
        }
        if let Some(note) = &self.note {
            json = match note.parse::<f64>() {
                Ok(score) => json.with("score", score),
                Err(_) => json.with("note", note.as_str()),
            };
        }
        if let Some(ends) = self.ends {
            json = json.with("expires_ms", ends);
        }
        json
    }
}
