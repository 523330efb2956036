//! Transactions in Redis: one script, which looks at everything before it changes anything.

use std::collections::HashMap;
use std::sync::Arc;

use super::step::{Attempted, EntryPlace, Expectation, Write};
use crate::error::Result;
use crate::near::Change;
use crate::refusal::unexpected;
use crate::store::entry::entry_of;
use crate::store::hash::HASH;
use crate::store::packed::Packed;
use crate::store::redis::{Effect, Request, Router, Script, Value, answer};
use crate::store::string::STRING;

static COMMIT: Script = Script::new(concat!(
    include_str!("../redis/ask.lua"),
    include_str!("../entry/fresh.lua"),
    include_str!("commit.lua")
));

/// The script of transactions.
#[derive(Debug)]
pub(crate) struct RedisTransactions {
    router: Arc<Router>,
}

impl RedisTransactions {
    pub(crate) fn new(router: &Arc<Router>) -> Self {
        Self { router: Arc::clone(router) }
    }

    pub(super) async fn commit(&self, key: &str, expectations: &[Expectation], writes: &[Write]) -> Result<Attempted> {
        let _guards: Vec<_> = writes.iter().filter_map(Write::place).filter_map(|place| self.guard(place)).collect();
        let (mut keys, mut arguments) = (Keys::beginning_with(key), Packed::default());
        arguments.push(expectations.len().to_string().as_bytes());
        for expectation in expectations {
            keys.expect(expectation, &mut arguments);
        }
        for write in writes {
            keys.write(write, &mut arguments);
        }
        for (published, fields) in self.published(writes) {
            let (verb, channel, message) = self.router.publication(published, Change::Entries(&fields))?;
            for part in [b"0".as_slice(), b"", verb.command().as_bytes(), b"2", channel.as_bytes(), &message] {
                arguments.push(part);
            }
        }
        let request = Request::script_on(&COMMIT, key, &keys.beside, effect(expectations, writes));
        let answered = self.router.send(&request.args(arguments.iter())).await?;
        read(answered, |number| keys.key(number))
    }

    /// Says that what is kept of this entry is about to change, until the guard is dropped.
    fn guard<'a>(&'a self, place: &'a EntryPlace) -> Option<impl Sized + use<'a>> {
        let (scope, entry) = match place {
            EntryPlace::Field { key, field } => (key.as_str(), field.as_slice()),
            EntryPlace::Key { key, .. } => entry_of(key),
            // Nothing is kept of a value.
            EntryPlace::Whole { .. } => return None,
        };
        Some(self.router.guard_write(scope, Change::Entry(entry)))
    }

    /// The hashes whose writers publish what they change, with the fields that are changed.
    fn published<'a>(&self, writes: &'a [Write]) -> HashMap<&'a str, Vec<&'a [u8]>> {
        let mut published: HashMap<&str, Vec<&[u8]>> = HashMap::new();
        for place in writes.iter().filter_map(Write::place) {
            if let EntryPlace::Field { key, field } = place
                && self.router.is_published(key)
            {
                published.entry(key).or_default().push(field);
            }
        }
        published
    }
}

/// What sending it twice would do.
fn effect(expectations: &[Expectation], writes: &[Write]) -> Effect {
    let puts_in = |write: &Write| matches!(write, Write::Push(..));
    match (expectations, writes) {
        (_, []) => Effect::Read,
        ([], writes) if !writes.iter().any(puts_in) => Effect::Idempotent,
        _ => Effect::Once,
    }
}

fn read<'a>(answered: Value, key: impl Fn(usize) -> Option<&'a str>) -> Result<Attempted> {
    let Value::Array(parts) = answered else { return Err(unexpected()) };
    let mut parts = parts.into_iter();
    let what = parts.next();
    let number = parts.next().and_then(|number| if let Value::Int(number) = number { Some(number) } else { None });
    let number = number.and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
    match (what, number) {
        (Some(Value::Int(0)), None) => Ok(Attempted::Done),
        (Some(Value::Int(1)), Some(at)) => {
            Ok(Attempted::Unmet(at, answer::bytes_if_any(parts.next().unwrap_or(Value::Nil))?))
        }
        (Some(Value::Int(2)), Some(at)) => Ok(Attempted::WrongType(key(at).ok_or_else(unexpected)?.to_owned())),
        _ => Err(unexpected()),
    }
}

/// The keys of a script, each of them once, so that what concerns one is served while its slot moves.
struct Keys<'a> {
    first: &'a str,
    beside: Vec<String>,
    numbers: HashMap<&'a str, usize>,
}

impl<'a> Keys<'a> {
    fn beginning_with(first: &'a str) -> Self {
        Self { first, beside: Vec::new(), numbers: HashMap::from([(first, 1)]) }
    }

    /// The key of this number, less one.
    fn key(&self, at: usize) -> Option<&str> {
        at.checked_sub(1).map_or(Some(self.first), |at| self.beside.get(at).map(String::as_str))
    }

    fn number_of(&mut self, key: &'a str) -> String {
        let next = self.beside.len() + 2;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.beside.push(key.to_owned());
        }
        number.to_string()
    }

    fn expect(&mut self, Expectation { place, value }: &'a Expectation, arguments: &mut Packed) {
        let stale;
        let (data, name) = match place {
            EntryPlace::Field { field, .. } => (HASH, field.as_slice()),
            EntryPlace::Key { life, .. } => {
                stale = life.stale_milliseconds().to_string();
                ("", stale.as_bytes())
            }
            EntryPlace::Whole { .. } => (STRING, b"".as_slice()),
        };
        let has_value: &[u8] = if value.is_some() { b"1" } else { b"" };
        let number = self.number_of(place.key());
        for part in [number.as_bytes(), data.as_bytes(), name, has_value, value.as_deref().unwrap_or_default()] {
            arguments.push(part);
        }
    }

    fn write(&mut self, write: &'a Write, arguments: &mut Packed) {
        let kept;
        let (command, parts): (&str, &[&[u8]]) = match write {
            Write::Set(EntryPlace::Field { field, .. }, value) => ("HSET", &[field, value]),
            Write::Set(EntryPlace::Key { life, .. }, value) => {
                kept = life.kept().to_string();
                ("SET", &[value, b"PX", kept.as_bytes()])
            }
            Write::Set(EntryPlace::Whole { .. }, value) => ("SET", &[value]),
            Write::Delete(EntryPlace::Field { field, .. }) => ("HDEL", &[field]),
            Write::Delete(EntryPlace::Key { .. } | EntryPlace::Whole { .. }) => ("UNLINK", &[]),
            Write::Push(_, item) => ("LPUSH", &[item]),
            Write::Add(_, member) => ("SADD", &[member]),
            Write::Remove(_, member) => ("SREM", &[member]),
        };
        let (number, count) = (self.number_of(write.key()), parts.len().to_string());
        let required = write.required().unwrap_or_default();
        for part in [number.as_bytes(), required.as_bytes(), command.as_bytes(), count.as_bytes()].iter().chain(parts) {
            arguments.push(part);
        }
    }
}
