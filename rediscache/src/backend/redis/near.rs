//! Reads whose answers may be kept, over the connection that tells of changes.

use std::sync::Arc;
use std::time::Duration;

use redis::{FromRedisValue, Pipeline, Value};

use super::RedisStore;
use super::announcement::CHANNEL;
use super::error::{broken, from_driver};
use super::hash::with_all;
use super::router::Router;
use crate::backend::near::{Coherence, NEVER, Provenance, now};
use crate::backend::{Packed, fault};
use crate::error::Result;

/// How often a read is made anew because the connection was given up just when the answer came.
const ATTEMPTS: u32 = 3;

impl RedisStore {
    pub(crate) fn watch(&self, key: &str) -> Arc<Coherence> {
        self.router.watched.watch(key)
    }

    pub(crate) async fn near_get(&self, key: &str, field: &[u8]) -> Result<(Option<Vec<u8>>, Provenance)> {
        self.near_gets.call(key, field).await
    }

    pub(crate) async fn near_get_many(&self, key: &str, fields: &Packed) -> Result<(Vec<Option<Vec<u8>>>, Provenance)> {
        read(&self.near, key, fields).await
    }
}

/// Reads fields, and how long the key has to live.
pub(super) async fn read(router: &Router, key: &str, fields: &Packed) -> Result<(Vec<Option<Vec<u8>>>, Provenance)> {
    let watch = router.watched.watch(key);
    let mut commands = Pipeline::with_capacity(2);
    commands.add_command(with_all(if fields.len() == 1 { "HGET" } else { "HMGET" }, key, fields));
    commands.cmd("PTTL").arg(key);
    for _ in 0..ATTEMPTS {
        let asked = now();
        let (answers, link, live) = router.query_over(&commands).await?;
        let Some(listener) = &live.listener else { return Err(fault::unexpected()) };
        let mut kept = true;
        if watch.is_announced() {
            let channel = router.beside(key, CHANNEL)?;
            let mut subscriber = live.connection.clone();
            let subscribed = listener.subscribe(&watch, channel, router.is_cluster(), &mut subscriber);
            kept = router.in_time(subscribed).await?;
        }
        // Given up by now, it may have brought the answer to another call.
        if listener.is_over() {
            link.lost(&live);
            continue;
        }
        if kept {
            listener.answered(&watch, asked);
            listener.keep_alive(&watch, &link, &live, router);
        }
        let [values, left] = <[Value; 2]>::try_from(answers).map_err(|_| fault::unexpected())?;
        let provenance =
            Provenance { source: if kept { listener.id() } else { 0 }, asked, ends: asked.saturating_add(life(&left)) };
        return Ok((read_values(values, fields.len())?, provenance));
    }
    Err(broken())
}

fn read_values(values: Value, count: usize) -> Result<Vec<Option<Vec<u8>>>> {
    let values = match count {
        1 => FromRedisValue::from_redis_value(values).map(|value| vec![value]),
        _ => FromRedisValue::from_redis_value(values),
    };
    values.map_err(|error| from_driver(&error.into()))
}

/// In nanoseconds, and no more than there are: the server counts from the start of its millisecond. -1 is for ever, and
/// -2 that there is no such key.
fn life(left: &Value) -> u64 {
    let nanoseconds = |left: u64| Duration::from_millis(left.saturating_sub(1)).as_nanos().try_into().unwrap_or(NEVER);
    match left {
        Value::Int(left) => u64::try_from(*left).map_or(NEVER, nanoseconds),
        _ => NEVER,
    }
}
