//! Typed, namespaced caches and queues over Redis, with an embedded store that needs no server.
//!
//! - A [`RedisSession`] is a connection to one store; [`install`](RedisSession::install) makes it the default.
//! - A [`RedisCache`] is a typed dict over one hash, a [`RedisQueue`] a typed queue over one list, and a
//!   [`RedisTaskQueue`] a queue whose items stay on record until they are done.
//! - A [`RedisTtlCache`] keeps what something slow says for a time, each entry by itself, and loads it once for all who ask: see
//!   [`entries_that_expire`].
//! - A [`RedisSet`] holds each member once, and a [`RedisRanking`] orders what it holds by scores.
//! - A [`RedisValue`] is one value by itself, or a field of a record: a hash whose fields are of different types.
//! - A [`Transaction`] does steps on several of them at once, or none.
//! - [`RedisNamespaced`](trait@RedisNamespaced) gives a struct an accessor for each of its fields, named `Struct.field`
//!   in Redis.
//! - A [`Codec`] says how keys and values are stored: [`Typestring`], as Python's async-rediscache 0.2.0 does, unless
//!   another is named.
//! - Every call gives an [`Operation`], and fails with an [`Error`] that says where and of which [`ErrorKind`].
//!
//! ```
//! use rediscache::{RedisCache, RedisNamespaced, RedisSession};
//!
//! #[derive(RedisNamespaced)]
//! struct Channel {
//!     topics: RedisCache<u64, String>,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> rediscache::Result<()> {
//! let session = RedisSession::from_env().await?.install();
//! Channel::topics().set(42, "rust").await?;
//! assert_eq!(Channel::topics().get(42).await?.as_deref(), Some("rust"));
//! session.close().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! `derive`, on by default; `json` for the `Json` codec; `metrics` for
//! `RedisSession::record_metrics`, which hands figures to the recorder of the `metrics` facade; `tls` for `rediss://`.

// Docs say which feature each item needs, where they are built by a compiler that can: docs.rs does.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bounds;
mod codec;
mod config;
mod dispatch;
mod error;
#[doc(hidden)]
pub mod inspect;
mod lend;
mod namespace;
mod near;
mod number;
mod record;
mod refusal;
mod score;
mod session;
mod shape;
mod stats;
mod store;
mod swept;
mod types;

#[doc = include_str!("entries_that_expire.md")]
pub mod entries_that_expire {}

#[doc = include_str!("families.md")]
pub mod families {}

#[doc = include_str!("faults.md")]
pub mod faults {}

#[doc = include_str!("when_types_change.md")]
pub mod when_types_change {}

/// Turns the cache fields of a struct into accessors: see [`RedisNamespaced`](trait@RedisNamespaced).
#[cfg(feature = "derive")]
pub use rediscache_derive::RedisNamespaced;

#[cfg(feature = "json")]
pub use codec::Json;

pub use bounds::{Key, NearValue, Value};
pub use codec::{Codec, CodecError, LeadsTo, OlderTypes, ShapedCodec, Typestring};
pub use error::{Error, ErrorKind, Result};
pub use lend::{Give, Lend};
pub use near::{Near, NearStats};
pub use number::{Notation, Number, NumberKind};
pub use record::ObjectKind;
pub use score::Score;
pub use session::{CacheSection, RedisSession, RedisSessionBuilder};
pub use shape::Shape;
pub use stats::{BatchSizes, LatencyHistogram, ObjectStats, SessionStats};
pub use types::{
    Bound, BoundFamily, Clearing, Committed, DeadLetter, DeadLetters, Declaration, EntryRef, FamilyId, FamilyScan,
    Finding, FindingKind, GetOrLoad, InRecord, LimitCheck, LoadError, Loaded, LockGuard, ObjectInfo, ObjectsOf,
    Operation, OptionalLifetime, OptionalRate, OwnKey, OwnLifetime, QueueStats, QueueStream, RankingScan, RedisBound,
    RedisCache, RedisFamily, RedisFieldsObject, RedisLeasedObject, RedisLimit, RedisLimitObject, RedisLock,
    RedisLockObject, RedisNamespaced, RedisNearObject, RedisObject, RedisQueue, RedisQueueObject, RedisRanking,
    RedisReadableObject, RedisSet, RedisStructs, RedisTask, RedisTaskObject, RedisTaskQueue, RedisTtlCache,
    RedisTtlObject, RedisValue, RedisVersionedObject, Rewritten, Scan, SetScan, TaskError, TaskQueueStats, Transaction,
    TransactionPut, TtlScan, TtlStats, ValueHome, WhenDown,
};

/// The examples of the README.
#[cfg(all(doctest, feature = "derive"))]
#[doc = include_str!("../../README.md")]
struct Readme;
