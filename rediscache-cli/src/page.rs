//! What an object holds, page by page, however large it is.

use redis::RedisResult;

use crate::error::{Failure, Result};
use crate::names::{self, Role};
use crate::output::Progress;
use crate::server::{Server, Walk};

/// What holds the entries of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    Hash,
    Set,
    Ranking,
    List,
    /// One value by itself.
    Value,
    /// A key of its own for each.
    Entries,
}

/// One entry, as it is stored.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    /// What is no value of a type: the score of a member, what is known of a lock.
    pub(crate) note: Option<String>,
    /// In how many milliseconds it ends.
    pub(crate) ends: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) entries: Vec<Entry>,
    /// Where the next one begins; `None` after the last.
    pub(crate) next: Option<String>,
}

impl Holder {
    pub(crate) fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "hash" => Self::Hash,
            "set" => Self::Set,
            "zset" => Self::Ranking,
            "list" => Self::List,
            "string" => Self::Value,
            "entries" => Self::Entries,
            _ => return None,
        })
    }

    /// As Redis calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Set => "set",
            Self::Ranking => "zset",
            Self::List => "list",
            Self::Value => "string",
            Self::Entries => "entries",
        }
    }

    /// Asks how many there are.
    pub(crate) fn count(self, key: &[u8]) -> Option<redis::Cmd> {
        let command = match self {
            Self::Hash => "HLEN",
            Self::Set => "SCARD",
            Self::Ranking => "ZCARD",
            Self::List => "LLEN",
            Self::Value | Self::Entries => return None,
        };
        Some(redis::cmd(command).arg(key).clone())
    }
}

/// About as many entries as are wanted. Where the server hands out more at once, they are all there.
pub(crate) fn page(server: &mut Server, key: &[u8], holder: Holder, from: &str, wanted: usize) -> Result<Page> {
    let start = || from.parse::<u64>().map_err(|_| no_cursor());
    match holder {
        Holder::Hash => scanned(server, key, "HSCAN", start()?, wanted),
        Holder::Set => scanned(server, key, "SSCAN", start()?, wanted),
        Holder::Ranking => ranked(server, key, start()?, wanted),
        Holder::List => listed(server, key, start()?, wanted),
        Holder::Value => alone(server, key),
        Holder::Entries => walked(server, key, from, wanted),
    }
}

fn no_cursor() -> Failure {
    Failure::mistaken("that is no cursor: give `--cursor` what the page before said")
}

fn scanned(server: &mut Server, key: &[u8], command: &str, start: u64, wanted: usize) -> Result<Page> {
    let (mut page, mut cursor) = (Page::default(), start);
    loop {
        let count = wanted.saturating_sub(page.entries.len()).clamp(10, 1000);
        let (next, fields): (u64, Vec<Vec<u8>>) =
            server.ask(key, redis::cmd(command).arg(key).arg(cursor).arg("COUNT").arg(count))?;
        let mut fields = fields.into_iter();
        while let Some(field) = fields.next() {
            page.entries.push(if command == "HSCAN" {
                Entry { key: Some(field), value: fields.next(), ..Entry::default() }
            } else {
                Entry { value: Some(field), ..Entry::default() }
            });
        }
        cursor = next;
        if cursor == 0 || page.entries.len() >= wanted {
            page.next = (cursor != 0).then(|| cursor.to_string());
            return Ok(page);
        }
    }
}

/// The highest scores first.
fn ranked(server: &mut Server, key: &[u8], start: u64, wanted: usize) -> Result<Page> {
    let end = start.saturating_add(wanted as u64);
    let members: Vec<(Vec<u8>, String)> =
        server.ask(key, redis::cmd("ZREVRANGE").arg(key).arg(start).arg(end.saturating_sub(1)).arg("WITHSCORES"))?;
    let next = (members.len() >= wanted).then(|| end.to_string());
    let entry = |(member, score)| Entry { value: Some(member), note: Some(score), ..Entry::default() };
    Ok(Page { entries: members.into_iter().map(entry).collect(), next })
}

/// In the order in which they come out: the right end first.
fn listed(server: &mut Server, key: &[u8], start: u64, wanted: usize) -> Result<Page> {
    let place = |at: u64| -i64::try_from(at).unwrap_or(i64::MAX);
    let end = start.saturating_add(wanted as u64);
    let mut items: Vec<Vec<u8>> =
        server.ask(key, redis::cmd("LRANGE").arg(key).arg(place(end)).arg(place(start.saturating_add(1))))?;
    items.reverse();
    let next = (items.len() >= wanted).then(|| end.to_string());
    Ok(Page { entries: items.into_iter().map(|item| Entry { value: Some(item), ..Entry::default() }).collect(), next })
}

fn alone(server: &mut Server, key: &[u8]) -> Result<Page> {
    let value = server.ask(key, redis::cmd("GET").arg(key))?;
    let ends: i64 = server.ask(key, redis::cmd("PTTL").arg(key))?;
    let entry = Entry { value, ends: u64::try_from(ends).ok(), ..Entry::default() };
    Ok(Page { entries: vec![entry], next: None })
}

/// By a walk over all keys, since nobody lists them.
fn walked(server: &mut Server, key: &[u8], from: &str, wanted: usize) -> Result<Page> {
    let mut walk = match from.split_once('-') {
        Some((node, cursor)) if cursor.parse::<u64>().is_ok() => {
            Walk { node: node.parse().map_err(|_| no_cursor())?, cursor: cursor.as_bytes().to_vec() }
        }
        None if from == "0" => Walk::default(),
        _ => return Err(no_cursor()),
    };
    let pattern = [&names::pattern(key), &b":*"[..]].concat();
    let (mut keys, mut progress, mut looked, count) = (Vec::new(), Progress::new(), 0, server.key_count());
    let next = loop {
        let Some(found) = server.page(&mut walk, Some(&pattern))? else { break None };
        // About so many keys were looked at for that.
        looked += 1000;
        progress.tell("looking for entries", looked, count);
        keys.extend(found.into_iter().filter_map(|found| match names::split(&found) {
            (object, Role::Entry(rest)) if object == key => Some((found, rest)),
            _ => None,
        }));
        if keys.len() >= wanted {
            let cursor = if walk.cursor.is_empty() { "0".into() } else { String::from_utf8_lossy(&walk.cursor) };
            break server.has_more(&walk).then(|| format!("{}-{cursor}", walk.node));
        }
    };
    Ok(Page { entries: entries_at(server, keys)?, next })
}

/// What is stored at these keys, each with what stands in its name for the key of its entry.
pub(crate) fn entries_at(server: &mut Server, keys: Vec<(Vec<u8>, Vec<u8>)>) -> Result<Vec<Entry>> {
    let each = |command: &str| keys.iter().map(|(key, _)| (&**key, redis::cmd(command).arg(key).clone())).collect();
    let values: Vec<RedisResult<Option<Vec<u8>>>> = server.ask_all(each("GET"))?;
    let ends: Vec<RedisResult<i64>> = server.ask_all(each("PTTL"))?;
    let mut entries = Vec::with_capacity(keys.len());
    for (((key, rest), value), ends) in keys.iter().zip(values).zip(ends) {
        let stored = str::from_utf8(rest).ok().and_then(|rest| rediscache::inspect::entry_key(rest).ok());
        let (key_of_entry, ends) = (Some(stored.unwrap_or_else(|| rest.clone())), u64::try_from(ends?).ok());
        match value {
            // It ended meanwhile.
            Ok(None) => {}
            Ok(value) => entries.push(Entry { key: key_of_entry, value, note: None, ends }),
            Err(_) => {
                let note = lock_at(server, key)?;
                entries.push(Entry { key: key_of_entry, value: None, note: Some(note), ends });
            }
        }
    }
    Ok(entries)
}

/// What is known of the lock at a key, or of whoever loads an entry there.
fn lock_at(server: &mut Server, key: &[u8]) -> Result<String> {
    let asked = redis::cmd("HMGET").arg(key).arg("holder").arg("fence").arg("token").clone();
    let found: Result<[Option<Vec<u8>>; 3]> = server.ask(key, &asked);
    Ok(match found {
        Ok([Some(holder), Some(fence), _]) => {
            format!("held by {}, fence {}", crate::text::shown(&holder), crate::text::shown(&fence))
        }
        Ok([None, Some(fence), _]) => format!("free, fence {}", crate::text::shown(&fence)),
        Ok([_, None, Some(_)]) => "is being loaded".to_owned(),
        Ok(_) => "a hash".to_owned(),
        Err(_) => "neither a value nor a lock".to_owned(),
    })
}
