//! Calls that are one command each and leave together, where no command does the same for many and tells of each.

use std::marker::PhantomData;

use super::pending::Batch;
use crate::error::Result;
use crate::store::packed::Packed;
use crate::store::redis::request::Effect;
use crate::store::redis::router::Router;

/// A command on one part of a key that says yes or no.
pub(crate) trait Each: Send + 'static {
    const COMMAND: &str;
    const EFFECT: Effect;
}

/// Such calls, each of which is answered, or refused, by itself.
pub(crate) struct OneEach<K> {
    parts: Packed,
    kind: PhantomData<fn() -> K>,
}

impl<K> Default for OneEach<K> {
    fn default() -> Self {
        Self { parts: Packed::default(), kind: PhantomData }
    }
}

impl<K: Each> Batch for OneEach<K> {
    type Call<'a> = &'a [u8];
    type Answer = Result<bool>;

    fn add(&mut self, part: &[u8]) {
        self.parts.push(part);
    }

    fn has_room_for(&self, part: &&[u8]) -> bool {
        self.parts.has_room_for(part.len())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.parts.retain(1, wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<Result<bool>>> {
        let command = (K::COMMAND, key, K::EFFECT);
        match K::EFFECT {
            Effect::Read => router.send_each(command, &self.parts).await,
            Effect::Idempotent | Effect::Once => router.change_each(command, &self.parts).await,
        }
    }
}
