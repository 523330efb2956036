//! One walk over all keys, which puts them together by the objects that they belong to. It keeps a few words of each object, and
//! nothing of each key.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::names::{self, Beside, Role};
use crate::output::Progress;
use crate::server::{Server, Walk};

/// Of how many objects something is kept.
const MOST_GROUPS: usize = 10_000;

/// How many names of each kind are kept of an object.
const MOST_NAMES: usize = 256;

/// How many entries are looked at for all of an object.
const SAMPLE: usize = 20;

#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// By the name of the object.
    pub(crate) groups: BTreeMap<Vec<u8>, Group>,
    /// The prefixes below which records and shapes are kept.
    pub(crate) records: Vec<Vec<u8>>,
    pub(crate) shapes: Vec<Vec<u8>>,
    pub(crate) keys: u64,
    /// How many keys belong to objects that were too many.
    pub(crate) left_out: u64,
}

/// The keys of one object.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// The Redis type of the key that has its name, if there is one.
    pub(crate) own: Option<String>,
    /// How many entries have keys of their own, some of their names, and the Redis type of the first.
    pub(crate) entries: u64,
    pub(crate) sample: Vec<Vec<u8>>,
    pub(crate) entry_type: Option<String>,
    pub(crate) leases: u64,
    /// What lies beside it, as `suffix → key`, some of each kind.
    pub(crate) beside: BTreeMap<Beside, Vec<(String, Vec<u8>)>>,
}

impl Group {
    pub(crate) fn has(&self, beside: Beside) -> bool {
        self.beside.contains_key(&beside)
    }

    /// Whether it is a queue, as far as its keys tell.
    pub(crate) fn is_queue(&self) -> bool {
        self.own.as_deref() == Some("list") || !self.beside.is_empty()
    }
}

impl Survey {
    /// Walks over all keys, or those that are like a pattern.
    pub(crate) fn of(server: &mut Server, pattern: Option<&[u8]>) -> Result<Self> {
        let (mut survey, mut walk, mut progress) = (Self::default(), Walk::default(), Progress::new());
        let count = server.key_count();
        while let Some(keys) = server.page(&mut walk, pattern)? {
            let mut untyped = Vec::new();
            for key in keys {
                survey.add(key, &mut untyped);
            }
            survey.find_types(server, &untyped)?;
            progress.tell("looking at keys", survey.keys, count.filter(|_| pattern.is_none()));
        }
        // A walk tells some keys twice.
        for prefixes in [&mut survey.records, &mut survey.shapes] {
            prefixes.sort_unstable();
            prefixes.dedup();
        }
        Ok(survey)
    }

    fn add(&mut self, key: Vec<u8>, untyped: &mut Vec<(Vec<u8>, Vec<u8>)>) {
        self.keys += 1;
        let (object, role) = names::split(&key);
        match role {
            Role::Objects => return self.records.push(object),
            Role::Shapes => return self.shapes.push(object),
            _ => {}
        }
        if self.groups.len() >= MOST_GROUPS && !self.groups.contains_key(&object) {
            self.left_out += 1;
            return;
        }
        let group = self.groups.entry(object.clone()).or_default();
        match role {
            Role::Own if group.own.is_none() => untyped.push((object, key)),
            Role::Entry(_) => {
                group.entries += 1;
                if group.entries == 1 {
                    untyped.push((object, key.clone()));
                }
                if group.sample.len() < SAMPLE {
                    group.sample.push(key);
                }
            }
            Role::Lease => group.leases += 1,
            Role::Beside(kind, suffix) => {
                let keys = group.beside.entry(kind).or_default();
                if keys.len() < MOST_NAMES && !keys.iter().any(|(known, _)| *known == suffix) {
                    keys.push((suffix, key));
                }
            }
            Role::Own | Role::Objects | Role::Shapes => {}
        }
    }

    fn find_types(&mut self, server: &mut Server, keys: &[(Vec<u8>, Vec<u8>)]) -> Result<()> {
        let ask = |(_, key): &(Vec<u8>, Vec<u8>)| redis::cmd("TYPE").arg(key).clone();
        let types = server.ask_all::<String>(keys.iter().map(|it| (&*it.1, ask(it))).collect())?;
        for ((object, key), kind) in keys.iter().zip(types) {
            let (Some(group), kind) = (self.groups.get_mut(object), kind?) else { continue };
            // It may have ended meanwhile.
            let kind = Some(kind).filter(|kind| kind != "none");
            if object == key {
                group.own = kind;
            } else {
                group.entry_type = kind;
            }
        }
        self.groups.retain(|_, group| {
            group.own.is_some() || group.entries > 0 || group.leases > 0 || !group.beside.is_empty()
        });
        Ok(())
    }
}
