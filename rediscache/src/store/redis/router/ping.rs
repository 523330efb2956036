//! Asks whether the servers answer, each of a cluster's masters by itself.

use futures_util::future::try_join_all;

use super::Router;
use super::attempt::Patience;
use super::carry_out::PATIENCE;
use crate::error::{Error, Result};
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
            match try_join_all(
                masters.into_iter().map(|master| async move { self.answer_at(&master, ping).await.map(drop) }),
            )
            .await
            {
                // Another may have taken over.
                Err(error) if error.is_retryable() && patience.is_left() => {
                    patience.pause().await;
                    self.topology.refresh().await;
                }
                answered => return answered.map(drop),
            }
        }
    }
}
