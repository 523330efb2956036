//! Calls on entries that go out together, and how each kind does.

use super::answer::Found;
use crate::error::{Error, ErrorKind, Result};
use crate::refusal;
use crate::store::packed::{Packed, text};
use crate::store::redis::{Batch, Distinct, Effect, Request, Router, Script, Value, answer, retain};

static DELETE: Script = Script::new(concat!(include_str!("fresh.lua"), include_str!("delete.lua")));

/// Reads as one `MGET`, to which what is no value is nothing, as `GET` would refuse it. On a cluster as one each, since the
/// keys lie in slots of their own. Callers who want the same entry share it.
#[derive(Default)]
pub(super) struct EntryGets(Distinct);

impl Batch for EntryGets {
    type Call<'a> = &'a str;
    type Answer = Result<Option<Vec<u8>>>;

    fn add(&mut self, name: &str) {
        self.0.add(name.as_bytes());
    }

    fn has_room_for(&self, name: &&str) -> bool {
        self.0.has_room_for(name.as_bytes())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.0.retain(wanted);
    }

    async fn send(self, router: &Router, _: &str) -> Result<Vec<Self::Answer>> {
        let names = self.0.parts();
        if router.is_cluster() && names.len() > 1 {
            let names: Vec<&str> = names.iter().map(text).collect();
            let values = router.send_apart(&names, |at| Request::command("MGET", names[at], Effect::Read)).await;
            let values = values.into_iter().map(|value: Result<(Option<Vec<u8>>,)>| value.map(|(value,)| value));
            return self.0.share_each(values.collect());
        }
        let values = router.send(&read_all(names)).await?;
        Ok(self.0.share(answer::values(values, names.len())?)?.into_iter().map(Ok).collect())
    }
}

/// One `MGET` of all.
fn read_all(names: &Packed) -> Request<'_> {
    Request::on_keys("MGET", first_of(names), Effect::Read, names)
}

/// The name that tells where all go.
fn first_of(names: &Packed) -> &str {
    names.iter().next().map(text).unwrap_or_default()
}

/// The end of each, and then one `MGET` of all. Measured with 64 callers: a script that calls both, with one answer to take apart,
/// takes this process less and the server more, and carries a seventh fewer calls.
pub(super) fn read_with_ends(names: &Packed) -> Request<'_> {
    Request::on_each_and("PTTL", names, read_all(names))
}

/// What is found of so many entries, as the ends of all and one `MGET` are answered.
pub(super) fn found_of(mut answers: Vec<Value>, names: usize) -> Result<Vec<Option<Found>>> {
    let values = answer::values(answers.pop().ok_or_else(refusal::unexpected)?, names)?;
    if answers.len() != names {
        return Err(refusal::unexpected());
    }
    let found = answers.into_iter().zip(values).map(|(left, value)| {
        let Value::Int(left) = left else { return Err(refusal::unexpected()) };
        Ok(value.map(|value| Found { value, left: left_of(left) }))
    });
    found.collect()
}

/// The same of one.
pub(super) fn found_of_one(answers: Vec<Value>) -> Result<Option<Found>> {
    Ok(found_of(answers, 1)?.pop().flatten())
}

/// As [`EntryGets`], with the end of each: first that, so that a value which takes the place of another in between is taken for one
/// that ends sooner, and never for one that ends later.
#[derive(Default)]
pub(super) struct Finds(Distinct);

impl Batch for Finds {
    type Call<'a> = &'a str;
    type Answer = Result<Option<Found>>;

    fn add(&mut self, name: &str) {
        self.0.add(name.as_bytes());
    }

    fn has_room_for(&self, name: &&str) -> bool {
        self.0.has_room_for(name.as_bytes())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.0.retain(wanted);
    }

    async fn send(self, router: &Router, _: &str) -> Result<Vec<Self::Answer>> {
        let names = self.0.parts();
        if router.is_cluster() || names.len() == 1 {
            let names: Vec<&str> = names.iter().map(text).collect();
            let each = names.iter().map(|name| async move {
                let request = Request::command("PTTL", name, Effect::Read).and_read("MGET");
                found_of_one(router.send(&request).await?)
            });
            return self.0.share_each(futures_util::future::join_all(each).await);
        }
        let found = found_of(router.send(&read_with_ends(names)).await?, names.len())?;
        Ok(self.0.share(found)?.into_iter().map(Ok).collect())
    }
}

/// What `PTTL` says: -1 is for ever, and -2 that there is no such key.
pub(super) fn left_of(answer: i64) -> Option<i64> {
    (answer != -1).then_some(answer)
}

/// Reads with one `GETEX` each, which prolongs.
#[derive(Default)]
pub(super) struct Prolongs {
    names: Packed,
    kept: Vec<i64>,
}

impl Batch for Prolongs {
    type Call<'a> = (&'a str, i64);
    type Answer = Result<Option<Vec<u8>>>;

    fn add(&mut self, (name, kept): (&str, i64)) {
        self.names.push(name.as_bytes());
        self.kept.push(kept);
    }

    fn has_room_for(&self, (name, _): &(&str, i64)) -> bool {
        self.names.has_room_for(name.len())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.names.retain(1, wanted);
        retain(&mut self.kept, wanted);
    }

    async fn send(self, router: &Router, _: &str) -> Result<Vec<Self::Answer>> {
        let names: Vec<&str> = self.names.iter().map(text).collect();
        let request = |at: usize| Request::command("GETEX", names[at], Effect::Read).arg("PX").arg(self.kept[at]);
        let values = router.send_apart(&names, request).await;
        // What is no value is none.
        let value = |value: Result<_>| {
            value.or_else(|error: Error| match error.kind() {
                ErrorKind::WrongType => Ok(None),
                _ => Err(error),
            })
        };
        Ok(values.into_iter().map(value).collect())
    }
}

/// Removes with one script each: `DEL` would count what is no value.
#[derive(Default)]
pub(super) struct EntryDeletes {
    names: Packed,
    /// For how long before its end each is stale.
    stale: Vec<i64>,
}

impl Batch for EntryDeletes {
    type Call<'a> = (&'a str, i64);
    type Answer = Result<bool>;

    fn add(&mut self, (name, stale): (&str, i64)) {
        self.names.push(name.as_bytes());
        self.stale.push(stale);
    }

    fn has_room_for(&self, (name, _): &(&str, i64)) -> bool {
        self.names.has_room_for(name.len())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.names.retain(1, wanted);
        retain(&mut self.stale, wanted);
    }

    async fn send(self, router: &Router, _: &str) -> Result<Vec<Result<bool>>> {
        let names: Vec<&str> = self.names.iter().map(text).collect();
        let request = |at: usize| Request::script(&DELETE, names[at], Effect::Once).arg(self.stale[at]);
        Ok(router.send_apart(&names, request).await)
    }
}

/// Stores with one `SET` each.
#[derive(Default)]
pub(super) struct EntrySets {
    pairs: Packed,
    kept: Vec<i64>,
}

impl Batch for EntrySets {
    type Call<'a> = (&'a str, &'a [u8], i64);
    type Answer = Result<()>;
    /// Each is a command of its own to the server, which takes longer for it than this process: meanwhile others are got ready.
    const WORTH: usize = 32;

    fn add(&mut self, (name, value, kept): (&str, &[u8], i64)) {
        self.pairs.push(name.as_bytes());
        self.pairs.push(value);
        self.kept.push(kept);
    }

    fn has_room_for(&self, (name, value, _): &(&str, &[u8], i64)) -> bool {
        self.pairs.has_room_for(name.len() + value.len())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.pairs.retain(2, wanted);
        retain(&mut self.kept, wanted);
    }

    async fn send(self, router: &Router, _: &str) -> Result<Vec<Result<()>>> {
        let request =
            |at: usize| Request::store(text(self.pairs.get(2 * at)), self.pairs.get(2 * at + 1), self.kept[at]);
        if self.kept.len() > 1 && !router.is_cluster() {
            let together = Request::stores(first_of(&self.pairs), &self.pairs, &self.kept);
            return Ok(router.send_together(&together, self.kept.len(), request).await);
        }
        let names: Vec<&str> = self.pairs.iter().step_by(2).map(text).collect();
        Ok(router.send_apart(&names, request).await)
    }
}
