//! What `#[derive(RedisNamespaced)]` makes of a struct.

mod accessor;
mod namespace;
mod object;
mod path;
mod task;
