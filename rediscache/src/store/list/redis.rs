//! The list in Redis: each operation is one command, but for putting back.

use std::sync::Arc;

use crate::error::Result;
use crate::refusal;
use crate::store::packed::Packed;
use crate::store::redis::{
    Batch, Batcher, Effect, RedisWaiter, Request, Router, Script, of_parts, retain, retain_parts,
};
use crate::store::taker::{Departed, Taker};

static DEAD: Script = Script::new(concat!(include_str!("../redis/ask.lua"), include_str!("dead.lua")));

static PUT_BACK: Script = Script::new(concat!(include_str!("../redis/ask.lua"), include_str!("put_back.lua")));

static PUT_ASIDE: Script = Script::new(concat!(include_str!("../redis/ask.lua"), include_str!("put_aside.lua")));

/// The commands and scripts of lists. Items that many callers put into one list go out together, and so do looks for them.
#[derive(Debug)]
pub(crate) struct RedisList {
    router: Arc<Router>,
    pushes: Arc<Batcher<Pushes>>,
    looks: Arc<Batcher<Pops>>,
}

impl RedisList {
    pub(crate) fn new(router: &Arc<Router>) -> Self {
        Self { router: Arc::clone(router), pushes: Batcher::new(router), looks: Batcher::new(router) }
    }

    pub(super) async fn push(&self, key: &str, items: &Packed) -> Result<()> {
        self.pushes.call(key, items).await
    }

    pub(super) async fn look(&self, key: &str, taker: &Arc<dyn Taker<Vec<Vec<u8>>>>, tickets: &[u64]) -> Result<bool> {
        self.looks.call(key, (taker, tickets)).await
    }

    /// The key that remembers that something was done; on a cluster there may be no place for it.
    fn token_key(&self, key: &str, token: u64) -> Result<String> {
        self.router.beside(key, &format!("$returned:{token:016x}"))
    }

    pub(super) async fn put_back(&self, key: &str, items: &Packed, token: u64) -> Result<()> {
        let Ok(token) = self.token_key(key, token) else {
            return self.router.send(&Request::on_all("RPUSH", key, Effect::Once, items)).await;
        };
        let request = Request::script_on(&PUT_BACK, key, &[token], Effect::Idempotent);
        self.router.send(&request.args(items.iter())).await
    }

    pub(super) async fn put_aside(&self, key: &str, items: &Packed, token: u64) -> Result<()> {
        let Ok(token) = self.token_key(key, token) else {
            return self.push(key, items).await;
        };
        let request = Request::script_on(&PUT_ASIDE, key, &[token], Effect::Idempotent);
        match self.router.send(&request.args(items.iter())).await {
            // Who may not run scripts, or not remember that one did, may still do this.
            Err(error) if error.is_forbidden() && !error.is_outcome_unknown() => self.push(key, items).await,
            outcome => outcome,
        }
    }

    pub(super) async fn len(&self, key: &str) -> Result<u64> {
        self.router.send(&Request::command("LLEN", key, Effect::Read)).await
    }

    pub(super) async fn items(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        self.range(key, 0, -1).await
    }

    pub(super) async fn page(&self, key: &str, first: u64, limit: u64) -> Result<Vec<Vec<u8>>> {
        // Counted from the end where they come out, which is -1.
        let before = |count| (-1_i64).saturating_sub_unsigned(count);
        self.range(key, before(first.saturating_add(limit)).saturating_add(1), before(first)).await
    }

    pub(super) async fn stats(&self, key: &str, dead: &str) -> Result<(u64, u64)> {
        self.router.send(&Self::dead(key, dead, "stats", Effect::Read)).await
    }

    pub(super) async fn requeue_one(&self, key: &str, dead: &str, item: &[u8]) -> Result<bool> {
        self.router.send(&Self::dead(key, dead, "requeue_one", Effect::Once).arg(item)).await
    }

    pub(super) async fn requeue_all(&self, key: &str, dead: &str) -> Result<u64> {
        self.router.send(&Self::dead(key, dead, "requeue_all", Effect::Once)).await
    }

    pub(super) async fn delete_one(&self, key: &str, dead: &str, item: &[u8]) -> Result<bool> {
        self.router.send(&Self::dead(key, dead, "delete_one", Effect::Once).arg(item)).await
    }

    pub(super) async fn delete_all(&self, key: &str, dead: &str) -> Result<u64> {
        self.router.send(&Self::dead(key, dead, "delete_all", Effect::Once)).await
    }

    /// The script, on the queue and the list of its dead letters.
    fn dead<'a>(key: &'a str, dead: &str, command: &str, effect: Effect) -> Request<'a> {
        Request::script_on(&DEAD, key, &[dead.to_owned()], effect).arg(command)
    }

    /// The items between these indices, the last one first.
    async fn range(&self, key: &str, from: i64, to: i64) -> Result<Vec<Vec<u8>>> {
        let request = Request::command("LRANGE", key, Effect::Read).arg(from).arg(to);
        let mut items: Vec<Vec<u8>> = self.router.send(&request).await?;
        items.reverse();
        Ok(items)
    }

    pub(super) fn waiter(&self, key: &str, channel: Option<&str>) -> RedisWaiter {
        RedisWaiter::new(&self.router, key, channel)
    }
}

/// Puts into a list as one `LPUSH`, each caller's items in their order.
#[derive(Default)]
struct Pushes {
    items: Packed,
    /// How many of them are each caller's.
    counts: Vec<usize>,
}

impl Batch for Pushes {
    type Call<'a> = &'a Packed;
    type Answer = ();

    fn add(&mut self, items: &Packed) {
        items.iter().for_each(|item| self.items.push(item));
        self.counts.push(items.len());
    }

    fn has_room_for(&self, items: &&Packed) -> bool {
        self.items.has_room_for(items.bytes())
    }

    fn retain(&mut self, wanted: &[bool]) {
        self.items.retain(1, &of_parts(&self.counts, wanted));
        retain(&mut self.counts, wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<()>> {
        router.send::<()>(&Request::on_all("LPUSH", key, Effect::Once, &self.items)).await?;
        Ok(vec![(); self.counts.len()])
    }
}

/// Takes an item for each who looks for one, as one `RPOP`.
#[derive(Default)]
struct Pops {
    taker: Option<Arc<dyn Taker<Vec<Vec<u8>>>>>,
    tickets: Vec<u64>,
    /// How many of them are each call's.
    counts: Vec<usize>,
}

impl Batch for Pops {
    type Call<'a> = (&'a Arc<dyn Taker<Vec<Vec<u8>>>>, &'a [u64]);
    /// Whether there were enough.
    type Answer = bool;

    const IS_AWAITED: bool = true;

    fn add(&mut self, (taker, tickets): Self::Call<'_>) {
        self.taker.get_or_insert_with(|| Arc::clone(taker));
        self.tickets.extend(tickets);
        self.counts.push(tickets.len());
    }

    fn has_room_for(&self, (taker, tickets): &Self::Call<'_>) -> bool {
        let is_same = self.taker.as_ref().is_none_or(|one| Arc::ptr_eq(one, taker));
        is_same && self.tickets.len() + tickets.len() <= Packed::MOST_PARTS
    }

    fn retain(&mut self, wanted: &[bool]) {
        retain_parts(&mut self.tickets, &mut self.counts, wanted);
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<bool>> {
        let Self { taker: Some(taker), tickets, counts } = self else { return Err(refusal::unexpected()) };
        let Some(departed) = Departed::new(&*taker, tickets.len()) else { return Ok(vec![false; counts.len()]) };
        // Without the `Option`, an absent list would not be told from a reply of another form.
        let request = Request::command("RPOP", key, Effect::Once).arg(tickets.len());
        let items: Vec<Vec<u8>> = router.send::<Option<_>>(&request).await?.unwrap_or_default();
        let is_enough = items.len() == tickets.len();
        taker.arrive(departed.first, &tickets, items);
        Ok(vec![is_enough; counts.len()])
    }
}
