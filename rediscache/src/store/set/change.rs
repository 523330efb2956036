//! Members that go in, or out, together.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind, Result};
use crate::store::packed::Packed;
use crate::store::redis::{Batch, Each, Effect, Request, Router, Script};

static CHANGE: Script = Script::new(include_str!("change.lua"));

/// From how many on a script is less work than a command for each. Measured: 16 take the server 12 µs either way, 64 take it 34 µs
/// as commands and 23 µs as a script, and this process writes one command and takes one answer apart.
const MANY: usize = 8;

/// Puts in, or takes out, as one script, which tells of each whether that changed anything; few of them, and those of whoever may not
/// run scripts, with one command each, sent together.
pub(super) struct Changes<K> {
    members: Packed,
    earlier: Option<Arc<EarlierChanges>>,
    kind: PhantomData<fn() -> K>,
}

/// What is known from earlier changes.
#[derive(Debug, Default)]
pub(super) struct EarlierChanges {
    is_script_refused: AtomicBool,
}

/// With `SADD`.
pub(super) struct Adds;

/// With `SREM`.
pub(super) struct Removals;

impl Each for Adds {
    const COMMAND: &str = "SADD";
    const EFFECT: Effect = Effect::Once;
}

impl Each for Removals {
    const COMMAND: &str = "SREM";
    const EFFECT: Effect = Effect::Once;
}

impl<K> Default for Changes<K> {
    fn default() -> Self {
        Self { members: Packed::default(), earlier: None, kind: PhantomData }
    }
}

impl<K: Each> Batch for Changes<K> {
    type Call<'a> = (&'a [u8], &'a Arc<EarlierChanges>);
    type Answer = Result<bool>;
    /// The server takes as long for them as this process: meanwhile others are got ready.
    const WORTH: usize = 32;

    fn add(&mut self, (member, earlier): Self::Call<'_>) {
        self.members.push(member);
        self.earlier.get_or_insert_with(|| Arc::clone(earlier));
    }

    fn has_room_for(&self, (member, _): &Self::Call<'_>) -> bool {
        self.members.has_room_for(member.len())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.members.retain(1, wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<Result<bool>>> {
        let earlier = self.earlier.as_ref().filter(|earlier| !earlier.is_script_refused.load(Ordering::Relaxed));
        if let Some(earlier) = earlier.filter(|_| self.members.len() >= MANY) {
            match self.send_script(router, key).await {
                Err(error) if is_refused(&error) => earlier.is_script_refused.store(true, Ordering::Relaxed),
                answers => return answers,
            }
        }
        router.send_each((K::COMMAND, key, K::EFFECT), &self.members).await
    }
}

impl<K: Each> Changes<K> {
    async fn send_script(&self, router: &Router, key: &str) -> Result<Vec<Result<bool>>> {
        let room = (self.members.len() + 1, self.members.bytes() + K::COMMAND.len());
        let request = Request::script_with_room(&CHANGE, key, K::EFFECT, room).arg(K::COMMAND);
        let answers: Vec<u8> = router.send(&request.args(self.members.iter())).await?;
        Ok(answers.into_iter().map(|answer| Ok(answer == b'1')).collect())
    }
}

/// Whether the server did nothing because a right, or a command, is missing.
fn is_refused(error: &Error) -> bool {
    (error.is_forbidden() || error.kind() == ErrorKind::Unsupported) && !error.is_outcome_unknown()
}
