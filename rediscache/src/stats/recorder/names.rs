//! What is told to a recorder: by the names of the OpenTelemetry conventions for databases, and ours for what those have none.
//!
//! <https://opentelemetry.io/docs/specs/semconv/db/database-metrics/>

use metrics::{Key, Label, Level, Metadata, SharedString, Unit};

use crate::config::StoreIdentity;

pub(super) const DURATION: &str = "db.client.operation.duration";
pub(super) const HITS: &str = "rediscache.hits";
pub(super) const MISSES: &str = "rediscache.misses";
pub(super) const NEAR_HITS: &str = "rediscache.near.hits";
pub(super) const NEAR_MISSES: &str = "rediscache.near.misses";
pub(super) const LOADS: &str = "rediscache.loads";
pub(super) const REDELIVERIES: &str = "rediscache.redeliveries";
pub(super) const BYTES_READ: &str = "rediscache.read";
pub(super) const BYTES_WRITTEN: &str = "rediscache.written";
pub(super) const REQUESTS: &str = "rediscache.requests";
pub(super) const BATCHES: &str = "rediscache.batches";
pub(super) const BATCHED_CALLS: &str = "rediscache.batched_calls";
pub(super) const CONNECTIONS: &str = "rediscache.connections";
pub(super) const RECONNECTS: &str = "rediscache.reconnects";

/// All counters, with their units and what they are.
pub(super) const COUNTERS: [(&str, Unit, &str); 13] = [
    (HITS, Unit::Count, "Values that the store was asked for and had"),
    (MISSES, Unit::Count, "Values that the store was asked for and did not have"),
    (NEAR_HITS, Unit::Count, "Keys that were served from this process"),
    (NEAR_MISSES, Unit::Count, "Keys that this process did not keep, so that the server was asked"),
    (LOADS, Unit::Count, "Loads of what was not there"),
    (REDELIVERIES, Unit::Count, "Tasks that were taken and had been taken before"),
    (BYTES_READ, Unit::Bytes, "Bytes of values that were read from the store"),
    (BYTES_WRITTEN, Unit::Bytes, "Bytes of values that were given to the store"),
    (REQUESTS, Unit::Count, "Requests that were sent to servers"),
    (BATCHES, Unit::Count, "Requests with more than one call in them"),
    (BATCHED_CALLS, Unit::Count, "Calls that were in those"),
    (CONNECTIONS, Unit::Count, "Connections that were made"),
    (RECONNECTS, Unit::Count, "Connections that took the place of one that was lost"),
];

pub(super) const METADATA: Metadata<'static> = Metadata::new("rediscache", Level::INFO, Some("rediscache"));

/// A figure of this database, and of one object of it.
pub(super) fn key(name: &'static str, identity: &StoreIdentity, more: impl IntoIterator<Item = Label>) -> Key {
    let text = |text: &str| SharedString::from(text.to_owned());
    let StoreIdentity { system, database, address, port } = identity;
    let mut labels = vec![Label::from_static_parts("db.system.name", system)];
    labels.extend(database.as_deref().map(|database| Label::new("db.namespace", text(database))));
    labels.extend(address.as_deref().map(|address| Label::new("server.address", text(address))));
    labels.extend(port.map(|port| Label::new("server.port", port.to_string())));
    labels.extend(more);
    Key::from_parts(name, labels)
}

/// The object.
pub(super) fn namespace(namespace: &str) -> Label {
    Label::new("rediscache.namespace", namespace.to_owned())
}
