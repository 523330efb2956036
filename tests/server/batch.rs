//! Calls that go together over one connection or several, as a server sees them, and while it meddles.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use futures_util::{FutureExt, TryFutureExt};
use redis::cmd;
use rediscache::{ErrorKind, Json, RedisCache, RedisQueue, RedisSession, Result};
use support::{Proxy, Server, Strike, namespace, redis_session, url};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::monitor::Monitor;
use crate::{PATIENCE, names};

fn numbers(session: &RedisSession) -> RedisCache<u64, u64> {
    RedisCache::new("numbers").on(session)
}

/// Waits for what must come.
async fn soon<F: Future>(future: F) -> F::Output {
    timeout(PATIENCE, future).await.expect("it is held up")
}

/// How many fields the commands of this name read.
fn fields_read(commands: &[String]) -> usize {
    let arguments = |command: &String| command.split("\" \"").map(str::to_owned).collect::<Vec<_>>();
    let reads = commands.iter().map(arguments).filter(|words| words[0] == "\"HGET" || words[0] == "\"HMGET");
    reads.map(|words| words.len() - 2).sum()
}

#[tokio::test]
async fn equal_gets_at_the_same_time_share_one_fetch() -> Result<()> {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await?;
    let numbers = numbers(&session);
    numbers.set(1, 10).await?;
    let mut monitor = Monitor::on(&server);
    for value in join_all((0..300).map(|_| numbers.get(1))).await {
        assert_eq!(value?, Some(10));
    }
    let fields = fields_read(&monitor.commands());
    assert!((1..=30).contains(&fields), "{fields} fields were read for 300 equal gets");

    for value in join_all((0..300).map(|n| numbers.get(n % 5))).await {
        assert!(matches!(value?, None | Some(10)));
    }
    let fields = fields_read(&monitor.commands());
    assert!((5..=60).contains(&fields), "{fields} fields were read for 300 gets of 5 keys");
    Ok(())
}

#[tokio::test]
async fn what_goes_in_company_takes_few_commands() -> Result<()> {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await?;
    let (numbers, outbox) = (numbers(&session), RedisQueue::<u64>::new("outbox").on(&session));
    numbers.increment(0, 1).await?;
    let mut monitor = Monitor::on(&server);
    let mut commands_of = async |calls: Vec<BoxFuture<'static, Result<()>>>| {
        for answer in join_all(calls).await {
            answer.unwrap();
        }
        monitor.commands().len()
    };
    let of_sets = commands_of((0..1_000).map(|n| numbers.set(n, n).boxed()).collect()).await;
    let of_gets = commands_of((0..1_000).map(|n| numbers.get(n).map_ok(drop).boxed()).collect()).await;
    let of_puts = commands_of((0..1_000).map(|n| outbox.put(n).boxed()).collect()).await;
    let of_sums = commands_of((0..1_000).map(|n| numbers.increment(n, 1).map_ok(drop).boxed()).collect()).await;
    let commands = [of_sets, of_gets, of_puts, of_sums];
    assert!(commands.iter().all(|count| (2..100).contains(count)), "{commands:?}");
    Ok(())
}

#[tokio::test]
async fn those_who_count_one_thing_share_a_command() -> Result<()> {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await?;
    let counts = RedisCache::<u64, i64, Json>::new("counts").on(&session);
    counts.increment(0, 1).await?;
    let mut monitor = Monitor::on(&server);
    let sums = join_all((0..300).map(|_| counts.increment(0, 2))).await.into_iter().collect::<Result<Vec<_>>>()?;
    assert!(sums.into_iter().eq((1..=300).map(|n| 1 + 2 * n)));
    // In both directions.
    let turns = (0..300).map(|n| if n % 2 == 0 { counts.increment(0, 2) } else { counts.decrement(0, 3) });
    join_all(turns).await.into_iter().collect::<Result<Vec<_>>>()?;
    assert_eq!(counts.get(0).await?, Some(601 - 150));
    let commands = monitor.names().into_iter().filter(|name| name == "HINCRBY").count();
    assert!((2..=60).contains(&commands), "{commands} for 600 increments");
    Ok(())
}

/// Whoever knows that a value was stored, and asks then, never gets an older one, whoever else asks for it too.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_reader_sees_less_than_what_was_acknowledged() {
    let name = namespace("acknowledged");
    let session = async || RedisSession::builder(url()).global_namespace(&name).connect().await.unwrap();
    let sessions = [session().await, session().await];
    let (acknowledged, over) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
    numbers(&sessions[0]).set(1, 0).await.unwrap();
    let readers = (0..24).map(|number| {
        let (acknowledged, over) = (Arc::clone(&acknowledged), Arc::clone(&over));
        let numbers = numbers(&sessions[number % 2]);
        tokio::spawn(async move {
            let mut last = 0;
            while !over.load(Ordering::SeqCst) {
                let known = acknowledged.load(Ordering::SeqCst).max(last);
                last = numbers.get(1).await.unwrap().unwrap();
                assert!(last >= known, "{last} was read after {known}");
            }
            last
        })
    });
    let readers: Vec<_> = readers.collect();
    for value in 1..=1_000 {
        let writer = numbers(&sessions[usize::from(value % 3 == 0)]);
        writer.set(1, value).await.unwrap();
        acknowledged.store(value, Ordering::SeqCst);
        assert_eq!(writer.get(1).await.unwrap(), Some(value));
    }
    over.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(soon(reader).await.unwrap() > 0, "it read nothing while there was something to see");
    }
}

/// Whatever is at the key when a batch arrives, each caller is told what became of its own call.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_type_that_changes_meanwhile_is_told_to_those_it_meets() {
    let session = redis_session("meanwhile").await;
    let (key, mut raw) =
        (numbers(&session).key().unwrap(), redis::Client::open(url()).unwrap().get_connection().unwrap());
    let there = Arc::new(());
    let callers = (0..40).map(|key| {
        let (numbers, there) = (numbers(&session), Arc::clone(&there));
        tokio::spawn(async move {
            let mut seen = [[false; 2]; 5];
            while seen != [[true; 2]; 5] {
                let calls: [(&str, BoxFuture<'_, Result<()>>); 5] = [
                    ("get", numbers.get(key).map_ok(drop).boxed()),
                    ("contains", numbers.contains(key).map_ok(drop).boxed()),
                    ("set", numbers.set(key, 1).boxed()),
                    ("delete", numbers.delete(key).map_ok(drop).boxed()),
                    ("increment", numbers.increment(key, 1).map_ok(drop).boxed()),
                ];
                for (seen, (name, call)) in seen.iter_mut().zip(calls) {
                    let answer = call.await;
                    seen[usize::from(answer.is_ok())] = true;
                    if let Err(error) = answer {
                        assert_eq!((error.operation(), error.kind()), (name, ErrorKind::WrongType), "{error:?}");
                    }
                }
            }
            drop(there);
        })
    });
    let callers: Vec<_> = callers.collect();
    let meddle = tokio::task::spawn_blocking(move || {
        // Until nobody else is there.
        while Arc::strong_count(&there) > 1 {
            redis::pipe().atomic().del(&key).lpush(&key, 1).exec(&mut raw).unwrap();
            std::thread::sleep(Duration::from_millis(1));
            cmd("DEL").arg(&key).exec(&mut raw).unwrap();
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    for caller in soon(join_all(callers)).await {
        caller.unwrap();
    }
    soon(meddle).await.unwrap();
}

/// Even where the server refuses one of those that went with it.
#[tokio::test]
async fn each_is_told_what_became_of_its_own_call() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = RedisSession::connect(&proxy.url()).await.unwrap();
    let numbers = numbers(&session);
    numbers.update((0..10).map(|n| (n, n))).await.unwrap();
    // The first call, which goes alone, and one of those that go together.
    for command in ["HEXISTS", "HEXISTS", "HDEL", "HDEL"] {
        proxy.strike(command, Strike::Reply(b"-ERR not now\r\n".to_vec()));
    }
    let contains = join_all((0..10).map(|n| numbers.contains(n))).await;
    let deletes = join_all((0..10).map(|n| numbers.delete(n))).await;
    for (n, answer) in (0..10).chain(0..10).zip(contains.into_iter().chain(deletes)) {
        let expected = if n < 2 { Err(ErrorKind::Server) } else { Ok(true) };
        assert_eq!(answer.map_err(|error| error.kind()), expected, "of {n}");
    }
    assert_eq!(proxy.struck(), 4);
}

/// Its calls are dropped wherever they are: alone, in the line, or on their way together.
#[test]
fn a_runtime_that_ends_fails_no_caller_of_another() {
    let home = Runtime::new().unwrap();
    let session = home.block_on(redis_session("ends"));
    let numbers = numbers(&session);
    for round in 0..20 {
        let guest = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        for n in 0..100 {
            guest.spawn(numbers.set(n, 1_000 + round));
            guest.spawn(numbers.get(n));
            guest.spawn(numbers.increment(1_000 + n, 1));
        }
        let sets: Vec<_> = (200..400).map(|n| home.spawn(numbers.set(n, round))).collect();
        let sums: Vec<_> = (0..200).map(|_| home.spawn(numbers.increment(2_000, 1))).collect();
        let gets: Vec<_> = (0..200).map(|n| home.spawn(numbers.get(n % 100))).collect();
        guest.shutdown_background();
        home.block_on(soon(async {
            for answer in join_all(sets).await {
                answer.unwrap().unwrap();
            }
            for answer in join_all(sums).await {
                answer.unwrap().unwrap();
            }
            for answer in join_all(gets).await {
                assert!(answer.unwrap().unwrap().is_none_or(|value| value <= 1_000 + round));
            }
            assert!(
                join_all((200..400).map(|n| numbers.get(n))).await.into_iter().all(|read| read.unwrap() == Some(round))
            );
        }));
    }
    assert_eq!(home.block_on(numbers.get(2_000)).unwrap(), Some(20 * 200));
}

/// Whoever was answered by what ran there is told so, and the next one finds another home.
#[test]
fn callers_go_on_when_the_runtime_of_the_connection_ends() {
    for round in 0..10 {
        let home = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let session = home.block_on(redis_session("home"));
        let numbers = numbers(&session);
        let other = Runtime::new().unwrap();
        let calls: Vec<_> = (0..200).map(|n| other.spawn(numbers.set(n, n))).collect();
        let sums: Vec<_> = (0..200).map(|_| other.spawn(numbers.increment(1_000, 1))).collect();
        for _ in 0..round {
            std::thread::yield_now();
        }
        home.shutdown_background();
        other.block_on(soon(async {
            for answer in join_all(calls).await {
                let kind = answer.unwrap().map_err(|error| error.kind());
                assert!(matches!(kind, Ok(()) | Err(ErrorKind::Connection)), "{kind:?}");
            }
            let told = join_all(sums).await.into_iter().filter(|sum| sum.as_ref().unwrap().is_ok()).count() as u64;
            while numbers.set(0, 0).await.is_err() {}
            for answer in join_all((0..200).map(|n| numbers.set(n, n))).await {
                answer.unwrap();
            }
            let counted = numbers.get_or(1_000, 0).await.unwrap();
            assert!((told..=200).contains(&counted), "{counted} were counted, and {told} were told so");
        }));
    }
}

/// A server closes the connection of whoever sends it more than it takes.
#[tokio::test]
async fn a_value_that_the_server_does_not_take_fails_no_neighbour() {
    let server = Server::options().args(["--proto-max-bulk-len", "1mb"]).start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let names = names(&session);
    let huge = "x".repeat(2 << 20);
    for place in [0, 1, 20, 39] {
        let text = |n: u64| if n == place { huge.as_str() } else { "small" };
        let sets = join_all((0..40).map(|n| names.set(n, text(n)))).await;
        for (n, set) in (0..).zip(sets) {
            assert_eq!(set.is_ok(), n != place, "{n} beside {place}: {set:?}");
        }
    }
}
