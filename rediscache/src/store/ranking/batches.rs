//! Calls on a ranking that go out together, and how they do.

use super::step::ScoreStep;
use crate::error::Result;
use crate::store::packed::Packed;
use crate::store::redis::{Batch, Effect, Request, Router, Script, answer, retain};

static INCREMENT: Script = Script::new(include_str!("increment.lua"));

/// Adds to scores in one script, which tells each sum; a single one by `ZINCRBY`, where that refuses nothing that is not to be.
#[derive(Default)]
pub(super) struct ScoreIncrements {
    members: Packed,
    amounts: Vec<f64>,
    /// What all have in common.
    like: Option<ScoreStep>,
}

impl Batch for ScoreIncrements {
    type Call<'a> = (&'a [u8], &'a ScoreStep);
    type Answer = Result<f64>;
    /// The server takes longer for them than this process: meanwhile others are got ready.
    const WORTH: usize = 32;

    fn add(&mut self, (member, by): (&[u8], &ScoreStep)) {
        self.members.push(member);
        self.amounts.push(by.amount);
        self.like = Some(*by);
    }

    fn has_room_for(&self, (member, by): &(&[u8], &ScoreStep)) -> bool {
        // It takes the server longer than a plain command.
        let fits = self.members.len() < Packed::MOST_PARTS / 2 && self.members.has_room_for(member.len());
        fits && self.like.is_none_or(|like| like.is_like(by))
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.members.retain(1, wanted);
        retain(&mut self.amounts, wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<Result<f64>>> {
        let Some(like) = self.like else { return Ok(Vec::new()) };
        if let (&[amount], None) = (&*self.amounts, like.most)
            && amount.is_finite()
        {
            let request = Request::command("ZINCRBY", key, Effect::Once).arg(amount).arg(self.members.get(0));
            return Ok(vec![answer::score(router.send(&request).await?)]);
        }
        let answers: String = router.send(&self.request(key, like)).await?;
        Ok(answers.split(' ').map(ScoreStep::sum_of).collect())
    }
}

impl ScoreIncrements {
    fn request<'a>(&self, key: &'a str, like: ScoreStep) -> Request<'a> {
        // Often all count by one: what is the same for all is sent once.
        let common = self.amounts.first().filter(|first| self.amounts.iter().all(|it| it.total_cmp(first).is_eq()));
        // Of finite amounts, no sum is NaN.
        let is_any = self.amounts.iter().any(|amount| amount.is_infinite());
        let looks = like.most.map_or_else(|| if is_any { "any".to_owned() } else { String::new() }, text);
        let room = (2 * self.amounts.len() + 2, self.members.bytes() + 24);
        let request = Request::script_with_room(&INCREMENT, key, Effect::Once, room).arg(looks);
        let request = request.arg(common.map_or_else(String::new, |common| text(*common))).args(self.members.iter());
        let amounts = self.amounts.iter().filter(|_| common.is_none());
        request.args(amounts.map(|amount| text(*amount)))
    }
}

/// As many digits as say which number it is.
fn text(number: f64) -> String {
    format!("{number:e}")
}
