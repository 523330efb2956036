//! Asks whether the servers answer, each of a cluster's masters by itself.

use futures_util::future::try_join_all;

use super::attempt::{Attempt, Patience};
use super::{PATIENCE, Router};
use crate::error::{Error, Result};
use crate::store::redis::connection::Connection;
use crate::store::redis::error::from_driver;
use crate::store::redis::remedy::Remedy;
use crate::store::redis::request::{Effect, Request};

impl Router {
    /// Returns when the server has answered, on a cluster every master that serves something.
    pub(crate) async fn ping(&self) -> Result<()> {
        let ping = Request::without_key("PING", Effect::Read);
        if self.is_cluster() {
            return self.in_time(self.ping_masters(&ping)).await.map_err(Error::without_effect);
        }
        self.send(&ping).await
    }

    async fn ping_masters(&self, ping: &Request<'_>) -> Result<()> {
        let mut patience = Patience::new(PATIENCE.min(self.response_timeout / 2));
        loop {
            let masters = self.topology.masters()?;
            match try_join_all(masters.into_iter().map(|master| self.ping_one(master, ping))).await {
                // Another may have taken over.
                Err(error) if error.is_retryable() && patience.is_left() => {
                    patience.pause().await;
                    self.topology.refresh().await;
                }
                answered => return answered.map(drop),
            }
        }
    }

    /// Asks one server, once more where the connection had ended while nobody looked.
    async fn ping_one(&self, connection: Connection, ping: &Request<'_>) -> Result<()> {
        let mut broke = false;
        loop {
            let attempt = Attempt::new(connection.clone(), connection.live().await?);
            let (answer, _) = attempt.answer(ping, &self.topology, false, !broke, self.pace()).await;
            match answer {
                Err(error) if Remedy::of(&error) == Remedy::Reconnect && !broke => {
                    connection.lost(&attempt.live);
                    broke = true;
                }
                Err(error) => return Err(from_driver(&error)),
                Ok(_) => {
                    attempt.live.note_answer();
                    return Ok(());
                }
            }
        }
    }
}
