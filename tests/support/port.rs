//! Ports for servers that come and go.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::Random;

/// Below those that systems give to whoever connects: such a one could have the port of a server that is down.
const FIRST: u16 = 10_000;
const COUNT: u16 = 10_000;

/// A port of the loopback interface that nobody had a moment ago, and that is given to nobody else in this process: a server that
/// is down keeps its port, so that another that starts meanwhile is not taken for it.
///
/// # Panics
///
/// When there is none.
pub fn free_port() -> u16 {
    static GIVEN: LazyLock<Mutex<(Random, HashSet<u16>)>> =
        LazyLock::new(|| Mutex::new((Random::from_seed(RandomState::new().hash_one(0)), HashSet::new())));
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    let (random, given) = &mut *given;
    for _ in 0..COUNT {
        let port = FIRST + u16::try_from(random.within(0..COUNT.into())).unwrap_or_default();
        if !given.contains(&port) && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            given.insert(port);
            return port;
        }
    }
    panic!("there is no free port")
}
