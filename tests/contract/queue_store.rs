//! What is in a store besides what its queues tell.

use futures_util::TryStreamExt;
use rediscache::{RedisQueue, RedisSession};
use support::{Raw, RawBytes, url};

use crate::queue_kind::Way;

/// The ways to get that wait for an item.
pub(crate) const WAITING: [Way; 3] = [Way::Get, Way::GetTimeout, Way::Stream];

/// The list at `namespace` as `LRANGE` shows it, on any store. Nobody else may use it meanwhile.
pub(crate) async fn list(session: &RedisSession, namespace: impl Into<String>) -> Vec<String> {
    let raw = RedisQueue::<RawBytes, Raw>::with_namespace(namespace).on(session);
    let items: Vec<RawBytes> = raw.drain().try_collect().await.unwrap();
    raw.put_many(&items).await.unwrap();
    items.iter().rev().map(|item| String::from_utf8_lossy(&item.0).into_owned()).collect()
}

/// Another session on the same store; the embedded one is within reach of its own session only.
pub(crate) async fn another(session: &RedisSession) -> RedisSession {
    if format!("{session:?}").contains("store: Memory") {
        return session.clone();
    }
    RedisSession::builder(url()).global_namespace(session.global_namespace()).connect().await.unwrap()
}
