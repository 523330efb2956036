//! Calls that concern no key, each made at one server of its own.

use redis::{FromRedisValue, Value};

use super::Router;
use super::attempt::Attempt;
use super::time_limit::OwnTimer;
use crate::error::{Error, Result};
use crate::store::redis::connection::Connection;
use crate::store::redis::error::from_driver;
use crate::store::redis::remedy::Remedy;
use crate::store::redis::request::{Effect, Request};

/// A server that serves some keys.
#[derive(Clone)]
pub(crate) struct ServingNode(Option<Connection>);

impl Router {
    /// The servers that serve something: the one there is, or the masters of a cluster.
    pub(crate) fn nodes(&self) -> Result<Vec<ServingNode>> {
        if !self.is_cluster() {
            return Ok(vec![ServingNode(None)]);
        }
        Ok(self.topology.masters()?.into_iter().map(|master| ServingNode(Some(master))).collect())
    }

    /// Reads at one server.
    pub(crate) async fn read_at<T: FromRedisValue>(&self, node: &ServingNode, request: &Request<'_>) -> Result<T> {
        debug_assert_eq!(request.effect(), Effect::Read, "it may be sent twice");
        let Some(connection) = &node.0 else { return self.send(request).await };
        let value = self.in_time(self.answer_at(connection, request)).await.map_err(Error::without_effect)?;
        T::from_redis_value(value).map_err(|error| from_driver(&error.into()))
    }

    /// Asks one server, once more where the connection had ended while nobody looked.
    pub(super) async fn answer_at(&self, connection: &Connection, request: &Request<'_>) -> Result<Value> {
        let mut broke = false;
        loop {
            let attempt = Attempt::new(connection.clone(), connection.live().await?);
            let (answer, _) =
                attempt.answer(request, &self.topology, (false, !broke), self.pace(), &OwnTimer::default()).await;
            match answer {
                Err(error) if Remedy::of(&error) == Remedy::Reconnect && !broke => {
                    connection.lost(&attempt.live);
                    broke = true;
                }
                Err(error) => return Err(from_driver(&error)),
                Ok(value) => {
                    attempt.live.note_answer();
                    return Ok(value);
                }
            }
        }
    }
}

impl std::fmt::Debug for ServingNode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServingNode").finish_non_exhaustive()
    }
}
