//! Questions about a set that go out together.

use crate::error::Result;
use crate::store::packed::Packed;
use crate::store::redis::{Batch, Distinct, Effect, Request, Router};

/// Asks as one `SMISMEMBER`, or `SISMEMBER` for one member. Callers who ask for the same member share it.
#[derive(Default)]
pub(super) struct Lookups(Distinct);

impl Batch for Lookups {
    type Call<'a> = &'a [u8];
    type Answer = bool;

    fn add(&mut self, member: &[u8]) {
        self.0.add(member);
    }

    fn has_room_for(&self, member: &&[u8]) -> bool {
        self.0.has_room_for(member)
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.0.retain(wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<bool>> {
        self.0.share(look_up(router, key, self.0.parts()).await?)
    }
}

/// Whether each is there.
pub(super) async fn look_up(router: &Router, key: &str, members: &Packed) -> Result<Vec<bool>> {
    if members.len() == 1 {
        return Ok(vec![router.send(&Request::on_all("SISMEMBER", key, Effect::Read, members)).await?]);
    }
    router.send(&Request::on_all("SMISMEMBER", key, Effect::Read, members)).await
}
