//! Reads of strings that go out together.

use crate::error::Result;
use crate::refusal::unexpected;
use crate::store::packed::{Packed, text};
use crate::store::redis::{Batch, Distinct, Effect, Request, Router, answer};

/// Reads as one `MGET`, or `GET` of one string. Callers who want the same one share it.
///
/// To `MGET`, what is no string is nothing: where it finds nothing, `GET` is asked, which refuses that.
#[derive(Default)]
pub(super) struct StringGets(Distinct);

impl Batch for StringGets {
    type Call<'a> = &'a str;
    type Answer = Got;

    fn add(&mut self, key: &str) {
        self.0.add(key.as_bytes());
    }

    fn has_room_for(&self, key: &&str) -> bool {
        self.0.has_room_for(key.as_bytes())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.0.retain(wanted);
    }

    async fn send(self, router: &Router, _: &str) -> Result<Vec<Self::Answer>> {
        let keys: Vec<&str> = self.0.parts().iter().map(text).collect();
        let values = if keys.len() == 1 || router.is_cluster() {
            apart(router, &keys).await
        } else {
            together(router, &keys, self.0.parts()).await?
        };
        self.0.share_each(values)
    }
}

/// A string, or why there is none.
type Got = Result<Option<Vec<u8>>>;

async fn apart(router: &Router, keys: &[&str]) -> Vec<Got> {
    router.send_apart(keys, |at| Request::command("GET", keys[at], Effect::Read)).await
}

async fn together(router: &Router, keys: &[&str], packed: &Packed) -> Result<Vec<Got>> {
    let first = keys.first().copied().unwrap_or_default();
    let values = router.send(&Request::on_keys("MGET", first, Effect::Read, packed)).await?;
    let values = answer::values(values, keys.len())?;
    let missing: Vec<&str> =
        keys.iter().zip(&values).filter(|(_, value)| value.is_none()).map(|(key, _)| *key).collect();
    if missing.is_empty() {
        return Ok(values.into_iter().map(Ok).collect());
    }
    let mut again = apart(router, &missing).await.into_iter();
    let mut next = || again.next().unwrap_or_else(|| Err(unexpected()));
    Ok(values.into_iter().map(|value| value.map_or_else(&mut next, |value| Ok(Some(value)))).collect())
}
