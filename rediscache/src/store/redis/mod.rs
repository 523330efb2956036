//! The Redis store, as far as all kinds of data share it. Nothing outside this folder names the driver.

pub(super) mod answer;
mod barrier;
mod batch;
mod connection;
mod error;
mod invalidation;
mod remedy;
mod request;
mod router;
mod script;
mod subscriber;
mod topology;
mod tracking;
mod waiter;

pub(super) use ::redis::{FromRedisValue, Value};
pub(super) use batch::{Batch, Batcher, Distinct, Each, FoundParts, OneEach, of_parts, retain, retain_parts};
pub(super) use request::{Effect, Request};
pub(super) use router::{Router, ServingNode};
pub(super) use script::Script;
pub(super) use subscriber::{Subscriber, Subscription};
pub(super) use tracking::{read as tracked_read, read_entries as tracked_read_entries};
pub(super) use waiter::RedisWaiter;
