//! An object by its name: what holds it, and what it is called.

use crate::error::{Failure, Result};
use crate::lookup::{Catalog, Reader};
use crate::names;
use crate::page::Holder;
use crate::server::{Server, Walk};
use crate::text;

/// An object that somebody named: what holds it, and how it is read.
pub(super) struct Named {
    pub(super) holder: Holder,
    kinds: Vec<String>,
    pub(super) reader: Reader,
}

impl Named {
    pub(super) fn find(server: &mut Server, key: &[u8]) -> Result<Self> {
        let catalog = Catalog::of_key(server, key)?;
        let kind: String = server.ask(key, redis::cmd("TYPE").arg(key))?;
        let holder = match &*kind {
            "none" if has_entries(server, key)? => "entries",
            "none" => {
                let holders = ["hash", "list", "set", "zset", "entries"].into_iter();
                let on_record =
                    |holder: &&str| catalog.find(key, holder).iter().any(|record| record.namespace.is_none());
                holders.into_iter().find(on_record).ok_or_else(|| absent(key))?
            }
            kind => kind,
        };
        let records = catalog.find(key, holder);
        let kinds = records.iter().map(|record| record.kind.clone()).collect();
        let reader = Reader::new(key, &records);
        let holder = Holder::of(holder).ok_or_else(|| {
            let (key, kind) = (text::shown(key), text::escaped(holder));
            Failure::failed(format!("`{key}` is a {kind}, and no object of rediscache is one"))
        })?;
        Ok(Self { holder, kinds, reader })
    }

    /// In a word.
    pub(super) fn kind(&self) -> String {
        kind_of(self.kinds.iter().map(String::as_str), self.holder.name())
    }
}

/// What an object is, by what is on record; in brackets what Redis calls it where nothing is.
pub(super) fn kind_of(kinds: impl Iterator<Item: AsRef<str>>, holder: &str) -> String {
    let mut distinct: Vec<String> = kinds.map(|kind| text::escaped(&kind.as_ref().replace('_', " "))).collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.is_empty() { format!("({})", text::escaped(holder)) } else { distinct.join(", ") }
}

pub(super) fn absent(key: &[u8]) -> Failure {
    Failure::absent(format!(
        "there is no `{}`, neither a key nor on record; `rediscache ls` shows what there is",
        text::shown(key)
    ))
}

/// Whether there is an entry that has a key of its own.
fn has_entries(server: &mut Server, key: &[u8]) -> Result<bool> {
    let pattern = [&names::pattern(key), &b":*"[..]].concat();
    let mut walk = Walk::default();
    while let Some(found) = server.page(&mut walk, Some(&pattern))? {
        if found.iter().any(|found| matches!(names::split(found), (object, names::Role::Entry(_)) if object == key)) {
            return Ok(true);
        }
    }
    Ok(false)
}
