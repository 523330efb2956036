//! Locks in Redis: each step is one script on one hash, by the server's clock.

use std::sync::Arc;
use std::time::Duration;

use super::acquired::{Acquired, LockPage, LockSeen, REMEMBERED};
use crate::error::Result;
use crate::store::hearing::Hearing;
use crate::store::key::{Cursor, found_at, own_page, page, rest_of, throughout};
use crate::store::milliseconds::milliseconds;
use crate::store::packed::Packed;
use crate::store::redis::{Effect, Request, Router, Script, Subscriber};
use crate::store::token::Token;

macro_rules! script {
    ($name:literal) => {
        Script::new(concat!(include_str!("../redis/ask.lua"), include_str!($name)))
    };
}

static ACQUIRE: Script = script!("acquire.lua");
static RENEW: Script = script!("renew.lua");
static RELEASE: Script = Script::new(include_str!("release.lua"));
static FORGET: Script = Script::new(include_str!("forget.lua"));
static LOOK: Script = Script::new(include_str!("look.lua"));

/// The scripts of locks.
#[derive(Debug)]
pub(crate) struct RedisLocks {
    router: Arc<Router>,
    subscriber: Arc<Subscriber>,
}

impl RedisLocks {
    pub(crate) fn new(router: &Arc<Router>, subscriber: &Arc<Subscriber>) -> Self {
        Self { router: Arc::clone(router), subscriber: Arc::clone(subscriber) }
    }

    pub(super) async fn acquire(&self, key: &str, token: Token, lease: Duration) -> Result<Acquired> {
        let (is_held, number): (bool, u64) = self.router.send(&with_lease(&ACQUIRE, key, token, lease)).await?;
        Ok(if is_held { Acquired::Held(number) } else { Acquired::Taken(Duration::from_millis(number)) })
    }

    pub(super) async fn renew(&self, key: &str, token: Token, lease: Duration) -> Result<bool> {
        self.router.send(&with_lease(&RENEW, key, token, lease)).await
    }

    pub(super) async fn release(&self, key: &str, token: Token) -> Result<bool> {
        let request = Request::script(&RELEASE, key, Effect::Idempotent).arg(&token.digits()[..]);
        self.router.send(&request.arg(channel(key))).await
    }

    pub(super) async fn hear(&self, key: &str) -> Result<Option<Hearing>> {
        Hearing::on(&self.router, &self.subscriber, key, channel(key)).await
    }

    pub(super) async fn look(&self, key: &str) -> Result<Option<LockSeen>> {
        Ok(self.router.send::<Option<LockAnswer>>(&Request::script(&LOOK, key, Effect::Read)).await?.map(seen))
    }

    pub(super) async fn page(&self, key: &str, cursor: Option<Cursor>) -> Result<LockPage> {
        let prefix = format!("{key}:");
        let (own, next) = own_page(&self.router, &prefix, cursor).await?;
        let mut locks = Vec::new();
        for some in own.iter().map(String::as_str).collect::<Vec<_>>().chunks(Packed::MOST_PARTS) {
            let looked = self
                .router
                .send_apart::<Option<LockAnswer>, _>(some, |at| Request::script(&LOOK, some[at], Effect::Read));
            for (name, looked) in some.iter().zip(looked.await) {
                locks.extend(found_at(looked)?.map(|looked| (name[prefix.len()..].to_owned(), seen(looked))));
            }
        }
        Ok(LockPage { locks, next })
    }

    pub(super) async fn forget_all(&self, key: &str) -> Result<()> {
        throughout(&self.router, || self.walk_and_forget(key)).await
    }

    async fn walk_and_forget(&self, key: &str) -> Result<()> {
        let (prefix, mut cursor) = (format!("{key}:"), None);
        loop {
            let (names, next) = page(&self.router, &prefix, cursor).await?;
            let own: Vec<&str> =
                names.iter().map(String::as_str).filter(|name| rest_of(name, &prefix).is_some()).collect();
            for some in own.chunks(Packed::MOST_PARTS) {
                let forgotten =
                    self.router.send_apart(some, |at| Request::script(&FORGET, some[at], Effect::Idempotent));
                forgotten.await.into_iter().collect::<Result<()>>()?;
            }
            cursor = next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }
}

/// What `look.lua` answers.
type LockAnswer = (String, i64, u64);

fn seen((holder, left, fence): LockAnswer) -> LockSeen {
    LockSeen { held: (!holder.is_empty()).then_some((holder, left)), fence }
}

/// Each may be made twice: the token says whose it is.
fn with_lease<'a>(script: &'static Script, key: &'a str, token: Token, lease: Duration) -> Request<'a> {
    let request = Request::script(script, key, Effect::Idempotent).arg(&token.digits()[..]);
    request.arg(milliseconds(lease)).arg(milliseconds(REMEMBERED))
}

/// Where it is told that the lock is free.
fn channel(key: &str) -> String {
    format!("{key}$free")
}
