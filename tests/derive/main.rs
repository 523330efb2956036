//! What `#[derive(RedisNamespaced)]` makes of a struct.

mod accessor;
mod namespace;
mod near;
mod object;
mod path;
mod task;
mod version;
