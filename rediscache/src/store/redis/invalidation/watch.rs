//! What a connection that tells of changes watches, to find those that are not told.

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Value};

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// On a cluster, whose databases are not swapped, and where an ACL forbids it.
    Nothing,
    /// The key of what is on record.
    Record,
    /// There is no such key: those that were read.
    Keys,
}

impl Watch {
    /// Begins to watch the key of what is on record.
    pub(crate) async fn begin(record: &str, connection: &mut MultiplexedConnection) -> RedisResult<Self> {
        let mut commands = redis::pipe();
        commands.cmd("WATCH").arg(record).cmd("EXISTS").arg(record);
        let answers = connection.send_packed_commands(&commands, 0, 2).await?;
        Ok(match &*answers {
            [Value::Okay, Value::Int(1)] => Self::Record,
            [Value::Okay, _] => Self::Keys,
            _ => Self::Nothing,
        })
    }
}
