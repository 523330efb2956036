//! Whatever goes wrong, and whatever a server makes of it, no password is shown: not by an error or what is underneath it,
//! not by anything's `Debug`, and not by spans and events, of the driver's neither.

use std::error::Error;
use std::fmt::Write;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use rediscache::{RedisCache, RedisQueue, RedisSession};
use support::Server;
use tokio::net::TcpListener;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::fake::{listen, welcome};
use crate::small_process::in_a_small_process;
use crate::{report, soon};

/// What the log is written to.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What was written since this was last asked.
    fn take(&self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut *self.0.lock().unwrap())).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// As it is, and as it stands in a URL.
const PASSWORD: [(&str, &str); 3] =
    [("hunter2", "hunter2"), ("p@ss:w/rd?#&", "p%40ss%3Aw%2Frd%3F%23%26"), ("pass wörd", "pass%20w%C3%B6rd")];

/// For the Sentinels themselves.
const SENTINELS: &str = "sentinels-only";

/// Long enough for a busy machine to connect, or to find out that it cannot.
const TIMEOUT: Duration = Duration::from_millis(400);

/// What those say to a request who do not know it, or do not like it.
fn said(way: u32, request: &[Vec<u8>]) -> Vec<u8> {
    let quoted = request.iter().map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join(" ");
    let args = request[1..].iter().map(|part| format!("'{}', ", String::from_utf8_lossy(part))).collect::<String>();
    let command = String::from_utf8_lossy(&request[0]).into_owned();
    match way {
        0 => format!("-ERR unknown command '{command}', with args beginning with: {args}\r\n").into_bytes(),
        1 => format!("-ERR I do not like {quoted}\r\n").into_bytes(),
        2 => format!("-WRONGPASS {quoted}\r\n").into_bytes(),
        3 => format!("-NOPERM this user has no permissions to run the {args} command\r\n").into_bytes(),
        4 => format!("+{quoted}\r\n").into_bytes(),
        5 => format!("HTTP/1.1 400 Bad Request: {quoted}\r\n\r\n").into_bytes(),
        6 => format!("-{quoted}\r\n").into_bytes(),
        7 => format!("*2\r\n+{quoted}\r\n-ERR {quoted}\r\n").into_bytes(),
        8 => format!(">2\r\n+{quoted}\r\n+{quoted}\r\n-MOVED 1 {quoted}\r\n").into_bytes(),
        // Those who let us in, and go then.
        9 if request[0] == b"PING" => Vec::new(),
        10 if request[0] == b"HGET" => format!("-ERR {quoted}\r\n").into_bytes(),
        _ => welcome(request).unwrap_or(b"$-1\r\n").to_vec(),
    }
}

/// All URLs that lead to this port.
fn urls(port: u16, password: &str, socket: &str) -> Vec<String> {
    let at = format!("127.0.0.1:{port}");
    vec![
        format!("redis://:{password}@{at}"),
        format!("redis://user:{password}@{at}/3"),
        format!("redis://user:{password}@{at}?protocol=resp2"),
        format!("rediss://user:{password}@{at}"),
        format!("redis-cluster://user:{password}@{at},127.0.0.1:1"),
        format!("redis-sentinel://user:{password}@{at}/service/1"),
        format!("unix://{socket}?user=user&pass={password}"),
        format!("unix://{socket}?pass={password}"),
    ]
}

/// Everything that can be seen of the attempt to work with this URL.
async fn seen(url: &str) -> String {
    let builder = RedisSession::builder(url)
        .sentinel_credentials("user", SENTINELS)
        .connect_timeout(TIMEOUT)
        .response_timeout(TIMEOUT);
    let mut seen = format!("{builder:?} {builder:#?}\n");
    let session = match builder.connect().await {
        Ok(session) => session,
        Err(error) => return seen + &all_of(&error),
    };
    let (cache, queue) =
        (RedisCache::<u64, u64>::new("cache").on(&session), RedisQueue::<u64>::new("queue").on(&session));
    let _ = writeln!(seen, "{session:?} {session:#?} {cache:?} {queue:?} {:?}", cache.scan());
    for failed in [cache.get(1).await.err(), cache.set(1, 1).await.err(), queue.try_get().await.err()] {
        failed.iter().for_each(|error| seen += &all_of(error));
    }
    let _ = session.close().await;
    seen + &format!("{session:?}")
}

fn all_of(error: &rediscache::Error) -> String {
    let (mut all, mut next): (String, Option<&dyn Error>) = (String::new(), Some(error));
    while let Some(error) = next {
        let _ = writeln!(all, "{error} {error:?} {error:#?}");
        next = error.source();
    }
    all
}

/// Works with all of the URLs, and sees to it that neither it nor the log shows a password; how many there were.
async fn work_with(urls: Vec<String>, (password, encoded): (&str, &str), log: &Log) -> usize {
    log.take();
    let seen = join_all(urls.iter().map(|url| soon(url, seen(url)))).await;
    let log = log.take();
    for secret in [password, encoded, SENTINELS] {
        for (url, seen) in urls.iter().zip(&seen) {
            assert!(!seen.contains(secret), "{secret} of {url} is shown:\n{seen}");
        }
        assert!(!log.contains(secret), "{secret} of {urls:?} is in the log:\n{log}");
    }
    urls.len()
}

async fn all_cases(log: &Log) -> usize {
    let mut cases = 0;
    let server = Server::options().password("another").start();
    let (listener, socket) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), server.socket());
    let silent = listener.local_addr().unwrap().port();
    let socket = socket.to_str().unwrap();
    for password in PASSWORD {
        // A server that does not let us in, one that does not answer, and nobody.
        for port in [server.port(), silent, 1] {
            cases += work_with(urls(port, password.1, socket), password, log).await;
        }
        for way in 0..11 {
            let port = listen(move |request| said(way, request)).await;
            cases += work_with(urls(port, password.1, "/nowhere/socket"), password, log).await;
        }
    }
    drop(listener);
    cases
}

#[test]
fn no_password_is_ever_shown() {
    // Where no other test has the spans forgotten before anybody listens.
    in_a_small_process("password::no_password_is_ever_shown", || {
        let log = Log::default();
        let written = log.clone();
        let collector = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_writer(move || written.clone());
        tracing::subscriber::set_global_default(collector.finish()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let cases = runtime.block_on(all_cases(&log));
        let get = RedisCache::<u64, u64>::new("heard").on(&RedisSession::in_memory()).get(1);
        runtime.block_on(get).unwrap();
        assert!(log.take().contains("heard"), "nothing is heard");
        report(&format!("passwords={cases}"));
    });
}
