//! What `#[derive(RedisNamespaced)]` makes of a struct.

mod accessor;
mod bound;
mod family;
mod namespace;
mod near;
mod object;
mod path;
mod record;
mod secret;
mod task;
mod timeout;
mod ttl;
mod version;
