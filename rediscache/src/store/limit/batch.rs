//! Checks that go out together.

use super::rate::Rate;
use crate::error::{ErrorKind, Result};
use crate::refusal;
use crate::store::packed::{Packed, text};
use crate::store::redis::{Batch, Effect, Request, Router, Script, retain};

/// How many parts go on for which turns are taken already; `None` where the key holds something else.
pub(super) type PartsAhead = Option<i64>;

static CHECK: Script = Script::new(include_str!("check.lua"));

/// What the script answers where a key is to be asked by itself.
const ALONE: PartsAhead = Some(-1);

/// Checks as one script, and on a cluster as one each, since the keys lie in slots of their own.
#[derive(Default)]
pub(super) struct Checks {
    names: Packed,
    wanted: Vec<(Rate, u32)>,
}

impl Batch for Checks {
    type Call<'a> = (&'a str, Rate, u32);
    type Answer = Result<PartsAhead>;
    /// The server takes longer for them than this process: meanwhile others are got ready.
    const WORTH: usize = 32;

    fn add(&mut self, (name, rate, turns): (&str, Rate, u32)) {
        self.names.push(name.as_bytes());
        self.wanted.push((rate, turns));
    }

    fn has_room_for(&self, (name, ..): &(&str, Rate, u32)) -> bool {
        // It takes the server longer than a plain command.
        self.names.len() < Packed::MOST_PARTS / 2 && self.names.has_room_for(name.len())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.names.retain(1, wanted);
        retain(&mut self.wanted, wanted);
    }

    async fn send(self, router: &Router, _: &str) -> Result<Vec<Self::Answer>> {
        let names: Vec<&str> = self.names.iter().map(text).collect();
        if names.len() == 1 || router.is_cluster() {
            return Ok(self.send_each(router, &names, |at| at).await);
        }
        let answers: Vec<PartsAhead> = match router.send(&self.request(&names)).await {
            Ok(answers) => answers,
            // Whose keys they are, or the command, is said where each is asked by itself.
            Err(error) if error.is_forbidden() || error.kind() == ErrorKind::Unsupported => vec![ALONE; names.len()],
            Err(error) => return Err(error),
        };
        let alone: Vec<usize> = (0..names.len()).filter(|at| answers.get(*at) == Some(&ALONE)).collect();
        let asked: Vec<&str> = alone.iter().map(|at| names[*at]).collect();
        let mut again = self.send_each(router, &asked, |at| alone[at]).await.into_iter();
        let mut next = || again.next().unwrap_or_else(|| Err(refusal::unexpected()));
        Ok(answers.into_iter().map(|answer| if answer == ALONE { next() } else { Ok(answer) }).collect())
    }
}

impl Checks {
    /// One check each of those whose place `place` tells.
    async fn send_each(
        &self,
        router: &Router,
        names: &[&str],
        place: impl Fn(usize) -> usize + Sync,
    ) -> Vec<Result<PartsAhead>> {
        let request = |at: usize| {
            let (rate, turns) = self.wanted[place(at)];
            asking(Request::script(&CHECK, names[at], effect(turns)), rate, turns)
        };
        let answers: Vec<Result<(PartsAhead,)>> = router.send_apart(names, request).await;
        answers.into_iter().map(|answer| answer.map(|(ahead,)| ahead)).collect()
    }

    fn request<'a>(&self, names: &[&'a str]) -> Request<'a> {
        let keys: Vec<&[u8]> = self.names.iter().collect();
        let most = self.wanted.iter().map(|(_, turns)| *turns).max().unwrap_or_default();
        let first = names.first().copied().unwrap_or_default();
        let request = Request::script_on_all(&CHECK, first, &keys, effect(most));
        // Often all have one rate, and take one turn: what is the same for all is sent once.
        let common = self.wanted.first().filter(|first| self.wanted.iter().all(|wanted| wanted == *first));
        let each = common.map_or(&*self.wanted, std::slice::from_ref);
        each.iter().fold(request, |request, (rate, turns)| asking(request, *rate, *turns))
    }
}

fn asking(request: Request<'_>, rate: Rate, turns: u32) -> Request<'_> {
    request.arg(turns).arg(rate.parts).arg(rate.interval).arg(rate.burst)
}

fn effect(turns: u32) -> Effect {
    if turns == 0 { Effect::Read } else { Effect::Once }
}
