//! Steps of leases that go out together.

use std::marker::PhantomData;

use crate::error::{Error, ErrorKind, Result};
use crate::refusal;
use crate::store::packed::{Packed, text};
use crate::store::redis::{Batch, Effect, Request, Router, Script, Value, answer};

/// One step of a lease: a script that does it for as many entries as it is given.
pub(super) trait LeaseStep: Send + Sync + 'static {
    type Answer: Send;
    const SCRIPT: &'static Script;
    /// How many arguments it takes for each entry, with the token and the channel.
    const ARGUMENTS: usize;

    /// Takes apart what it says of one entry.
    fn read(answer: Value) -> Result<Self::Answer>;
}

/// Steps of one kind that leave together: one script for all, and on a cluster one each, since the keys lie in slots of their own.
///
/// Measured on one entry each: a script takes the server 16 µs, and what it does 5 µs of that.
pub(super) struct LeaseSteps<S> {
    /// Of each the entry, what lies beside it, empty where nothing may, and the arguments.
    parts: Packed,
    kind: PhantomData<S>,
}

/// How many keys each has.
const KEYS: usize = 2;

impl<S> Default for LeaseSteps<S> {
    fn default() -> Self {
        Self { parts: Packed::default(), kind: PhantomData }
    }
}

impl<S: LeaseStep> Batch for LeaseSteps<S> {
    /// As many parts as each has.
    type Call<'a> = &'a [&'a [u8]];
    type Answer = Result<S::Answer>;

    fn add(&mut self, parts: &[&[u8]]) {
        parts.iter().for_each(|part| self.parts.push(part));
    }

    fn has_room_for(&self, parts: &&[&[u8]]) -> bool {
        self.parts.has_room_for(parts.iter().map(|part| part.len()).sum())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.parts.retain(Self::PARTS, wanted);
    }

    async fn send(self, router: &Router, _: &str) -> Result<Vec<Self::Answer>> {
        let (steps, mut may_be_done) = (self.parts.len() / Self::PARTS, false);
        if steps > 1 && !router.is_cluster() {
            match router.send(&self.request(0, steps)).await.and_then(|answers| Self::answers(answers, steps)) {
                // Each is made again by itself: which of them is refused, it says then.
                Err(error) if may_be_of_one(&error) => may_be_done = error.is_outcome_unknown(),
                answers => return answers,
            }
        }
        let entries: Vec<&str> = (0..steps).map(|at| text(self.parts.get(at * Self::PARTS))).collect();
        let answers = router.send_apart(&entries, |at| self.request(at, 1)).await;
        let one =
            |answer: Result<Value>| Self::answers(answer?, 1)?.pop().unwrap_or_else(|| Err(refusal::unexpected()));
        let known = |error: Error| if may_be_done { error.outcome_unknown() } else { error };
        Ok(answers.into_iter().map(|answer| one(answer).map_err(known)).collect())
    }
}

impl<S: LeaseStep> LeaseSteps<S> {
    const PARTS: usize = KEYS + S::ARGUMENTS;

    /// Each may be made twice: the second time finds what the first one left, and says at worst that it stood no more.
    fn request(&self, first: usize, steps: usize) -> Request<'_> {
        let parts = |at: usize| (0..Self::PARTS).map(move |part| self.parts.get((first + at) * Self::PARTS + part));
        let keys: Vec<&[u8]> = (0..steps).flat_map(|at| parts(at).take(KEYS)).filter(|key| !key.is_empty()).collect();
        let entry = keys.first().copied().map(text).unwrap_or_default();
        let request = Request::script_on_all(S::SCRIPT, entry, &keys, Effect::Idempotent);
        request.args((0..steps).flat_map(|at| parts(at).skip(KEYS)))
    }

    fn answers(answer: Value, steps: usize) -> Result<Vec<Result<S::Answer>>> {
        let answers = answer::list(answer, |answer| Ok(S::read(answer)))?;
        if answers.len() == steps { Ok(answers) } else { Err(refusal::unexpected()) }
    }
}

/// Whether the error may be that of one step among others.
fn may_be_of_one(error: &Error) -> bool {
    !matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Closed)
}
