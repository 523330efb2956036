use std::io;

use redis::{Client, Connection, ConnectionAddr, IntoConnectionInfo};
use support::{Proxy, Server};

use crate::args::Options;
use crate::worker::PROCESSES;

/// The server, and a proxy before it for each process.
pub(crate) struct Stage {
    /// Ours, unless it was there before.
    pub(crate) server: Option<Server>,
    url: String,
    port: u16,
    protocol: String,
    pub(crate) proxies: Vec<Proxy>,
}

impl Stage {
    pub(crate) fn set(options: &Options) -> io::Result<Self> {
        let (server, url) = match &options.url {
            Some(url) => (None, url.clone()),
            None => {
                let server = start(options)?;
                let url = server.url();
                (Some(server), url)
            }
        };
        let port = port_of(&url).ok_or_else(|| io::Error::other("the URL is not `redis://127.0.0.1:PORT`"))?;
        let proxies = (0..PROCESSES).map(|_| Proxy::to(port)).collect();
        Ok(Self { server, url, port, protocol: options.protocol().to_owned(), proxies })
    }

    /// The server's own URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Its URLs over each of the proxies.
    pub(crate) fn urls(&self) -> Vec<String> {
        let over = |proxy: &Proxy| {
            let url = self.url.replacen(&format!(":{}", self.port), &format!(":{}", proxy.port()), 1);
            format!("{url}?protocol={}", self.protocol)
        };
        self.proxies.iter().map(over).collect()
    }

    /// A connection that sends any command.
    pub(crate) fn raw(&self) -> redis::RedisResult<Connection> {
        Client::open(&*self.url)?.get_connection()
    }
}

/// A server of which nothing that it acknowledged is lost when it is killed.
fn start(options: &Options) -> io::Result<Server> {
    let mut server = Server::options()
        .args(["--appendonly", "yes", "--appendfsync", "always"])
        // In ms, so that a script that runs for longer makes it refuse all others.
        .args(["--busy-reply-threshold", "50"]);
    if let Some(program) = &options.server {
        // A name alone is looked for on the PATH; a relative path is relative to where we were called.
        let is_path = program.components().count() > 1;
        server = server.program(if is_path { std::path::absolute(program)? } else { program.clone() });
    }
    Ok(server.start())
}

fn port_of(url: &str) -> Option<u16> {
    match url.into_connection_info().ok()?.addr() {
        ConnectionAddr::Tcp(host, port) if host == "127.0.0.1" => Some(*port),
        _ => None,
    }
}
