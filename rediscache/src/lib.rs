//! Typed, namespaced caches and queues over Redis, with an embedded store that needs no server.

mod backend;
mod bounds;
mod codec;
mod config;
mod error;
mod lend;
mod namespace;
mod number;
mod operation;
mod session;
mod types;

/// Turns the cache fields of a struct into accessors: see [`RedisNamespaced`](trait@RedisNamespaced).
#[cfg(feature = "derive")]
pub use rediscache_derive::RedisNamespaced;

#[cfg(feature = "json")]
pub use codec::Json;

pub use bounds::{Key, Value};
pub use codec::{Codec, CodecError, Typestring};
pub use error::{Error, ErrorKind, Result};
pub use lend::{Give, Lend};
pub use number::{Notation, Number, NumberKind};
pub use operation::Operation;
pub use session::{CacheLock, RedisSession, RedisSessionBuilder};
pub use types::{
    Declaration, ObjectInfo, ObjectKind, QueueStream, RedisCache, RedisNamespaced, RedisObject, RedisQueue, RedisTask,
    RedisTaskObject, RedisTaskQueue, Scan, TaskError,
};
