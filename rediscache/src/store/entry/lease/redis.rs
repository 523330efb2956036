//! Leases in Redis: each step is one script on entries and on what lies beside them.

use std::sync::Arc;
use std::time::Duration;

use super::batches::{LeaseStep, LeaseSteps};
use super::step::{Begun, Wanted};
use crate::error::Result;
use crate::refusal;
use crate::store::entry::name::LEASE;
use crate::store::entry::tracked::guard;
use crate::store::hearing::Hearing;
use crate::store::milliseconds::milliseconds;
use crate::store::redis::{Batcher, Effect, FromRedisValue, Request, Router, Script, Subscriber, Value};
use crate::store::token::{LeasePlace, Token};

/// A step of a lease, by its script.
macro_rules! steps {
    ($($(#[$what:meta])* $name:ident($file:literal, $arguments:literal) -> $answer:ty { $read:expr })*) => {$(
        $(#[$what])*
        struct $name;

        impl LeaseStep for $name {
            type Answer = $answer;
            const SCRIPT: &'static Script = {
                static SCRIPT: Script =
                    Script::new(concat!(include_str!("../../redis/ask.lua"), include_str!("lease.lua"), include_str!($file)));
                &SCRIPT
            };
            const ARGUMENTS: usize = $arguments;

            fn read(answer: Value) -> Result<$answer> {
                let read: fn(Value) -> Result<$answer> = $read;
                read(answer)
            }
        }
    )*};
}

steps! {
    BeginStep("begin.lua", 5) -> (u8, Duration, Option<Vec<u8>>) { |answer| {
        let (came, left, value): (u8, i64, Option<Vec<u8>>) = told(answer)?;
        Ok((came, Duration::from_millis(u64::try_from(left).unwrap_or_default()), value))
    } }
    RenewStep("renew.lua", 3) -> bool { told }
    StoreStep("store.lua", 4) -> bool { told }
    EndStep("end.lua", 4) -> (bool, Duration) { |answer| {
        let (stood, pause): (bool, u64) = told(answer)?;
        Ok((stood, Duration::from_millis(pause)))
    } }
}

fn told<T: FromRedisValue>(answer: Value) -> Result<T> {
    T::from_redis_value(answer).map_err(|_| refusal::unexpected())
}

/// The scripts of leases. Those of one kind that are wanted at once leave together, by the server that they go to.
#[derive(Debug)]
pub(crate) struct RedisLeases {
    router: Arc<Router>,
    subscriber: Arc<Subscriber>,
    begins: Arc<Batcher<LeaseSteps<BeginStep>>>,
    renewals: Arc<Batcher<LeaseSteps<RenewStep>>>,
    stores: Arc<Batcher<LeaseSteps<StoreStep>>>,
    ends: Arc<Batcher<LeaseSteps<EndStep>>>,
}

impl RedisLeases {
    pub(crate) fn new(router: &Arc<Router>, subscriber: &Arc<Subscriber>) -> Self {
        Self {
            router: Arc::clone(router),
            subscriber: Arc::clone(subscriber),
            begins: Batcher::new(router),
            renewals: Batcher::new(router),
            stores: Batcher::new(router),
            ends: Batcher::new(router),
        }
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
        let (lease, above) = (milliseconds(lease).to_string(), above.to_string());
        let arguments = [wanted, &lease, &above].map(str::as_bytes);
        // Where there is no value, nothing lies beside it. Whoever asks for another or a later one has seen one.
        let has_one_key = wanted == "value" && self.router.is_cluster();
        for place in [if has_one_key { LeasePlace::Entry } else { LeasePlace::Either }, LeasePlace::Either] {
            let token = token.at(place);
            let (came, left, value) = self.step(&self.begins, key, token, arguments).await?;
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
        self.step(&self.renewals, key, token, [milliseconds(lease).to_string().as_bytes()]).await
    }

    pub(super) async fn store(&self, key: &str, token: Token, value: &[u8], kept: i64) -> Result<bool> {
        // What this process keeps of it is older.
        let _guard = guard(&self.router, key);
        self.step(&self.stores, key, token, [value, kept.to_string().as_bytes()]).await
    }

    pub(super) async fn end(
        &self,
        key: &str,
        token: Token,
        (first, most): (Duration, Duration),
    ) -> Result<(bool, Duration)> {
        let (first, most) = (milliseconds(first).to_string(), milliseconds(most).to_string());
        self.step(&self.ends, key, token, [first.as_bytes(), most.as_bytes()]).await
    }

    pub(super) async fn tell(&self, key: &str, _token: Token) -> Result<()> {
        let channel = self.router.beside(key, LEASE)?;
        let _heard: u64 = self.router.send(&Request::command("PUBLISH", &channel, Effect::Idempotent).arg("")).await?;
        Ok(())
    }

    pub(super) async fn hear(&self, key: &str) -> Result<Option<Hearing>> {
        // Its name is that of the lease beside the entry.
        let channel = self.router.beside(key, LEASE)?;
        Hearing::on(&self.router, &self.subscriber, key, channel).await
    }

    /// Makes one step; of the arguments, the token and the channel go first.
    async fn step<S: LeaseStep, const N: usize>(
        &self,
        steps: &Arc<Batcher<LeaseSteps<S>>>,
        key: &str,
        token: Token,
        arguments: [&[u8]; N],
    ) -> Result<S::Answer> {
        let (beside, digits) = (self.router.beside(key, LEASE)?, token.digits());
        let channel = beside.as_bytes();
        let beside = if token.place() == LeasePlace::Entry { &[][..] } else { channel };
        let mut parts: Vec<&[u8]> = vec![key.as_bytes(), beside, &digits, channel];
        parts.extend(arguments);
        steps.call(&self.router.server_of(key), &parts).await?
    }
}
