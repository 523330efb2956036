//! Strings in Redis: reads are one command, and each change is a script that refuses what is no string, as `SET` does not.

use std::sync::Arc;

use super::batches::StringGets;
use super::memory::NAME;
use crate::error::{Error, Result};
use crate::refusal;
use crate::store::compared::Compared;
use crate::store::increment::Increment;
use crate::store::key::on_whole_key;
use crate::store::redis::{Batcher, Effect, Request, Router, Script, Value};

static SWAP: Script = Script::new(include_str!("swap.lua"));
static INCREMENT: Script = Script::new(concat!(include_str!("../increment/adder.lua"), include_str!("increment.lua")));

/// The commands and scripts of strings. Reads are gathered by the server that they go to.
#[derive(Debug)]
pub(crate) struct RedisStrings {
    router: Arc<Router>,
    gets: Arc<Batcher<StringGets>>,
}

impl RedisStrings {
    pub(crate) fn new(router: &Arc<Router>) -> Self {
        Self { router: Arc::clone(router), gets: Batcher::new(router) }
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.gets.call(&self.router.server_of(key), key).await.and_then(|value| value).map_err(Error::without_effect)
    }

    pub(super) async fn contains(&self, key: &str) -> Result<bool> {
        let held: String = self.router.send(&Request::command("TYPE", key, Effect::Read)).await?;
        match &*held {
            NAME => Ok(true),
            "none" => Ok(false),
            _ => Err(refusal::wrong_type()),
        }
    }

    pub(super) async fn set(&self, key: &str, value: &[u8], kept: Option<i64>) -> Result<()> {
        let request = on_whole_key("SET", key, NAME, Effect::Idempotent).arg(value);
        let request = match kept {
            Some(kept) => request.arg("PX").arg(kept),
            None => request,
        };
        self.router.send(&request).await
    }

    pub(super) async fn set_if_absent(&self, key: &str, value: &[u8]) -> Result<bool> {
        let request = on_whole_key("SET", key, NAME, Effect::Once).arg(value).arg("NX");
        let stored: Value = self.router.send(&request).await?;
        Ok(stored != Value::Nil)
    }

    pub(super) async fn swap(
        &self,
        key: &str,
        old: Option<&[u8]>,
        new: Option<&[u8]>,
        keeps_end: bool,
    ) -> Result<Compared> {
        let request = Request::script(&SWAP, key, Effect::Once).arg(if old.is_some() { "1" } else { "" });
        let request = request.arg(old.unwrap_or_default()).arg(if keeps_end { "KEEPTTL" } else { "" }).arg(new);
        Ok(match self.router.send(&request).await? {
            Value::BulkString(stored) => Compared::Different(stored),
            Value::Nil => Compared::Absent,
            _ => Compared::Equal,
        })
    }

    pub(super) async fn increment(&self, key: &str, by: &Increment) -> Result<Vec<u8>> {
        let mut amount = Vec::new();
        // Memory takes whatever is written.
        let _ = by.write_amount(&mut amount);
        let request = Request::script(&INCREMENT, key, Effect::Once).arg(by.notation.integer).arg(by.notation.float);
        Increment::sum_of(self.router.send(&request.args(by.range_in_lua()).arg(amount)).await?)
    }
}
