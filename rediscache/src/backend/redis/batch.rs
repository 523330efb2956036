//! What is gathered, and how each kind goes out together.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use redis::{Pipeline, Value};

use super::batcher::Batch;
use super::hash::with_all;
use super::router::Router;
use super::{near, script, task};
use crate::backend::increment::Step;
use crate::backend::near::{Change, Provenance};
use crate::backend::{Client, Increment, Packed, fault};
use crate::error::Result;

/// What one command may carry in company, so that it never holds the server for long. A call that is larger goes alone.
const MOST_CALLS: usize = 512;
const MOST_BYTES: usize = 256 * 1024;

/// How many calls leave together in many programs.
const USUAL_CALLS: usize = 64;

fn has_room(parts: &Packed, more: usize) -> bool {
    parts.len() < MOST_CALLS && parts.bytes() + more <= MOST_BYTES
}

/// Keeps those that are wanted.
fn keep<T>(all: &mut Vec<T>, wanted: &[bool]) {
    let mut wanted = wanted.iter();
    all.retain(|_| wanted.next().copied().unwrap_or_default());
}

/// Reads as one `HMGET`, or `HGET` of one field. Callers who want the same field share it.
#[derive(Default)]
pub(super) struct Gets {
    fields: Packed,
    places: Places,
    /// Which field each caller wants.
    wanted: Vec<usize>,
}

impl Batch for Gets {
    type Call<'a> = &'a [u8];
    type Answer = Option<Vec<u8>>;

    fn add(&mut self, field: &[u8]) {
        let (first, next) = (self.wanted.is_empty(), self.fields.len());
        // One caller alone needs no table.
        if self.wanted.len() == 1 {
            self.places.found.reserve(USUAL_CALLS);
            self.places.find(self.fields.get(0), 0, |_| true);
        }
        let place = if first { 0 } else { self.places.find(field, next, |place| self.fields.get(place) == field) };
        if place == next {
            self.fields.push(field);
        }
        self.wanted.push(place);
    }

    fn has_room_for(&self, field: &&[u8]) -> bool {
        has_room(&self.fields, field.len()) && self.wanted.len() < 8 * MOST_CALLS
    }

    fn retain(&mut self, wanted: &[bool]) {
        keep(&mut self.wanted, wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<Option<Vec<u8>>>> {
        if self.fields.len() == 1 {
            let value: Option<Vec<u8>> = router.query(&with_all("HGET", key, &self.fields)).await?;
            return Ok(vec![value; self.wanted.len()]);
        }
        let values = router.query(&with_all("HMGET", key, &self.fields)).await?;
        let Value::Array(values) = values else { return Err(fault::unexpected()) };
        self.share(values.into_iter().map(bytes).collect::<Result<_>>()?)
    }
}

impl Gets {
    /// Gives each caller the value of the field that it wants.
    fn share(&self, mut values: Vec<Option<Vec<u8>>>) -> Result<Vec<Option<Vec<u8>>>> {
        if self.wanted.iter().copied().eq(0..values.len()) {
            return Ok(values);
        }
        // The last who wants a field gets the value itself.
        let mut left = vec![0_usize; values.len()];
        self.wanted.iter().for_each(|&place| left[place] += 1);
        let answer = |&place: &usize| {
            left[place] -= 1;
            let value = values.get_mut(place).ok_or_else(fault::unexpected)?;
            Ok(if left[place] == 0 { value.take() } else { value.clone() })
        };
        self.wanted.iter().map(answer).collect()
    }
}

/// As [`Gets`], over the router that tells of changes.
#[derive(Default)]
pub(super) struct NearGets(Gets);

impl Batch for NearGets {
    type Call<'a> = &'a [u8];
    type Answer = (Option<Vec<u8>>, Provenance);

    fn add(&mut self, field: &[u8]) {
        self.0.add(field);
    }

    fn has_room_for(&self, field: &&[u8]) -> bool {
        self.0.has_room_for(field)
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.0.retain(wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<Self::Answer>> {
        let (values, provenance) = near::read(router, key, &self.0.fields).await?;
        Ok(self.0.share(values)?.into_iter().map(|value| (value, provenance)).collect())
    }
}

/// What is stored in a field.
fn bytes(value: Value) -> Result<Option<Vec<u8>>> {
    match value {
        Value::BulkString(bytes) => Ok(Some(bytes)),
        Value::Nil => Ok(None),
        _ => Err(fault::unexpected()),
    }
}

/// Finds equal fields by their hashes.
#[derive(Default)]
struct Places {
    hasher: ahash::RandomState,
    found: HashMap<u64, usize, BuildHasherDefault<Hashed>>,
}

impl Places {
    /// The place of an equal field, or `next`.
    fn find(&mut self, field: &[u8], next: usize, is_equal: impl FnOnce(usize) -> bool) -> usize {
        let place = *self.found.entry(self.hasher.hash_one(field)).or_insert(next);
        // Two fields of one hash: what is rare need not be shared.
        if place == next || is_equal(place) { place } else { next }
    }
}

/// The hash of what is a hash already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Asks with one `HEXISTS` each, sent together: no single command answers for each of many fields without its value.
#[derive(Default)]
pub(super) struct Contains(Packed);

/// Removes with one `HDEL` each, sent together: one for all would not tell which were there.
#[derive(Default)]
pub(super) struct Deletes(Packed);

/// One command for each field, to be sent together.
fn each(name: &str, fields: &Packed, key: &str) -> Pipeline {
    let mut commands = Pipeline::with_capacity(fields.len());
    for field in fields.iter() {
        commands.cmd(name).arg(key).arg(field);
    }
    commands
}

impl Contains {
    async fn ask(&self, router: &Router, key: &str) -> Result<Vec<Result<bool>>> {
        match self.0.len() {
            1 => Ok(vec![Ok(router.query(&with_all("HEXISTS", key, &self.0)).await?)]),
            _ => router.query_all(each("HEXISTS", &self.0, key)).await,
        }
    }
}

impl Deletes {
    async fn ask(&self, router: &Router, key: &str) -> Result<Vec<Result<bool>>> {
        let fields: Vec<&[u8]> = self.0.iter().collect();
        match &*fields {
            [field] => {
                let command = with_all("HDEL", key, &self.0);
                Ok(vec![Ok(router.change(&command, key, Change::Field(field)).await?)])
            }
            _ => router.change_all(each("HDEL", &self.0, key), key, Change::of(&fields)).await,
        }
    }
}

macro_rules! each {
    ($($kind:ident)*) => {$(
        impl Batch for $kind {
            type Call<'a> = &'a [u8];
            type Answer = Result<bool>;

            fn add(&mut self, field: &[u8]) {
                self.0.push(field);
            }

            fn has_room_for(&self, field: &&[u8]) -> bool {
                has_room(&self.0, field.len())
            }

            fn retain(&mut self, wanted: &[bool]) {
                self.0.retain(1, wanted);
            }

            async fn send(self, router: &Router, key: &str) -> Result<Vec<Result<bool>>> {
                self.ask(router, key).await
            }
        }
    )*};
}

each! { Contains Deletes }

/// Stores as one `HSET`. Of two values for one field the later wins, as it would have alone.
#[derive(Default)]
pub(super) struct Sets(Packed);

impl Batch for Sets {
    type Call<'a> = (&'a [u8], &'a [u8]);
    type Answer = ();

    fn add(&mut self, (field, value): (&[u8], &[u8])) {
        self.0.push(field);
        self.0.push(value);
    }

    fn has_room_for(&self, (field, value): &(&[u8], &[u8])) -> bool {
        has_room(&self.0, field.len() + value.len())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.0.retain(2, wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<()>> {
        let fields: Vec<&[u8]> = self.0.iter().step_by(2).collect();
        router.change::<()>(&with_all("HSET", key, &self.0), key, Change::of(&fields)).await?;
        Ok(vec![(); self.0.len() / 2])
    }
}

/// Puts into a list as one `LPUSH`, each caller's items in their order.
#[derive(Default)]
pub(super) struct Pushes {
    items: Packed,
    /// How many of them are each caller's.
    counts: Vec<usize>,
}

impl Batch for Pushes {
    type Call<'a> = &'a Packed;
    type Answer = ();

    fn add(&mut self, items: &Packed) {
        items.iter().for_each(|item| self.items.push(item));
        self.counts.push(items.len());
    }

    fn has_room_for(&self, items: &&Packed) -> bool {
        has_room(&self.items, items.bytes())
    }

    fn retain(&mut self, wanted: &[bool]) {
        let whose = self.counts.iter().zip(wanted).flat_map(|(&count, &wanted)| std::iter::repeat_n(wanted, count));
        self.items.retain(1, &whose.collect::<Vec<bool>>());
        keep(&mut self.counts, wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<()>> {
        router.query::<()>(&with_all("LPUSH", key, &self.items)).await?;
        Ok(vec![(); self.counts.len()])
    }
}

/// Adds to numbers in one script.
#[derive(Default)]
pub(super) struct Increments {
    /// What all have in common: how numbers are written, and their range.
    like: Option<Increment>,
    fields: Packed,
    amounts: Packed,
    places: Places,
    /// Whether a field may come twice.
    repeats: bool,
}

impl Batch for Increments {
    type Call<'a> = (&'a [u8], &'a Increment);
    type Answer = Result<Vec<u8>>;

    fn add(&mut self, (field, by): (&[u8], &Increment)) {
        let place = self.fields.len();
        self.repeats |= self.places.find(field, place, |_| true) != place;
        self.fields.push(field);
        // Memory takes whatever is written.
        let _ = self.amounts.push_with(|out| by.write_amount(out));
        self.like = Some(*by);
    }

    fn has_room_for(&self, (field, by): &(&[u8], &Increment)) -> bool {
        // It takes the server longer than a plain command.
        let fits = self.fields.len() < MOST_CALLS / 2 && has_room(&self.fields, field.len());
        fits && self.like.is_none_or(|like| like.is_like(by))
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.fields.retain(1, wanted);
        self.amounts.retain(1, wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<Result<Vec<u8>>>> {
        let Some(Increment { notation, step }) = self.like else { return Ok(Vec::new()) };
        let mut script = script::INCREMENT.key(key);
        script.arg(notation.integer).arg(notation.float);
        match step {
            Step::Integer { min, max, .. } => script.arg("integer").arg(min.to_string()).arg(max.to_string()),
            Step::Float { max, .. } => script.arg("float").arg("").arg(format!("{max:e}")),
        };
        script.arg(format!("^{}(%-?%d+)$", escaped(notation.integer))).arg(notation.integer.replace('%', "%%") + "%d");
        // Often all count by one: what is the same for all is sent once.
        let common = self.amounts.get(0);
        let is_common = self.amounts.iter().all(|amount| amount == common);
        script.arg(if self.repeats { "1" } else { "" }).arg(if is_common { common } else { b"" });
        let amounts = self.amounts.iter().filter(|_| !is_common);
        for part in self.fields.iter().chain(amounts) {
            script.arg(part);
        }
        let fields: Vec<&[u8]> = self.fields.iter().collect();
        let answers: Vec<Vec<u8>> = router.change_by(&script, key, Change::of(&fields)).await?;
        let answer = |sum: Vec<u8>| match &*sum {
            b"!NOTANUMBER" => Err(fault::not_a_number()),
            b"!NOTANINTEGER" => Err(fault::not_an_integer()),
            b"!OVERFLOW" => Err(fault::overflow()),
            _ => Ok(sum),
        };
        Ok(answers.into_iter().map(answer).collect())
    }
}

/// A pattern of Lua for this very text.
fn escaped(text: &str) -> String {
    let escape = |c: char| c.is_ascii_punctuation().then_some('%').into_iter().chain([c]);
    text.chars().flat_map(escape).collect()
}

/// Finishes tasks in one script.
#[derive(Default)]
pub(super) struct Finishes {
    client: String,
    numbers: Vec<u64>,
}

impl Batch for Finishes {
    type Call<'a> = (&'a Client, u64);
    type Answer = bool;

    fn add(&mut self, (client, number): (&Client, u64)) {
        self.client.clone_from(&client.name);
        self.numbers.push(number);
    }

    fn has_room_for(&self, (client, _): &(&Client, u64)) -> bool {
        self.numbers.len() < MOST_CALLS && (self.numbers.is_empty() || self.client == client.name)
    }

    fn retain(&mut self, wanted: &[bool]) {
        keep(&mut self.numbers, wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<bool>> {
        task::finish(router, key, &self.client, &self.numbers).await
    }
}
