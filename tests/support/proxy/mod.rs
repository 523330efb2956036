mod fault;
mod frame;
mod pump;
mod state;
#[cfg(test)]
mod tests;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{oneshot, watch};

pub use fault::{Direction, Strike};
use fault::{Faults, Way, is_part_of_connecting};
use state::{Connection, PATIENCE, State};

use crate::{Server, free_port};

/// A proxy before a server, on a port of its own, that does to its connections what the network may do.
///
/// It runs on a thread of its own, so that a test may block, and pause its runtime's clock. Faults that last (`refuse`,
/// `swallow`, `hold`, `delay`, `throttle`) hold until [`heal`](Self::heal). While the server is away, connections are
/// taken and reset. It ends, with all its connections, when it is dropped. Bytes that are not Redis's protocol (TLS)
/// pass too; only strikes do not see them.
#[derive(Debug)]
pub struct Proxy {
    /// The server's URL, up to the port.
    url: String,
    port: u16,
    faults: watch::Sender<Faults>,
    state: Arc<State>,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Proxy {
    /// Starts a proxy before this server.
    ///
    /// # Panics
    ///
    /// When the system has no port or thread for it.
    pub fn before(server: &Server) -> Self {
        let mut proxy = Self::to(server.port());
        server.url().trim_end_matches(|end: char| end.is_ascii_digit()).clone_into(&mut proxy.url);
        proxy
    }

    /// Starts a proxy before whoever listens at this port of the loopback interface.
    ///
    /// # Panics
    ///
    /// When the system has no port or thread for it.
    pub fn to(server: u16) -> Self {
        let (faults, state) = (watch::Sender::default(), Arc::<State>::default());
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        let (port, socket) = loop {
            let port = free_port();
            // Another process may have taken it meanwhile.
            if let Ok(socket) = bind(port) {
                break (port, socket);
            }
        };
        let (stop, stopped) = oneshot::channel();
        let listening = listen(socket, server, faults.clone(), Arc::clone(&state));
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = listening => {}
                    _ = stopped => {}
                }
            });
        });
        state.wait("the proxy listens", |seen| seen.listening);
        Self { url: "redis://127.0.0.1:".to_owned(), port, faults, state, running: Some((stop, thread)) }
    }

    /// The server's URL, but at the proxy's port.
    pub fn url(&self) -> String {
        format!("{}{}", self.url, self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Resets all connections. New ones are taken.
    ///
    /// # Panics
    ///
    /// When that takes for ever.
    pub fn cut(&self) {
        self.state.cut(&self.faults.borrow());
    }

    /// Refuses new connections, as if nothing listened. Those that stand go on.
    ///
    /// # Panics
    ///
    /// When that takes for ever.
    pub fn refuse(&self) {
        self.faults.send_modify(|faults| faults.refuse = true);
        self.state.wait("the proxy refuses", |seen| !seen.listening);
    }

    /// Takes connections again after [`refuse`](Self::refuse).
    ///
    /// # Panics
    ///
    /// When that takes for ever.
    pub fn accept(&self) {
        self.faults.send_modify(|faults| faults.refuse = false);
        self.state.wait("the proxy listens", |seen| seen.listening);
    }

    /// Has all that is sent vanish without a trace, also on new connections. A connection on which something vanished
    /// stays dead for ever, as TCP has no holes: new ones work after [`heal`](Self::heal).
    pub fn swallow(&self, direction: Direction) {
        self.change(direction, |way| way.swallow = true);
    }

    /// Keeps back all that is sent, until it is healed.
    pub fn hold(&self, direction: Direction) {
        self.change(direction, |way| way.hold = true);
    }

    /// Has everything arrive this much later.
    pub fn delay(&self, direction: Direction, delay: Duration) {
        self.change(direction, |way| way.delay = delay);
    }

    /// Lets no more than this through, each way of each connection.
    pub fn throttle(&self, bytes_per_second: u32) {
        self.change(Direction::Both, |way| way.bytes_per_second = Some(bytes_per_second));
    }

    /// Aims `cut` and the faults that last at those connections only that sent a request of this name, such as
    /// `SUBSCRIBE` or `CLIENT TRACKING`, until it is healed.
    pub fn aim(&self, name: &str) {
        self.faults.send_modify(|faults| faults.aim = Some(name.to_owned()));
    }

    /// Does this to the next request of this name: `HGET`, `CLIENT SETNAME`, `HGET key`, or the empty string for any that
    /// is no part of connecting. Of several that are meant for one request, the oldest hits it.
    pub fn strike(&self, name: &str, strike: Strike) {
        self.state.seen().strikes.push((name.to_owned(), strike));
    }

    /// Has the next reply be no Redis protocol.
    pub fn corrupt_next_reply(&self) {
        self.strike("", Strike::Reply(b"\x00\xffgarbage\r\n".to_vec()));
    }

    /// Ends all faults, and what is still to strike. What was held back or delayed arrives.
    ///
    /// # Panics
    ///
    /// When that takes for ever.
    pub fn heal(&self) {
        self.state.seen().strikes.clear();
        self.faults.send_replace(Faults::default());
        self.state.wait("the proxy listens", |seen| seen.listening);
    }

    /// How many connections were taken.
    pub fn accepted(&self) -> u64 {
        self.state.seen().accepted
    }

    /// How many connections there are.
    pub fn open(&self) -> usize {
        self.state.seen().open.len()
    }

    /// How many requests wait for their reply.
    pub fn unanswered(&self) -> usize {
        self.state.seen().open.values().map(Connection::unanswered).sum()
    }

    /// How many strikes hit.
    pub fn struck(&self) -> u64 {
        self.state.seen().struck
    }

    /// How many requests of this command (one word, such as `EVALSHA`, or the empty string for all that are no part of
    /// connecting) came, whatever became of them.
    pub fn requests(&self, command: &str) -> u64 {
        let counts = &self.state.seen().requests;
        match command {
            "" => counts.iter().filter(|(command, _)| !is_part_of_connecting(command)).map(|(_, count)| count).sum(),
            _ => counts.get(&command.to_ascii_uppercase()).copied().unwrap_or_default(),
        }
    }

    fn change(&self, direction: Direction, change: impl Fn(&mut Way)) {
        self.faults.send_modify(|faults| faults.change(direction, change));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            let _ = stop.send(());
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the proxy panicked");
        }
    }
}

/// A socket that has a port, and refuses connections until it listens.
fn bind(port: u16) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    Ok(socket)
}

/// Takes a port again, also from a program that is just being started, and has the old socket for an instant.
async fn bind_again(port: u16) -> TcpSocket {
    let started = Instant::now();
    loop {
        match bind(port) {
            Ok(socket) => return socket,
            Err(error) => assert!(started.elapsed() < PATIENCE, "the port is not ours any more: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Takes connections, but while they are to be refused.
async fn listen(mut socket: TcpSocket, server: u16, faults: watch::Sender<Faults>, state: Arc<State>) {
    let mut changes = faults.subscribe();
    let port = socket.local_addr().expect("a bound socket has an address").port();
    loop {
        if changes.wait_for(|faults| !faults.refuse).await.is_err() {
            return;
        }
        let listener = socket.listen(1024).expect("a bound socket can listen");
        state.listens(true);
        tokio::select! {
            () = take(&listener, server, &faults, &state) => {}
            _ = changes.wait_for(|faults| faults.refuse) => {}
        }
        drop(listener);
        // Kept meanwhile, so that nobody else gets the port.
        socket = bind_again(port).await;
        state.listens(false);
    }
}

async fn take(listener: &TcpListener, server: u16, faults: &watch::Sender<Faults>, state: &Arc<State>) {
    loop {
        if let Ok((client, _)) = listener.accept().await {
            let connection = state.open();
            tokio::spawn(pump::serve(client, server, faults.subscribe(), connection));
        }
    }
}
