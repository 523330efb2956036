//! Several commands that take effect together, or not at all, on one server.
//!
//! Not by the driver's own transactions: it loses count of the answers where the server refuses `MULTI`.

use std::io;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, Pipeline, RedisResult, ServerErrorKind, Value, cmd};

use super::connection::Live;

/// Sends them in one transaction; there is an answer for each.
pub(super) async fn transact(commands: Vec<Cmd>, live: &Live) -> RedisResult<Vec<Value>> {
    let connection = &mut live.connection.clone();
    if !live.transacts() {
        check(connection).await?;
        live.note_transactions();
    }
    let mut pipeline = Pipeline::with_capacity(commands.len() + 2);
    pipeline.cmd("MULTI");
    for command in commands {
        pipeline.add_command(command);
    }
    pipeline.cmd("EXEC");
    let mut answers = connection.send_packed_commands(&pipeline, 0, pipeline.len()).await?;
    match answers.pop() {
        Some(Value::Array(done)) => done.into_iter().map(Value::extract_error).collect(),
        Some(Value::ServerError(error)) if error.kind() != Some(ServerErrorKind::ResponseError) => {
            // Nothing was done; what the server refused beforehand says why.
            Value::Array(answers).extract_error()?;
            Err(error.into())
        }
        // Since it was checked, `MULTI` was forbidden: the rest may have taken effect, each by itself.
        _ => Err(io::Error::other("the server made no transaction of it").into()),
    }
}

/// Whether the user may make transactions. Where `MULTI` is forbidden, what follows it would take effect by itself. Where
/// there is no `EXEC`, the connection would never leave the transaction, so that this comes first, without one.
async fn check(connection: &mut MultiplexedConnection) -> RedisResult<()> {
    let alone = connection.send_packed_command(&cmd("EXEC")).await?.extract_error();
    alone.map(drop).or_else(|error| match error.detail() {
        Some(detail) if detail.contains("without MULTI") => Ok(()),
        _ => Err(error),
    })?;
    let mut empty = Pipeline::with_capacity(2);
    empty.cmd("MULTI").cmd("EXEC");
    let answers = connection.send_packed_commands(&empty, 0, 2).await?;
    Value::Array(answers).extract_error().map(drop)
}
