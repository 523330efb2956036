//! Leases in Redis: each step is one script on the entry, and on what lies beside it where something may.

use std::sync::Arc;
use std::time::Duration;

use super::step::{Begun, Wanted};
use crate::error::Result;
use crate::refusal;
use crate::store::entry::name::LEASE;
use crate::store::entry::tracked::guard;
use crate::store::hearing::Hearing;
use crate::store::milliseconds::milliseconds;
use crate::store::redis::{Effect, Request, Router, Script, Subscriber};
use crate::store::token::{LeasePlace, Token};

/// A script of leases.
macro_rules! script {
    ($name:literal) => {
        Script::new(concat!(include_str!("../../redis/ask.lua"), include_str!("lease.lua"), include_str!($name)))
    };
}

static BEGIN: Script = script!("begin.lua");
static RENEW: Script = script!("renew.lua");
static STORE: Script = script!("store.lua");
static END: Script = script!("end.lua");

/// The scripts of leases.
#[derive(Debug)]
pub(crate) struct RedisLeases {
    router: Arc<Router>,
    subscriber: Arc<Subscriber>,
}

impl RedisLeases {
    pub(crate) fn new(router: &Arc<Router>, subscriber: &Arc<Subscriber>) -> Self {
        Self { router: Arc::clone(router), subscriber: Arc::clone(subscriber) }
    }

    pub(super) async fn begin(
        &self,
        key: &str,
        token: Token,
        wanted: Wanted,
        lease: Duration,
        above: i64,
    ) -> Result<Begun> {
        let wanted = match wanted {
            Wanted::Value => "value",
            Wanted::Another => "another",
            Wanted::Ahead => "ahead",
        };
        // Where there is no value, nothing lies beside it. Whoever asks for another or a later one has seen one.
        let first = if wanted == "value" { LeasePlace::Entry } else { LeasePlace::Either };
        for place in [first, LeasePlace::Either] {
            let token = token.at(place);
            let request = self.request(&BEGIN, key, token)?.arg(wanted).arg(milliseconds(lease)).arg(above);
            let (came, left, value): (u8, i64, Option<Vec<u8>>) = self.router.send(&request).await?;
            let left = Duration::from_millis(u64::try_from(left).unwrap_or_default());
            return match came {
                0 => Ok(Begun::Leased(token)),
                1 => Ok(Begun::Fresh(value)),
                2 => Ok(Begun::Held(left)),
                3 => Ok(Begun::Stale(left, value)),
                // There is a stale value now.
                4 if place == LeasePlace::Entry => continue,
                _ => Err(refusal::unexpected()),
            };
        }
        Err(refusal::unexpected())
    }

    pub(super) async fn renew(&self, key: &str, token: Token, lease: Duration) -> Result<bool> {
        self.router.send(&self.request(&RENEW, key, token)?.arg(milliseconds(lease))).await
    }

    pub(super) async fn store(&self, key: &str, token: Token, value: &[u8], kept: i64) -> Result<bool> {
        // What this process keeps of it is older.
        let _guard = guard(&self.router, key);
        self.router.send(&self.request(&STORE, key, token)?.arg(value).arg(kept)).await
    }

    pub(super) async fn end(
        &self,
        key: &str,
        token: Token,
        (first, most): (Duration, Duration),
    ) -> Result<(bool, Duration)> {
        let request = self.request(&END, key, token)?.arg(milliseconds(first)).arg(milliseconds(most));
        let (stood, pause): (bool, u64) = self.router.send(&request).await?;
        Ok((stood, Duration::from_millis(pause)))
    }

    pub(super) async fn hear(&self, key: &str) -> Result<Option<Hearing>> {
        // Its name is that of the lease beside the entry.
        let channel = self.router.beside(key, LEASE)?;
        let heard = self.router.in_time(self.subscriber.subscribe(key, channel)).await;
        // Where an ACL forbids it, or the server tells nothing in RESP2, what is left of the lease is waited for.
        Ok(heard
            .inspect_err(|error| tracing::debug!(%error, "nobody tells of the end of loads"))
            .ok()
            .map(Hearing::Redis))
    }

    /// Each may be made twice: the second time finds what the first one left, and says at worst that it stood no more.
    fn request<'a>(&self, script: &'static Script, key: &'a str, token: Token) -> Result<Request<'a>> {
        let beside = self.router.beside(key, LEASE)?;
        let others = match token.place() {
            LeasePlace::Entry => &[][..],
            LeasePlace::Either => std::slice::from_ref(&beside),
        };
        let request = Request::script_on(script, key, others, Effect::Idempotent);
        Ok(request.arg(token.to_string()).arg(beside))
    }
}
