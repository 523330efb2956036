//! Whether the server of a key is known to be away.

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::Router;
use super::watcher::{Pace, watch};
use crate::store::redis::connection::{Connection, Presence};

impl Router {
    pub(super) fn pace(&self) -> Pace {
        self.interest.pace(self.hedge_after)
    }

    /// Has silence be noticed before a call ends that has no more time than this.
    pub(crate) fn expect_within(&self, limit: Duration) {
        self.interest.expect_within(limit);
    }

    /// Whether the server that has the key is known to be away: no connection to it can be made, or the one there is says
    /// nothing. Someone sees at background when it is back, whether or not this is asked again.
    pub(crate) fn is_away(&self, key: &str) -> bool {
        self.interest.ask();
        if self.topology.only().is_some_and(Connection::is_well) {
            return false;
        }
        let Ok(connection) = self.topology.connection(key) else { return false };
        let is_away = match connection.presence() {
            Presence::Well | Presence::Closed => return false,
            Presence::Unknown => false,
            Presence::Silent(_) | Presence::Away => true,
        };
        watch(&connection, &self.topology, self.pace());
        is_away
    }
}
