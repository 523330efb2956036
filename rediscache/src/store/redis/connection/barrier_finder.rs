//! Finds out why a server lets nobody in, where the driver only knows that it hung up, or waits in vain.
//!
//! A server with too many clients, or in protected mode, says so and hangs up, and the driver, which sends several commands
//! at once, has its error from the sending. One without TLS waits for the rest of what TLS begins with.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::{ConnectionAddr, ConnectionInfo, RedisError, RedisResult};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::store::redis::barrier::Barrier;

/// How long a server may take to say what keeps us out.
const PATIENCE: Duration = Duration::from_millis(250);

/// After how much silence a server is asked whether it speaks TLS at all: that is to be known before the time is up for a
/// connection.
const SILENCE: Duration = Duration::from_millis(250);

/// What TLS begins with, cut short. A server that speaks it answers with an alert, any other waits for the rest.
const HALF_A_HANDSHAKE: &[u8] = &[0x16, 3, 1, 0, 4, 1, 0, 0, 0];

/// What an alert begins with.
const ALERT: &[u8] = &[0x15, 3];

/// For how long it is not found out again: a server that is away is not called twice as often for it.
const VALID: Duration = Duration::from_secs(2);

/// Finds out what keeps us out, and remembers the last of it.
#[derive(Clone, Default)]
pub(super) struct BarrierFinder(Arc<Mutex<Option<LastLook>>>);

/// What was found at a server.
struct LastLook {
    at: ConnectionAddr,
    since: Instant,
    barrier: Option<Barrier>,
}

impl BarrierFinder {
    /// Waits for a connection that is being made; where there is none, says what the driver does not know.
    pub(super) async fn explained<T>(
        &self,
        server: &ConnectionInfo,
        connecting: impl Future<Output = RedisResult<T>>,
    ) -> RedisResult<T> {
        let mut connecting = pin!(connecting);
        let connected = match tokio::time::timeout(SILENCE, &mut connecting).await {
            Ok(connected) => connected,
            Err(_) if is_tls(server) => tokio::select! {
                connected = &mut connecting => connected,
                Some(barrier) = Box::pin(self.barrier(server, None)) => return Err(barrier.into_driver()),
            },
            Err(_) => connecting.await,
        };
        match connected {
            Err(error) if is_unexplained(&error) => match Box::pin(self.barrier(server, Some(PATIENCE))).await {
                Some(barrier) => Err(barrier.into_driver()),
                None => Err(error),
            },
            connected => connected,
        }
    }

    /// Within so much time, or for as long as it takes.
    async fn barrier(&self, server: &ConnectionInfo, patience: Option<Duration>) -> Option<Barrier> {
        let known = |last: &LastLook| last.at == *server.addr() && last.since.elapsed() < VALID;
        let last = |last: &LastLook| known(last).then(|| last.barrier.clone());
        if let Some(barrier) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(last) {
            return barrier;
        }
        let barrier = match patience {
            Some(patience) => tokio::time::timeout(patience, look(server)).await.ok().flatten(),
            None => look(server).await,
        };
        let finding = LastLook { at: server.addr().clone(), since: Instant::now(), barrier: barrier.clone() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(finding);
        barrier
    }
}

fn is_tls(server: &ConnectionInfo) -> bool {
    matches!(server.addr(), ConnectionAddr::TcpTls { .. })
}

/// Whether someone is there who did not go on, and nobody knows why.
fn is_unexplained(error: &RedisError) -> bool {
    (error.is_io_error() && !error.is_connection_refusal() && !error.is_timeout())
        || error.kind() == redis::ErrorKind::Parse
}

async fn look(server: &ConnectionInfo) -> Option<Barrier> {
    match server.addr() {
        ConnectionAddr::Tcp(host, port) => {
            let said = greeting(TcpStream::connect((&**host, *port)).await.ok()?, HALF_A_HANDSHAKE).await?;
            if said.starts_with(ALERT) { Some(Barrier::OnlyTls) } else { refusal(&said) }
        }
        ConnectionAddr::TcpTls { host, port, .. } => {
            let said = greeting(TcpStream::connect((&**host, *port)).await.ok()?, b"PING\r\n").await?;
            matches!(said.first(), Some(b'+' | b'-')).then_some(Barrier::WithoutTls)
        }
        #[cfg(unix)]
        ConnectionAddr::Unix(path) => {
            refusal(&greeting(tokio::net::UnixStream::connect(path).await.ok()?, HALF_A_HANDSHAKE).await?)
        }
        _ => None,
    }
}

/// What the other side says first.
async fn greeting(mut stream: impl AsyncRead + AsyncWrite + Unpin, said: &[u8]) -> Option<Vec<u8>> {
    // Who has hung up may have said why before.
    let _ = stream.write_all(said).await;
    let mut greeting = vec![0; 512];
    let length = stream.read(&mut greeting).await.ok()?;
    greeting.truncate(length);
    Some(greeting)
}

/// The first sentence, if it refuses: that of someone who was sent no password.
fn refusal(said: &[u8]) -> Option<Barrier> {
    let line = String::from_utf8_lossy(said.strip_prefix(b"-")?);
    let sentence = line.split(". ").flat_map(str::lines).next()?;
    Some(Barrier::Refuses(sentence.to_owned()))
}
