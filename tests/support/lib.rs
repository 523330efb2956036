//! What the suites share: the store they run on, fresh names, servers of their own, alone and in clusters, a proxy that
//! does harm, raw bytes, chance, what readers must not fall behind, and futures that are dropped half way.

mod cluster;
mod contract;
mod hostile;
mod ledger;
mod letters;
mod name;
mod poll;
mod port;
mod proxy;
mod race;
mod random;
mod raw;
mod sentinel;
mod server;
mod soak;

pub use cluster::Cluster;
pub use contract::{memory_session, redis_session, url};
pub use hostile::hostile_bytes;
pub use ledger::{Floor, Ledger};
pub use letters::values;
pub use name::namespace;
pub use poll::within_polls;
pub use port::free_port;
pub use proxy::{Direction, Proxy, Strike};
pub use race::{Race, race};
pub use random::Random;
pub use raw::{Raw, RawBytes, peek, peek_all, poke, raw_cache};
pub use sentinel::Sentinels;
pub use server::{Server, ServerOptions};
pub use soak::{Deployment, SoakOptions, number};

#[cfg(test)]
mod tests;
