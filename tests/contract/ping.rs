//! Asking whether the store answers.

use rediscache::{ErrorKind, RedisSession};
use support::contract;

use crate::queue_kind::abandon;

contract! {
    async fn a_store_that_answers_says_so(session: RedisSession) -> rediscache::Result<()> {
        session.ping().await?;
        session.clone().ping().await
    }

    async fn a_closed_session_does_not_ask(session: RedisSession) -> rediscache::Result<()> {
        session.close().await?;
        let error = session.ping().await.unwrap_err();
        assert_eq!((error.kind(), error.operation(), error.namespace()), (ErrorKind::Closed, "ping", None));
        Ok(())
    }

    async fn a_dropped_ping_leaves_nothing(session: RedisSession) -> rediscache::Result<()> {
        for (polls, steps) in [(1, 0), (1, 1), (1, 5), (2, 1), (2, 25)] {
            abandon(Box::pin(session.ping()), polls, steps).await.transpose()?;
            session.ping().await?;
        }
        session.close().await
    }
}
