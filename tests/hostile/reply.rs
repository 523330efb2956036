//! Answers from a server that is none.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use futures_util::{StreamExt, stream};
use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession, RedisTaskQueue, Result};
use support::{Random, hostile_bytes};

use crate::fake::{Answer, listen, listen_and, welcome};
use crate::small_process::in_a_small_process;
use crate::{report, soon};

const CALLS: u64 = 12_000;

/// How many sessions there are at a time.
const AT_ONCE: u64 = 60;

/// Long enough for all that is answered; a part of an answer is waited for in vain.
const TIMEOUT: Duration = Duration::from_millis(250);

const LENGTHS: [&str; 12] = [
    "-1",
    "-2",
    "0",
    "1",
    "2",
    "3",
    "1000000000",
    "9223372036854775807",
    "4611686018427387904",
    "-9223372036854775808",
    "x",
    "",
];

const LINES: [&str; 18] = [
    "OK",
    "",
    "0",
    "-1",
    "18446744073709551616",
    "1e309",
    "nan",
    "t",
    "WRONGTYPE x",
    "ERR unknown command",
    "MOVED 1 127.0.0.1:1",
    "MOVED 99999 x",
    "ASK 1 :0",
    "NOSCRIPT",
    "NOPERM 'x' key",
    "OVERFLOW",
    "READONLY",
    "!NOTANUMBER",
];

/// A length, or one that is not there.
fn length(length: u64, random: &mut Random) -> String {
    if random.percent(90) { length.to_string() } else { LENGTHS[random.place(LENGTHS.len())].to_owned() }
}

/// An answer in the protocol, or almost.
fn answer(random: &mut Random, depth: u32) -> Vec<u8> {
    let kind = b"+-:$*%~>,#_(!=|"[random.place(15)];
    let (line, rest) = match kind {
        b'$' | b'!' | b'=' => {
            let bytes = hostile_bytes(random);
            (length(bytes.len() as u64, random), [&bytes, &b"\r\n"[..]].concat())
        }
        b'*' | b'%' | b'~' | b'>' | b'|' if depth > 0 => {
            let count = random.within(0..4);
            let parts = match kind {
                b'%' => 2 * count,
                b'|' => 2 * count + 1,
                _ => count,
            };
            (length(count, random), (0..parts).flat_map(|_| answer(random, depth - 1)).collect())
        }
        b':' if random.percent(70) => (random.within(0..5).to_string(), Vec::new()),
        _ => (LINES[random.place(LINES.len())].to_owned(), Vec::new()),
    };
    [&[kind], line.as_bytes(), b"\r\n", &rest].concat()
}

/// The same, cut or changed at times; or noise.
fn hostile(random: &mut Random) -> Vec<u8> {
    let mut bytes = match random.within(0..20) {
        0 => hostile_bytes(random),
        1 => vec![b'*'; random.place(400)],
        2 => b"*1\r\n".repeat(random.place(400)),
        _ => answer(random, 3),
    };
    if random.percent(5) {
        bytes.truncate(random.place(bytes.len() + 1));
    }
    // As an empty one would, this ends the connection.
    if random.percent(2) { Vec::new() } else { bytes }
}

/// What may become of a call. What is not the protocol is a matter of the connection, what is not the answer to the command
/// is a matter of the server, and a server may also refuse in its own words.
fn check<T>(outcome: Result<T>) {
    if let Err(error) = outcome {
        let kind = error.kind();
        assert!(!matches!(kind, ErrorKind::NotInitialized | ErrorKind::Closed | ErrorKind::Encode), "{error:?}");
    }
}

async fn call(session: &RedisSession, which: u64) {
    let cache = RedisCache::<u64, i64>::new("cache").on(session);
    let names = RedisCache::<String, (String, Vec<u8>)>::new("names").on(session);
    let queue = RedisQueue::<u64>::new("queue").on(session);
    let tasks = RedisTaskQueue::<u64>::new("tasks").on(session);
    let wait = Duration::from_millis(5);
    match which {
        0 => check(cache.get(1).await),
        1 => check(cache.contains(1).await),
        2 => check(cache.set(1, 1).await),
        3 => check(cache.delete(1).await),
        4 => check(cache.pop(1).await),
        5 => check(cache.replace(1, 2).await),
        6 => check(cache.set_if_absent(1, 2).await),
        7 => check(cache.compare_and_set(1, 1, 2).await),
        8 => check(cache.increment(1, 1).await),
        9 => check(names.get_many(["a", "b"]).await),
        10 => check(names.items().await),
        11 => check(names.keys().await),
        12 => check(names.values().await),
        13 => check(names.to_map().await),
        14 => names.scan().take(20).for_each(async |entry| check(entry)).await,
        15 => check(cache.len().await),
        16 => check(cache.expiry().await),
        17 => check(cache.set_expiry_at(SystemTime::now()).await),
        18 => check(cache.replace_all([(1, 1)]).await),
        19 => check(queue.put(1).await),
        20 => check(queue.try_get().await),
        21 => check(queue.get_timeout(wait).await),
        22 => check(tokio::time::timeout(wait, queue.get()).await.unwrap_or(Ok(0))),
        23 => check(tasks.try_get().await.map(drop)),
        24 => check(tasks.get_timeout(wait).await.map(drop)),
        25 => check(tasks.put_after(1, wait).await),
        26 => check(tasks.pending().await),
        27 => tasks.dead().take(20).for_each(async |letter| check(letter)).await,
        28 => check(tasks.reschedule_pending(1).await),
        29 => check(tasks.reschedule_all_pending().await),
        30 => check(queue.len().await),
        31 => check(tasks.stats().await),
        32 => check(queue.stats().await),
        33 => check(tasks.requeue_dead().await),
        _ => check(session.ping().await),
    }
}

/// Sessions of a few calls each, until this many were made; how many sessions there were.
async fn make_calls(url: &str, calls: u64, mut random: Random) -> u64 {
    let (mut made, mut sessions) = (0, 0);
    while made < calls {
        sessions += 1;
        let builder = RedisSession::builder(url).response_timeout(TIMEOUT).connect_timeout(TIMEOUT);
        match builder.connect().await {
            Ok(session) => {
                for _ in 0..random.within(1..6) {
                    let which = random.within(0..35);
                    soon(format!("call {which}"), call(&session, which)).await;
                    made += 1;
                }
            }
            Err(error) => {
                check::<()>(Err(error));
                made += 1;
            }
        }
    }
    sessions
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_answer_is_taken_or_refused() {
    let (mut random, seed) = Random::seeded_by("REDISCACHE_HOSTILE_SEED");
    let chance = Mutex::new(random.fork());
    let port = listen(move |request| {
        let mut random = chance.lock().unwrap();
        match welcome(request) {
            Some(welcome) if !random.percent(1) => welcome.to_vec(),
            _ => hostile(&mut random),
        }
    })
    .await;
    let url = format!("redis://127.0.0.1:{port}");
    let workers = (0..AT_ONCE).map(|_| make_calls(&url, CALLS / AT_ONCE, random.fork()));
    let sessions: u64 = futures_util::future::join_all(workers).await.into_iter().sum();
    report(&format!("answers={CALLS} sessions={sessions} seed={seed}"));
}

/// What claims to be large, or nests deep, by itself.
fn claims() -> Vec<Vec<u8>> {
    let mut claims = Vec::new();
    for kind in ["$", "*", "%", "~", ">", "|", "!", "="] {
        for length in LENGTHS {
            claims.push(format!("{kind}{length}\r\n").into_bytes());
            claims.push(format!("{kind}{length}\r\n").repeat(99).into_bytes());
            claims.push(format!("*3\r\n:1\r\n{kind}{length}\r\n:1\r\n").into_bytes());
        }
        claims.push(format!("{kind}4096\r\n").repeat(99).into_bytes());
        claims.push(format!("{kind}1\r\n").repeat(100_000).into_bytes());
    }
    claims.push([b"+", &*vec![b'x'; 8 << 20]].concat());
    claims.push([&b"$8388608\r\n"[..], &vec![b'x'; 8 << 20], b"\r\n"].concat());
    claims.push([&b"*100000\r\n"[..], &b"_\r\n".repeat(100_000)].concat());
    claims
}

#[test]
fn a_claimed_length_allocates_nothing_like_it() {
    in_a_small_process("reply::a_claimed_length_allocates_nothing_like_it", || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(stream::iter(claims()).map(survive).buffer_unordered(32).collect::<()>());
    });
}

/// Makes calls that are answered so.
async fn survive(claim: Vec<u8>) {
    let shown = claim[..claim.len().min(40)].escape_ascii().to_string();
    let port = listen(move |request| welcome(request).map_or_else(|| claim.clone(), <[u8]>::to_vec)).await;
    let session = connected(port).await;
    let calls = async {
        call(&session, 0).await;
        call(&session, 10).await;
        call(&session, 23).await;
    };
    soon(shown, calls).await;
}

/// A session with the server at this port, however long a busy machine takes to make the connection.
async fn connected(port: u16) -> RedisSession {
    let connecting = async {
        loop {
            let builder = RedisSession::builder(format!("redis://127.0.0.1:{port}")).response_timeout(TIMEOUT);
            match builder.connect().await {
                Err(error) if error.kind() == ErrorKind::Timeout => {}
                session => return session.unwrap(),
            }
        }
    };
    soon("connecting", connecting).await
}

/// It is held only until the call that waits for it is given up.
#[test]
fn an_answer_without_end_is_given_up() {
    in_a_small_process("reply::an_answer_without_end_is_given_up", || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let port = listen_and(move |request| match welcome(request) {
                Some(welcome) => Answer::Once(welcome.to_vec()),
                None => Answer::WithoutEnd([&b"$999999999999\r\n"[..], &[b'x'; 10_000]].concat()),
            })
            .await;
            let session = connected(port).await;
            for which in [0, 2, 8, 20] {
                soon(format!("call {which}"), call(&session, which)).await;
            }
        });
    });
}
