//! `get`: one entry, by its key in words that people use.

use redis::Cmd;
use std::collections::BTreeSet;

use rediscache::inspect::{StoredValue, entry_name};

use super::named::Named;
use super::show::{Shown, read};
use crate::error::{Failure, Result};
use crate::json::Json;
use crate::lookup::{Reader, Reading};
use crate::output::{Output, Progress};
use crate::page::{Entry, Holder, entries_at, page};
use crate::server::Server;
use crate::text;

/// How many entries are compared at once.
const PAGE: usize = 1000;

pub(super) fn run(server: &mut Server, output: &mut Output, namespace: &str, wanted: &str) -> Result<()> {
    let key = namespace.as_bytes();
    let mut named = Named::find(server, key)?;
    let mut found = by_key(server, &mut named, key, wanted)?;
    if found.is_empty() && is_composite(wanted) && !matches!(named.holder, Holder::List | Holder::Value) {
        found = by_look(server, &mut named, key, wanted)?;
    }
    if found.is_empty() {
        let (namespace, wanted) = (text::escaped(namespace), text::escaped(wanted));
        return Err(Failure::absent(format!(
            "there is no {wanted} in `{namespace}`; `rediscache show {namespace}` shows what there is"
        )));
    }
    for entry in found {
        if output.is_json {
            output.json(&entry.json())?;
        } else {
            output.line(&entry.text())?;
        }
    }
    Ok(())
}

/// What is written like one of the forms that the key may have.
fn by_key(server: &mut Server, named: &mut Named, key: &[u8], wanted: &str) -> Result<Vec<Shown>> {
    let forms = forms(&named.reader, wanted);
    let ask = |command: &str| -> Vec<(&[u8], Cmd)> {
        forms.iter().map(|form| (key, redis::cmd(command).arg(key).arg(form).clone())).collect()
    };
    let entries: Vec<Entry> = match named.holder {
        Holder::Hash => {
            let values = server.ask_all::<Option<Vec<u8>>>(ask("HGET"))?;
            let found = forms.iter().zip(values).map(|(form, value)| Ok(value?.map(|value| (form, value))));
            let found: Vec<_> = found.collect::<Result<_>>()?;
            let entry = |(form, value): (&Vec<u8>, _)| Entry {
                key: Some(form.clone()),
                value: Some(value),
                ..Entry::default()
            };
            found.into_iter().flatten().map(entry).collect()
        }
        Holder::Set | Holder::Ranking => {
            let command = if named.holder == Holder::Set { "SISMEMBER" } else { "ZSCORE" };
            let told = server.ask_all::<Option<String>>(ask(command))?;
            let mut entries = Vec::new();
            for (form, told) in forms.iter().zip(told) {
                if let Some(note) = told?.filter(|told| named.holder == Holder::Ranking || told != "0") {
                    let note = Some(note).filter(|_| named.holder == Holder::Ranking);
                    entries.push(Entry { value: Some(form.clone()), note, ..Entry::default() });
                }
            }
            entries
        }
        Holder::List => {
            let place: u64 = wanted.parse().map_err(|_| {
                Failure::mistaken("the items of a queue go by their place: 0 is the next that comes out")
            })?;
            page(server, key, Holder::List, &place.to_string(), 1)?.entries
        }
        Holder::Value => {
            return Err(Failure::mistaken("this is one value, which has no key; `rediscache show` shows it"));
        }
        Holder::Entries => {
            let object = str::from_utf8(key).unwrap_or_default();
            let names = forms.iter().map(|form| entry_name(object, form));
            let keys = names.map(|name| {
                let rest = name.as_bytes().get(key.len() + 1..).unwrap_or_default().to_vec();
                (name.into_bytes(), rest)
            });
            entries_at(server, keys.collect())?
                .into_iter()
                .filter(|entry| entry.note.as_deref() != Some("a hash"))
                .collect()
        }
    };
    read(server, &mut named.reader, entries)
}

/// The forms in which a key that people write like this may be stored.
fn forms(reader: &Reader, wanted: &str) -> Vec<Vec<u8>> {
    let mut forms: Vec<String> = Vec::new();
    if reader.takes(false) {
        let is_integer = wanted.strip_prefix('-').unwrap_or(wanted).bytes().all(|byte| byte.is_ascii_digit());
        forms.extend(is_integer.then(|| format!("i|{wanted}")));
        forms.extend(wanted.parse::<f64>().is_ok().then(|| format!("f|{wanted}")));
        forms.extend(match wanted {
            "true" => Some("b|1".to_owned()),
            "false" => Some("b|0".to_owned()),
            _ => None,
        });
        let unquoted = serde_json::from_str::<String>(wanted).ok();
        forms.push(format!("s|{}", unquoted.as_deref().unwrap_or(wanted)));
    }
    if reader.takes(true) {
        forms.extend(serde_json::from_str::<serde_json::Value>(wanted).ok().map(|json| json.to_string()));
        forms.extend(serde_json::to_string(wanted).ok());
    }
    forms.push(wanted.to_owned());
    let mut known = BTreeSet::new();
    forms.retain(|form| known.insert(form.clone()));
    forms.into_iter().map(String::into_bytes).collect()
}

fn is_composite(wanted: &str) -> bool {
    wanted.starts_with(['[', '{', '"']) && serde_json::from_str::<serde_json::Value>(wanted).is_ok()
}

/// What reads like the JSON that was given, by a look at everything.
fn by_look(server: &mut Server, named: &mut Named, key: &[u8], wanted: &str) -> Result<Vec<Shown>> {
    let parse = |json: &str| serde_json::from_str::<serde_json::Value>(json).ok();
    let is_wanted = |value: &StoredValue| parse(&Json::of_value(value).to_string()) == parse(wanted);
    let (mut cursor, mut looked, mut progress) = ("0".to_owned(), 0, Progress::new());
    loop {
        let page = page(server, key, named.holder, &cursor, PAGE)?;
        looked += page.entries.len() as u64;
        progress.tell("entries", looked, None);
        for entry in read(server, &mut named.reader, page.entries)? {
            if matches!(entry.key.as_ref().or(entry.value.as_ref()), Some(Reading::Value(value)) if is_wanted(value)) {
                return Ok(vec![entry]);
            }
        }
        match page.next {
            Some(next) => cursor = next,
            None => return Ok(Vec::new()),
        }
    }
}
