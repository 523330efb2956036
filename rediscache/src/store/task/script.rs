//! How a script is told what to do with a task queue, and by whom.

use std::time::Duration;

use super::lease::{Client, instance_of, suffix_of};
use crate::error::Result;
use crate::store::milliseconds::milliseconds;
use crate::store::redis::{Effect, Request, Router, Script};

/// A script that is told what to do, and by whom.
pub(super) fn command_of<'a>(
    router: &Router,
    text: &'static Script,
    key: &'a str,
    client: &Client,
    command: &str,
    effect: Effect,
) -> Result<Request<'a>> {
    let request = script(router, text, key, &client.name, &[], effect)?.arg(command).arg(&client.name);
    Ok(request.arg(milliseconds(client.silence)).arg(client.most_attempts.unwrap_or(0)))
}

/// A script on the queue. On a cluster it names the keys that it needs, so that a node which has only some of them,
/// while they are being moved, refuses before anything is done.
pub(super) fn script<'a>(
    router: &Router,
    script: &'static Script,
    key: &'a str,
    client: &str,
    also: &[&str],
    effect: Effect,
) -> Result<Request<'a>> {
    if !router.is_cluster() {
        return Ok(Request::script(script, key, effect));
    }
    let leases = format!("$leases:{}", instance_of(client));
    let suffixes = ["$clients", "$attempts", "$delayed", "$dead", &leases, suffix_of(client)];
    let mut beside = suffixes.map(|suffix| router.beside(key, suffix)).into_iter().collect::<Result<Vec<_>>>()?;
    beside.extend(also.iter().map(|&key| key.to_owned()));
    Ok(Request::script_on(script, key, &beside, effect))
}

pub(super) fn from_now(milliseconds: i64) -> Option<Duration> {
    u64::try_from(milliseconds).ok().map(Duration::from_millis)
}
