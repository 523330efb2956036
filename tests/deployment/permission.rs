//! Users whom the server's ACL restricts.

use futures_util::future::join_all;
use redis::cmd;
use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use support::{Cluster, Server};

use crate::every::every_operation;

pub(crate) const GUIDE: &str = include_str!("../../docs/src/deployments.md");

/// What is done without, where it is forbidden: waits look now and then, a script counts, and nobody learns the name.
const DISPENSABLE: [&str; 5] = ["+blmove", "+publish", "+subscribe", "+hincrby", "+client|setname"];

/// What puts back, and what loads anew where there is a stale value, when nobody is there to be told.
const BEHIND_THE_SCENES: [&str; 3] = ["+rpush", "+set", "+pexpiretime"];

/// The rules of the user in the guide, after its name and password.
fn documented() -> Vec<&'static str> {
    let (_, rules) = GUIDE.split_once("ACL SETUSER bot on >PASSWORD ").expect("the guide shows a user");
    rules.split("```").next().unwrap().split_whitespace().collect()
}

pub(crate) fn set_user(server: &Server, name: &str, rules: &[String]) {
    let user = ["SETUSER", name, "reset", "on", ">secret"];
    cmd("ACL").arg(&user).arg(rules).exec(&mut server.raw()).unwrap();
}

pub(crate) async fn session_of(url: &str, name: &str) -> RedisSession {
    let url = url.replace("://", &format!("://{name}:secret@"));
    RedisSession::builder(url).global_namespace(name).connect().await.unwrap()
}

/// The documented rules for another user.
pub(crate) fn rules_of(name: &str) -> Vec<String> {
    documented().into_iter().map(|rule| rule.replace("bot.", &format!("{name}."))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documented_user_can_do_everything() {
    let server = Server::start();
    set_user(&server, "bot", &rules_of("bot"));
    let session = session_of(&server.url(), "bot").await;
    every_operation(&session, "a").await.unwrap();
    let clients: String = cmd("CLIENT").arg("LIST").query(&mut server.raw()).unwrap();
    assert!(clients.contains(" name=rediscache "), "{clients}");
    let log: Vec<redis::Value> = cmd("ACL").arg("LOG").query(&mut server.raw()).unwrap();
    // The driver tells its name and version, where the server knows how, and does without.
    let forbidden = log.iter().map(|entry| format!("{entry:?}")).filter(|entry| !entry.contains("client|setinfo"));
    assert_eq!(forbidden.collect::<Vec<_>>(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documented_user_can_do_everything_on_a_cluster() {
    let cluster = Cluster::of_masters(&[]);
    let mut rules = rules_of("bot");
    rules.extend(["~{bot.*", "&{bot.*", "+cluster|slots"].map(str::to_owned));
    for n in 0..3 {
        set_user(cluster.node(n), "bot", &rules);
    }
    let session = session_of(&cluster.url(), "bot").await;
    for name in ["a", "b", "c"] {
        every_operation(&session, name).await.unwrap();
    }
}

/// Every command of the documented line is needed, and missed by its name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_is_forbidden_is_named() {
    // Where others have run the scripts, nobody needs to send them.
    let (server, unused) = (Server::start(), Server::start());
    let is_missed =
        |rule: &&str| rule.starts_with('+') && !DISPENSABLE.contains(rule) && !BEHIND_THE_SCENES.contains(rule);
    let commands = documented().into_iter().filter(is_missed);
    let without = |(n, command): (usize, &'static str)| {
        let name = format!("user{n}");
        let server = if command == "+eval" { &unused } else { &server };
        let rules = rules_of(&name).into_iter().filter(|rule| rule != command).collect::<Vec<_>>();
        set_user(server, &name, &rules);
        let url = server.url().replace("://", &format!("://{name}:secret@"));
        async move {
            let connected = RedisSession::builder(url).global_namespace(name).connect().await;
            let error = match connected {
                Ok(session) => every_operation(&session, "a").await.expect_err(command),
                Err(error) => error,
            };
            assert_eq!(error.kind(), ErrorKind::Server, "{command}: {error:?}");
            let text = error.to_string();
            assert!(text.contains(&format!("allow it with `{command}`")), "{command}: {text}");
            assert!(!error.is_retryable() && !error.is_outcome_unknown());
        }
    };
    join_all(commands.enumerate().map(without)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_be_done_without_is_done_without() {
    let server = Server::start();
    let rules: Vec<_> = rules_of("bot").into_iter().filter(|rule| !DISPENSABLE.contains(&&**rule)).collect();
    set_user(&server, "bot", &rules);
    every_operation(&session_of(&server.url(), "bot").await, "a").await.unwrap();
}

#[tokio::test]
async fn keys_of_others_are_forbidden_and_the_error_says_so() {
    let server = Server::start();
    set_user(&server, "bot", &rules_of("bot"));
    let session = session_of(&server.url(), "bot").await;
    let cache = RedisCache::<u64, u64>::new("other").without_global_namespace().on(&session);
    let queue = RedisQueue::<u64>::new("other").without_global_namespace().on(&session);
    let tasks = RedisTaskQueue::<u64>::new("other").without_global_namespace().on(&session);
    for error in [
        cache.get(1).await.unwrap_err(),
        cache.increment(1, 1).await.unwrap_err(),
        queue.put(1).await.unwrap_err(),
        queue.get().await.unwrap_err(),
        tasks.get().await.map(drop).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Server, "{error:?}");
        assert!(error.to_string().contains("a key of this namespace"), "{error}");
        assert!(error.to_string().contains("`~prefix*`"), "{error}");
    }
}
