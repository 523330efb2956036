//! Reads whose answers may be kept, over connections that tell of changes.
//!
//! Connections of their own, since all that is read over one is remembered by the server (`CLIENT TRACKING`), and since its
//! answers must come in one stream with what it tells of changes.

mod heartbeat;
mod untold;

use std::sync::Arc;
use std::time::Duration;

use redis::Value;

use self::heartbeat::Heartbeat;
use self::untold::UntoldChanges;
use super::error::broken;
use super::invalidation::{CHANNEL, InvalidationListener};
use super::request::Request;
use super::router::{Answered, Router};
use crate::error::Result;
use crate::near::{Coherence, NEVER, Provenance, now};
use crate::refusal;

/// How often a read is made anew because the connection was given up just when the answer came.
const ATTEMPTS: u32 = 3;

/// Makes a read over a router of tracking connections, and asks how long the key has to live.
pub(crate) async fn read(router: &Router, request: Request<'_>) -> Result<(Value, Provenance)> {
    let coherence = router.coherence(request.key());
    let (answers, provenance) = answers(router, &coherence, &request.and_read("PTTL")).await?;
    let [value, left] = <[Value; 2]>::try_from(answers).map_err(|_| refusal::unexpected())?;
    Ok((value, Provenance { ends: provenance.asked.saturating_add(life(&left)), ..provenance }))
}

/// Makes several reads of entries of this scope in one request, each of which is a key of its own.
pub(crate) async fn read_entries(
    router: &Router,
    scope: &str,
    request: &Request<'_>,
) -> Result<(Vec<Value>, Provenance)> {
    answers(router, &router.coherence_of_entries(scope), request).await
}

async fn answers(
    router: &Router,
    coherence: &Arc<Coherence>,
    request: &Request<'_>,
) -> Result<(Vec<Value>, Provenance)> {
    for _ in 0..ATTEMPTS {
        let asked = now();
        let (answers, by) = router.answer_of::<Vec<Value>>(request).await?;
        let Some(listener) = &by.live.listener else { return Err(refusal::unexpected()) };
        let is_heard = !coherence.is_published() || subscribe(router, listener, request.key(), &by).await?;
        // Given up by now, it may have brought the answer to another call.
        if listener.is_over() {
            by.connection.lost(&by.live);
            continue;
        }
        if is_heard {
            listener.answered(request.key(), coherence, asked);
            keep_alive(router, listener, coherence, &by);
        }
        let source = if is_heard { listener.number() } else { 0 };
        return Ok((answers, Provenance { source, asked, ends: NEVER }));
    }
    Err(broken())
}

/// Hears what is published of the key; whether that was so before the read.
async fn subscribe(router: &Router, listener: &InvalidationListener, key: &str, by: &Answered) -> Result<bool> {
    let channel = router.beside(key, CHANNEL)?;
    let mut subscriber = by.live.connection.clone();
    router.in_time(listener.subscribe(key, channel, &mut subscriber)).await
}

/// Has a heartbeat go on for as long as something is served because of this connection.
fn keep_alive(router: &Router, listener: &Arc<InvalidationListener>, coherence: &Coherence, by: &Answered) {
    if listener.needs_heartbeat(coherence.bound()) {
        let (listener, live) = (Arc::downgrade(listener), by.connection.downgrade(&by.live));
        let topology = router.topology().downgrade();
        router.background().spawn(Heartbeat { listener, live, topology, untold: UntoldChanges::default() }.run());
    }
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
