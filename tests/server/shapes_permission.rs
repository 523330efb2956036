//! Users whom the server's ACL keeps from the hash of shapes.

use std::io;
use std::sync::{Arc, Mutex};

use redis::cmd;
use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use serde::{Deserialize, Serialize};
use support::Server;

use crate::shapes::{LEVEL, Level, bot, is_kept, levels};
use crate::small_process::in_a_small_process;

/// Another version of [`Level`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Wide {
    level: u32,
}

const WIDE: Wide = Wide { level: 7 };

/// Keys without the hash of shapes; without the command that keeps one; and to read there only.
const RESTRICTIONS: [&[&str]; 3] = [
    &["~bot.levels", "~bot.queue*", "~bot.tasks*", "~{bot.*", "+@all", "-@dangerous"],
    &["~bot.*", "+@all", "-hsetnx"],
    &["~bot.levels", "~bot.queue*", "~bot.tasks*", "%R~bot.$shapes", "+@all"],
];

async fn restricted(server: &Server, rules: &[&str]) -> RedisSession {
    let user = ["SETUSER", "user", "reset", "on", ">pass", "&*"];
    cmd("ACL").arg(&user).arg(rules).exec(&mut server.raw()).unwrap();
    let url = server.url().replace("redis://", "redis://user:pass@");
    RedisSession::builder(url).global_namespace("bot").connect().await.unwrap()
}

fn stored(server: &Server, key: u64) -> Vec<u8> {
    cmd("HGET").arg("bot.levels").arg(format!("i|{key}")).query(&mut server.raw()).unwrap()
}

#[tokio::test]
async fn who_may_not_keep_shapes_writes_by_names_and_all_read_it() {
    for rules in RESTRICTIONS {
        let server = Server::start();
        let session = restricted(&server, rules).await;
        levels(&session).set(1, LEVEL).await.unwrap();
        levels(&session).update([(2, LEVEL), (3, LEVEL)]).await.unwrap();
        let (queue, tasks) = (RedisQueue::<Level>::new("queue"), RedisTaskQueue::<Level>::new("tasks"));
        queue.on(&session).put_many([LEVEL, LEVEL]).await.unwrap();
        tasks.on(&session).put(LEVEL).await.unwrap();
        assert!(!is_kept(&server), "{rules:?}");
        for key in 1..4 {
            assert!(stored(&server, key).starts_with(b"m|\x02"), "{rules:?}");
        }
        for reader in [&session, &bot(&server).await] {
            assert_eq!(levels(reader).get_many([1, 2, 3]).await.unwrap(), vec![Some(LEVEL); 3]);
            assert_eq!(RedisCache::<u64, Wide>::new("levels").on(reader).get(1).await.unwrap(), Some(WIDE));
            assert_eq!(RedisQueue::<Wide>::new("queue").on(reader).get().await.unwrap(), WIDE);
        }
        assert_eq!(*tasks.on(&session).get().await.unwrap(), LEVEL);
        assert!(levels(&session).compare_and_set(1, LEVEL, Level { level: 8 }).await.unwrap());
        assert_eq!(levels(&session).replace(1, LEVEL).await.unwrap(), Some(Level { level: 8 }));
        assert_eq!(levels(&session).rewrite().await.unwrap().rewritten, 0);
    }
}

#[tokio::test]
async fn who_may_look_relies_on_what_others_kept() {
    for rules in &RESTRICTIONS[1..] {
        let server = Server::start();
        levels(&bot(&server).await).set(1, LEVEL).await.unwrap();
        let session = restricted(&server, rules).await;
        levels(&session).set(2, LEVEL).await.unwrap();
        assert_eq!(stored(&server, 1), stored(&server, 2), "{rules:?}");
        assert_eq!(levels(&session).get_many([1, 2]).await.unwrap(), vec![Some(LEVEL); 2]);
    }
}

/// It knows its own shapes, and no others.
#[tokio::test]
async fn who_may_not_look_reads_its_own_values_and_those_by_names() {
    let server = Server::start();
    let free = bot(&server).await;
    levels(&free).set(1, LEVEL).await.unwrap();
    RedisCache::<u64, Wide>::new("levels").on(&free).set(2, WIDE).await.unwrap();
    let session = restricted(&server, RESTRICTIONS[0]).await;
    assert_eq!(levels(&session).get(1).await.unwrap(), Some(LEVEL));
    let refused = levels(&session).get(2).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Decode);
    assert_eq!(levels(&session).replace(1, Level { level: 9 }).await.unwrap(), Some(LEVEL));
    assert_eq!(levels(&free).get(1).await.unwrap(), Some(Level { level: 9 }));
    assert_eq!(levels(&free).rewrite().await.unwrap().rewritten, 2);
    assert_eq!(levels(&session).get(2).await.unwrap(), Some(LEVEL));
}

/// What may not be done at all is refused as ever.
#[tokio::test]
async fn who_may_not_write_values_either_is_refused() {
    let server = Server::start();
    let session = restricted(&server, &["~bot.*", "+@all", "-hset", "-hsetnx"]).await;
    let refused = levels(&session).set(1, LEVEL).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Server);
    assert!(refused.to_string().contains("`hset`"), "{refused}");
    assert_eq!(levels(&session).get(1).await.unwrap(), None);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn one_event_says_that_shapes_may_not_be_kept() {
    // Where no other test has events forgotten before anybody listens.
    in_a_small_process("shapes_permission::one_event_says_that_shapes_may_not_be_kept", || {
        let log = Log::default();
        let written = log.clone();
        let collector = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_ansi(false);
        tracing::subscriber::set_global_default(collector.with_writer(move || written.clone()).finish()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::start();
            let session = restricted(&server, RESTRICTIONS[0]).await;
            for round in 0..3 {
                levels(&session).update((0..9).map(|n| (n, LEVEL))).await.unwrap();
                levels(&session).set(round, LEVEL).await.unwrap();
                cmd("CLIENT").arg("KILL").arg("TYPE").arg("normal").exec(&mut server.raw()).unwrap();
            }
        });
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let told: Vec<_> = text.lines().filter(|line| line.contains("shapes may not be kept")).collect();
        assert_eq!(told.len(), 1, "{text}");
        assert!(told[0].contains("WARN") && told[0].contains("bot.$shapes"), "{told:?}");
    });
}
