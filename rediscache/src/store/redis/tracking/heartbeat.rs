//! Has the server show that it lives, for as long as something is served because it says nothing of a change.

use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::RedisResult;

use crate::near::now;
use crate::store::redis::connection::{Connection, Live};
use crate::store::redis::invalidation::InvalidationListener;
use crate::store::redis::topology::Topology;

/// How long the server is asked after something was last served.
const IDLE: Duration = Duration::from_secs(60);

/// The connection of a listener, and how it came to be that one.
pub(super) struct Heartbeat {
    pub(super) listener: Weak<InvalidationListener>,
    pub(super) connection: Connection,
    pub(super) live: Live,
    pub(super) topology: Topology,
}

impl Heartbeat {
    /// Asks three times in the staleness that is allowed, and gives the connection up when no answer comes.
    pub(super) async fn run(self) {
        let Some(mut over) = self.listener.upgrade().map(|listener| listener.over()) else { return };
        let mut unused = Duration::ZERO;
        loop {
            let Some(pace) = self.listener.upgrade().map(|listener| listener.pace()) else { return };
            tokio::select! {
                _ = over.wait_for(|over| *over) => return,
                () = tokio::time::sleep(pace) => {}
            }
            let Some(listener) = self.listener.upgrade() else { return };
            unused = if listener.take_used() { Duration::ZERO } else { unused + pace };
            if unused > IDLE {
                return listener.rest();
            }
            let answered = tokio::time::timeout(listener.bound(), self.ask(&listener)).await;
            if !matches!(answered, Ok(Ok(()))) {
                // Silent for too long.
                self.connection.lost(&self.live);
                return listener.end();
            }
        }
    }

    /// An answer is a sign of life for all that relies on the connection; of a node of a cluster, only for keys that it
    /// still serves, as far as it and others know.
    async fn ask(&self, listener: &Arc<InvalidationListener>) -> RedisResult<()> {
        let (asked, reliant) = (now(), if listener.is_node() { listener.reliant() } else { Vec::new() });
        let mut commands = redis::pipe();
        commands.cmd("PING");
        for reliant in &reliant {
            commands.cmd("PTTL").arg(&*reliant.key);
        }
        let answers = self.live.connection.clone().send_packed_commands(&commands, 0, commands.len()).await?;
        let is_clear = listener.is_clear(asked);
        if !listener.is_node() && is_clear {
            listener.is_alive(asked);
        }
        for (answer, reliant) in answers.into_iter().skip(1).zip(reliant) {
            if answer.extract_error().is_err() || !self.serves(&reliant.key) {
                listener.detach(&reliant);
            } else if is_clear {
                reliant.coherence.hear(listener.number(), asked);
            }
        }
        Ok(())
    }

    /// Whether the key is where this connection leads to, as far as is known.
    fn serves(&self, key: &str) -> bool {
        self.topology.connection(key).is_ok_and(|connection| connection.is(&self.connection))
    }
}
