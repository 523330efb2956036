//! A waiting connection that dies without a word, as behind a firewall that forgot it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use redis::cmd;
use rediscache::RedisSession;
use support::Server;

use crate::queue::kind::{Queue, Way, soon, until};

/// Passes everything on, until connections that wait are silenced: those stay open, and nothing comes through.
struct Firewall {
    port: u16,
    silent: Arc<AtomicBool>,
    silenced: Arc<AtomicUsize>,
}

impl Firewall {
    fn before(server: &Server) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (port, to) = (listener.local_addr().unwrap().port(), server.port());
        let (silent, silenced) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let firewall = Self { port, silent: Arc::clone(&silent), silenced: Arc::clone(&silenced) };
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(("127.0.0.1", to)).unwrap());
                let waits = Arc::<AtomicBool>::default();
                for (from, to) in [(client.try_clone(), server.try_clone()), (Ok(server), Ok(client))] {
                    let (silent, silenced, waits) = (Arc::clone(&silent), Arc::clone(&silenced), Arc::clone(&waits));
                    thread::spawn(move || pass(from.unwrap(), to.unwrap(), &silent, &silenced, &waits));
                }
            }
        });
        firewall
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, silent: &AtomicBool, silenced: &AtomicUsize, waits: &AtomicBool) {
    let mut bytes = [0; 65_536];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if bytes[..count].windows(6).any(|name| name == b"BLMOVE") && !silent.load(Ordering::SeqCst) {
            waits.store(true, Ordering::SeqCst);
        }
        if waits.load(Ordering::SeqCst) && silent.load(Ordering::SeqCst) {
            silenced.fetch_add(1, Ordering::SeqCst);
            continue;
        }
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// Within a slice of the wait and some grace: 7 s.
#[tokio::test]
async fn a_wait_on_a_connection_that_is_silent_goes_on_over_another() {
    let server = Server::start();
    let firewall = Firewall::before(&server);
    let session = RedisSession::connect(&format!("redis://127.0.0.1:{}", firewall.port)).await.unwrap();
    let queues = Queue::both(&session);
    let waiting = [0, 1].map(|kind: usize| tokio::spawn(queues[kind].ask(Way::Get)));
    let mut raw = server.raw();
    until(async || crate::queue::blocked(&mut raw).len() == 2).await;
    firewall.silent.store(true, Ordering::SeqCst);
    for key in ["plain", "task"] {
        cmd("LPUSH").arg(key).arg("i|7").exec(&mut raw).unwrap();
    }
    until(async || firewall.silenced.load(Ordering::SeqCst) >= 2).await;
    for one in waiting {
        let got = soon(one).await.unwrap().unwrap().unwrap();
        assert_eq!(got.settle().await, 7);
    }
}
