use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::fault::{Direction, Faults, Strike, Way};
use super::frame;
use super::state::Opened;

/// How many requests or replies may wait to be passed on.
const BACKLOG: usize = 1024;

/// The connection is to be reset.
struct Reset;

impl From<std::io::Error> for Reset {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

/// What both ways of one connection share.
struct Shared {
    opened: Opened,
    faults: watch::Receiver<Faults>,
    /// Whether anything vanished, of requests and of replies.
    dead: [AtomicBool; 2],
}

/// Connects a client with the server at this port, until one of them ends it or it is cut.
pub(super) async fn serve(mut client: TcpStream, server: u16, faults: watch::Receiver<Faults>, opened: Opened) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", server)).await else {
        // In place of a refusal.
        let _ = client.set_zero_linger();
        drop(client);
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let shared = Shared { opened, faults, dead: Default::default() };
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let ended = tokio::select! {
        () = shared.opened.cut.notified() => Err(Reset),
        ended = async {
            tokio::try_join!(
                shared.pass(Direction::Requests, from_client, to_server),
                shared.pass(Direction::Replies, from_server, to_client),
            )
        } => ended.map(drop),
    };
    if ended.is_err() {
        let _ = (client.set_zero_linger(), server.set_zero_linger());
    }
    // Gone before anyone is told so.
    drop((client, server));
    drop(shared);
}

impl Shared {
    /// Passes on one way, to the end.
    async fn pass(&self, direction: Direction, from: ReadHalf<'_>, to: WriteHalf<'_>) -> Result<(), Reset> {
        let (frames, arrived) = mpsc::channel(BACKLOG);
        let read = async {
            match read(from, frames).await {
                // The end vanishes like the rest.
                Err(Reset) if direction == Direction::Replies && self.vanishes(direction) => Ok(()),
                ended => ended,
            }
        };
        tokio::try_join!(read, self.write(direction, arrived, to)).map(drop)
    }

    async fn write(
        &self,
        direction: Direction,
        mut arrived: mpsc::Receiver<(Instant, Frame)>,
        mut to: WriteHalf<'_>,
    ) -> Result<(), Reset> {
        while let Some((since, frame)) = arrived.recv().await {
            self.wait(direction, since).await;
            if self.vanishes(direction) {
                self.dies(&[direction]);
            }
            let struck = if direction == Direction::Requests { self.request(frame) } else { self.reply(frame) };
            let (bytes, resets) = struck?;
            if self.is_dead(direction) {
                continue;
            }
            write(&mut to, &bytes, self.way(direction).bytes_per_second).await?;
            if resets {
                return Err(Reset);
            }
        }
        self.wait(direction, Instant::now()).await;
        match direction {
            // The client is gone: nobody is left to see what vanishes.
            Direction::Requests if self.is_dead(Direction::Requests) || self.is_dead(Direction::Replies) => {
                return Err(Reset);
            }
            Direction::Replies if self.vanishes(direction) => std::future::pending().await,
            _ => {}
        }
        to.shutdown().await?;
        Ok(())
    }

    /// What holds of this connection now.
    fn way(&self, direction: Direction) -> Way {
        let faults = self.faults.borrow();
        match direction {
            _ if !self.opened.is_aimed_at(&faults) => Way::default(),
            Direction::Replies => faults.replies,
            _ => faults.requests,
        }
    }

    fn vanishes(&self, direction: Direction) -> bool {
        self.is_dead(direction) || self.way(direction).swallow
    }

    fn is_dead(&self, direction: Direction) -> bool {
        self.dead[usize::from(direction == Direction::Replies)].load(Ordering::Relaxed)
    }

    fn dies(&self, directions: &[Direction]) {
        for &direction in directions {
            self.dead[usize::from(direction == Direction::Replies)].store(true, Ordering::Relaxed);
        }
    }

    /// Waits until what came then is due.
    async fn wait(&self, direction: Direction, since: Instant) {
        let mut changes = self.faults.clone();
        loop {
            changes.mark_unchanged();
            let way = self.way(direction);
            let due = since + way.delay;
            if way.hold {
                if changes.changed().await.is_err() {
                    return;
                }
            } else if due <= Instant::now()
                || matches!(tokio::time::timeout_at(due, changes.changed()).await, Ok(Err(_)))
            {
                return;
            }
        }
    }

    /// What to send in place of a request, and whether that is the last.
    fn request(&self, frame: Frame) -> Result<(Vec<u8>, bool), Reset> {
        let Frame::Whole(request) = frame else { return Ok((frame.bytes(), false)) };
        match self.opened.asks(&frame::words(&request)) {
            Some(Strike::Before) => Err(Reset),
            Some(Strike::During) => Ok((half(request), true)),
            Some(Strike::Vanish) => {
                self.dies(&[Direction::Requests, Direction::Replies]);
                Ok((Vec::new(), false))
            }
            // Whose reply is then replaced, in its place among the others.
            Some(Strike::Instead(_)) => Ok((b"*1\r\n$4\r\nPING\r\n".to_vec(), false)),
            _ => Ok((request, false)),
        }
    }

    /// What to send in place of a reply, and whether that is the last.
    fn reply(&self, frame: Frame) -> Result<(Vec<u8>, bool), Reset> {
        let Frame::Whole(reply) = frame else { return Ok((frame.bytes(), false)) };
        if reply.starts_with(b">") {
            return Ok((reply, false));
        }
        match self.opened.answered() {
            Some(Strike::After) => Err(Reset),
            Some(Strike::InReply) => Ok((half(reply), true)),
            Some(Strike::VanishAfter) => {
                self.dies(&[Direction::Requests, Direction::Replies]);
                Ok((Vec::new(), false))
            }
            Some(Strike::Reply(other) | Strike::Instead(other)) => Ok((other, false)),
            _ => Ok((reply, false)),
        }
    }
}

/// What is passed on at once.
enum Frame {
    /// One request or reply.
    Whole(Vec<u8>),
    /// Of another protocol.
    Foreign(Vec<u8>),
}

impl Frame {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Whole(bytes) | Self::Foreign(bytes) => bytes,
        }
    }
}

/// Reads to the end, one frame after another.
async fn read(mut from: ReadHalf<'_>, frames: mpsc::Sender<(Instant, Frame)>) -> Result<(), Reset> {
    let (mut bytes, mut foreign) = (Vec::new(), false);
    while from.read_buf(&mut bytes).await? > 0 {
        let since = Instant::now();
        let mut sent = 0;
        while !foreign {
            match frame::length(&bytes[sent..]) {
                Ok(Some(length)) => {
                    let whole = bytes[sent..sent + length].to_vec();
                    sent += length;
                    frames.send((since, Frame::Whole(whole))).await.map_err(|_| Reset)?;
                }
                Ok(None) => break,
                Err(frame::Foreign) => foreign = true,
            }
        }
        bytes.drain(..sent);
        if foreign && !bytes.is_empty() {
            frames.send((since, Frame::Foreign(std::mem::take(&mut bytes)))).await.map_err(|_| Reset)?;
        }
    }
    Ok(())
}

async fn write(to: &mut WriteHalf<'_>, bytes: &[u8], bytes_per_second: Option<u32>) -> Result<(), Reset> {
    let Some(rate) = bytes_per_second.map(|rate| rate.max(1)) else {
        to.write_all(bytes).await?;
        return Ok(());
    };
    // Twenty pieces a second.
    for piece in bytes.chunks(usize::try_from(rate / 20).unwrap_or(usize::MAX).max(1)) {
        to.write_all(piece).await?;
        tokio::time::sleep(Duration::from_secs(1).mul_f64(piece.len() as f64 / f64::from(rate))).await;
    }
    Ok(())
}

fn half(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() / 2);
    bytes
}
