//! Checks that go out together, each one script.

use super::rate::Rate;
use crate::error::Result;
use crate::store::packed::{Packed, text};
use crate::store::redis::{Batch, Effect, Request, Router, Script, retain};

/// How a script answers; `None` where the key holds something else.
pub(super) type CheckAnswer = Option<(bool, u32, u64, u64)>;

static CHECK: Script = Script::new(include_str!("check.lua"));

#[derive(Default)]
pub(super) struct Checks {
    names: Packed,
    wanted: Vec<(Rate, u32)>,
}

impl Batch for Checks {
    type Call<'a> = (&'a str, Rate, u32);
    type Answer = Result<CheckAnswer>;

    fn add(&mut self, (name, rate, turns): (&str, Rate, u32)) {
        self.names.push(name.as_bytes());
        self.wanted.push((rate, turns));
    }

    fn has_room_for(&self, (name, ..): &(&str, Rate, u32)) -> bool {
        self.names.has_room_for(name.len())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.names.retain(1, wanted);
        retain(&mut self.wanted, wanted);
    }

    async fn send(self, router: &Router, _: &str) -> Result<Vec<Self::Answer>> {
        let names: Vec<&str> = self.names.iter().map(text).collect();
        let request = |at: usize| {
            let (rate, turns) = self.wanted[at];
            let effect = if turns == 0 { Effect::Read } else { Effect::Once };
            let request = Request::script(&CHECK, names[at], effect).arg(turns);
            request.arg(rate.parts).arg(rate.interval).arg(rate.burst)
        };
        Ok(router.send_apart(&names, request).await)
    }
}
