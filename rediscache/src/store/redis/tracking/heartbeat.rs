//! Has the server show that it lives, for as long as something is served because it says nothing of a change.

use std::sync::Weak;
use std::time::Duration;

use redis::{RedisResult, Value};

use super::untold::UntoldChanges;
use crate::near::now;
use crate::store::redis::connection::{Connection, WeakLive};
use crate::store::redis::invalidation::{InvalidationListener, Reliant};
use crate::store::redis::topology::WeakTopology;

/// How long the server is asked after something was last served.
const IDLE: Duration = Duration::from_secs(60);

/// The connection of a listener, and how it came to be that one. It keeps none of them.
pub(super) struct Heartbeat {
    pub(super) listener: Weak<InvalidationListener>,
    pub(super) live: WeakLive,
    pub(super) topology: WeakTopology,
    pub(super) untold: UntoldChanges,
}

impl Heartbeat {
    /// Asks three times in the staleness that is allowed, and gives the connection up when no answer comes.
    pub(super) async fn run(mut self) {
        let Some(mut over) = self.listener.upgrade().map(|listener| listener.over()) else { return };
        let mut unused = Duration::ZERO;
        loop {
            let Some(pace) = self.listener.upgrade().map(|listener| listener.pace()) else { return };
            tokio::select! {
                _ = over.wait_for(|over| *over) => return,
                () = self.live.is_over() => return,
                () = tokio::time::sleep(pace) => {}
            }
            let Some(bound) = self.listener.upgrade().and_then(|listener| {
                unused = if listener.take_used() { Duration::ZERO } else { unused + pace };
                if unused > IDLE {
                    listener.rest();
                }
                (unused <= IDLE).then(|| listener.bound())
            }) else {
                return;
            };
            let answered = tokio::time::timeout(bound, self.ask()).await;
            if !matches!(answered, Ok(Ok(()))) {
                // Silent for too long.
                if let Some((connection, live)) = self.live.upgrade() {
                    connection.lost(&live);
                }
                return self.listener.upgrade().map(|listener| listener.end()).unwrap_or_default();
            }
        }
    }

    /// An answer is a sign of life for all that relies on the connection; of a node of a cluster, only for keys that it
    /// still serves, as far as it and others know.
    async fn ask(&mut self) -> RedisResult<()> {
        let Some((listener, (connection, live))) = self.listener.upgrade().zip(self.live.upgrade()) else {
            return Ok(());
        };
        let (asked, reliant, is_node) = (now(), listener.reliant(), listener.is_node());
        let mut commands = redis::pipe();
        commands.add_command(UntoldChanges::question(listener.watch()));
        for reliant in reliant.iter().filter(|_| is_node) {
            commands.cmd("PTTL").arg(&*reliant.key);
        }
        let mut driver = live.connection.clone();
        drop((listener, connection, live));
        let Self { listener, untold, live, .. } = self;
        let answers = async {
            let answers = driver.send_packed_commands(&commands, 0, commands.len()).await?;
            if let Some(answer) = answers.first() {
                untold.look(answer, listener, &reliant, &mut driver).await?;
            }
            RedisResult::Ok(answers)
        };
        let answers = tokio::select! {
            answers = answers => answers?,
            () = live.is_over() => return Ok(()),
        };
        if let Some((listener, (connection, _))) = self.listener.upgrade().zip(self.live.upgrade()) {
            self.hear(&listener, &connection, asked, answers.into_iter().skip(1).zip(reliant));
        }
        Ok(())
    }

    fn hear(
        &self,
        listener: &InvalidationListener,
        connection: &Connection,
        asked: u64,
        answers: impl Iterator<Item = (Value, Reliant)>,
    ) {
        let is_clear = listener.is_clear(asked);
        if !listener.is_node() && is_clear {
            listener.is_alive(asked);
        }
        for (answer, reliant) in answers {
            if answer.extract_error().is_err() || !self.topology.serves(&reliant.key, connection) {
                listener.detach(&reliant);
            } else if is_clear {
                reliant.coherence.hear(listener.number(), asked);
            }
        }
    }
}
