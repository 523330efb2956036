//! Commands that a server does not have, since its configuration renamed them.

use std::error::Error as _;

use redis::{Connection, cmd};
use rediscache::{ErrorKind, Near, RedisCache, RedisSession, RedisTaskQueue, Result};
use support::Server;

use super::dump;

/// What a command is called there.
fn hidden(command: &str) -> String {
    format!("HIDDEN_{command}")
}

/// A server without a command, on which these were run under whatever name they have.
fn server_without(command: &str, before: &[&[&str]]) -> Server {
    let server = Server::options().args(["--rename-command", command, &hidden(command)]).start();
    for words in before {
        let name = if words[0] == command { hidden(command) } else { words[0].to_owned() };
        cmd(&name).arg(&words[1..]).exec(&mut server.raw()).unwrap();
    }
    server
}

/// The operation must be refused for want of the command, and leave all as it was.
async fn assert_refused(server: &Server, command: &str, action: impl Future<Output = Result<()>>) {
    let raw: &mut Connection = &mut server.raw();
    let before = dump(raw);
    let error = action.await.expect_err(command);
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{command}: {error:?}");
    let said = error.source().expect("the server said something").to_string();
    assert!(said.contains(&format!("unknown command '{}'", command.to_lowercase())), "{said}");
    assert_eq!(dump(raw), before, "{command}");
}

const TASKS: &[&[&str]] = &[&["LPUSH", "jobs", "i|1", "i|2"]];
const DUE: &[&[&str]] = &[&["ZADD", "jobs$delayed", "1", "0123456789abcdef:i|4"]];
const FAILED: &[&[&str]] =
    &[&["LPUSH", "jobs", "i|1"], &["HSET", "jobs$attempts", "a9da9b0cbb8a3b5a5ab6e5a4cb59e4d9e1d5bb0a", "1x1,"]];
const LEFT_BEHIND: &[&[&str]] = &[
    &["ZADD", "jobs$clients", "1", "0123456789abcdef$pending"],
    &["HSET", "jobs$leases:0123456789abcdef", "1", "1:i|7"],
    &["LPUSH", "jobs$pending", "i|7"],
];

#[tokio::test]
async fn a_task_stays_in_its_queue_where_a_command_is_renamed() {
    let states: [(&[&[&str]], &[&str]); 4] = [
        (TASKS, &["LMOVE", "HSET", "ZADD", "TIME"]),
        (DUE, &["LPUSH", "ZREM"]),
        (FAILED, &["HDEL", "HGET", "LPUSH", "RPOP"]),
        (LEFT_BEHIND, &["HDEL", "LREM", "RPUSH", "PEXPIRE", "ZREM", "HKEYS"]),
    ];
    for (state, commands) in states {
        for command in commands {
            let server = server_without(command, state);
            let session = RedisSession::connect(&server.url()).await.unwrap();
            let tasks = RedisTaskQueue::<u64>::new("jobs").on(&session);
            assert_refused(&server, command, async { tasks.try_get().await.map(std::mem::forget) }).await;
        }
    }
}

#[tokio::test]
async fn a_cache_stays_as_it_is_where_a_command_is_renamed() {
    let state: &[&[&str]] = &[&["HSET", "near", "i|1", "i|1"], &["HSET", "far", "i|1", "i|1"]];
    for command in ["HSET", "UNLINK", "TYPE", "PUBLISH"] {
        let server = server_without(command, state);
        let session = RedisSession::connect(&server.url()).await.unwrap();
        let near = RedisCache::<u64, u64>::new("near").near(Near::fields()).on(&session);
        assert_refused(&server, command, near.replace_all([(2, 2)])).await;
        if command != "PUBLISH" {
            let far = RedisCache::<u64, u64>::new("far").on(&session);
            assert_refused(&server, command, far.replace_all([(2, 2)])).await;
        }
    }
}
