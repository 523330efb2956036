//! How each fault of the page is brought about.

use std::fs;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use redis::{Connection, cmd};
use support::{Direction, Proxy, Server, Strike};

use crate::eventually;

/// A server with one fault.
pub(super) struct Harm {
    fault: &'static str,
    pub(super) server: Server,
    raw: Connection,
    script: Option<JoinHandle<()>>,
}

impl Harm {
    pub(super) fn new(fault: &'static str) -> Self {
        let args: &[&str] = match fault {
            "a restart that keeps the data" => &["--appendonly", "yes", "--appendfsync", "always"],
            "`MISCONF`: data cannot be saved" => &["--save", "3600 1", "--dbfilename", "blocked"],
            "`BUSY` with a script" => &["--busy-reply-threshold", "1"],
            _ => &[],
        };
        let server = Server::options().args(args.iter().copied()).start();
        let raw = server.raw();
        Self { fault, server, raw, script: None }
    }

    /// What happens to the request of a call, one after another.
    pub(super) fn strikes(&self) -> Vec<Strike> {
        let loading = Strike::Instead(b"-LOADING Redis is loading the dataset in memory\r\n".to_vec());
        match self.fault {
            "reset before the server has the request" => vec![Strike::Before],
            "reset within the request" => vec![Strike::During],
            "reset in place of the reply" => vec![Strike::After],
            "reset within the reply" => vec![Strike::InReply],
            "reset again, on the fresh connection" => vec![Strike::After, Strike::After],
            "garbage in place of the reply" => vec![Strike::Reply(b"\0\xffsecret value\r\n".to_vec())],
            "half-open: the request vanishes" => vec![Strike::Vanish],
            "half-open: the reply vanishes" => vec![Strike::VanishAfter],
            "`LOADING` for a moment" => vec![loading; 3],
            "`LOADING` for longer" => vec![loading; 300],
            _ => Vec::new(),
        }
    }

    /// Whether the strikes are for what reconnects, in place of the wait itself.
    pub(super) fn is_about_calls(&self) -> bool {
        self.fault.starts_with("`LOADING`")
    }

    /// Whether it begins with a connection that is gone, and known to be.
    pub(super) fn cuts(&self) -> bool {
        ["nothing listens", "the connection was reset before the call"].contains(&self.fault)
            || self.fault.starts_with("`NOAUTH`")
    }

    /// Whether the server ends all connections.
    pub(super) fn restarts(&self) -> bool {
        self.fault.starts_with("a restart")
    }

    pub(super) fn strike_proxy(&self, proxy: &Proxy) {
        match self.fault {
            "nothing listens" => proxy.refuse(),
            "an answer later than the response timeout" => proxy.delay(Direction::Replies, Duration::from_secs(600)),
            "a slow answer" => proxy.delay(Direction::Both, Duration::from_millis(30)),
            _ => {}
        }
    }

    pub(super) fn strike_server(&mut self) {
        match self.fault {
            "`READONLY`: the server became a replica" => self.send("REPLICAOF 127.0.0.1 1"),
            "`OOM`, for calls that need memory" => self.send("CONFIG SET maxmemory 1"),
            "`NOAUTH`: the password was changed, the connection made anew" => self.send("CONFIG SET requirepass new"),
            "`NOSCRIPT`: the scripts were flushed" => self.send("SCRIPT FLUSH"),
            "`MISCONF`: data cannot be saved" => {
                let socket = self.server.socket();
                let folder = socket.parent().expect("the socket is in the server's folder");
                // A folder cannot be replaced by a file.
                fs::create_dir_all(folder.join("blocked/file")).expect("a folder can be made");
                self.send("BGSAVE");
                let failed = |info: String| info.contains("rdb_last_bgsave_status:err");
                eventually("a save that failed", || cmd("INFO").query(&mut self.raw).is_ok_and(failed));
            }
            "`BUSY` with a script" => {
                let mut raw = self.server.raw();
                self.script = Some(thread::spawn(move || {
                    let _: redis::RedisResult<()> = cmd("EVAL").arg("while true do end").arg(0).exec(&mut raw);
                }));
                eventually("a busy server", || {
                    cmd("PING").exec(&mut self.raw).is_err_and(|error| error.code() == Some("BUSY"))
                });
            }
            "a restart that keeps the data" | "a restart that loses the data" => self.server.restart(),
            _ => {}
        }
    }

    pub(super) fn heal(&mut self) {
        match self.fault {
            "`READONLY`: the server became a replica" => self.send("REPLICAOF NO ONE"),
            "`OOM`, for calls that need memory" => self.send("CONFIG SET maxmemory 0"),
            "`MISCONF`: data cannot be saved" => self.send("CONFIG SET stop-writes-on-bgsave-error no"),
            "`BUSY` with a script" => self.send("SCRIPT KILL"),
            "`NOAUTH`: the password was changed, the connection made anew" => {
                cmd("CONFIG").arg("SET").arg("requirepass").arg("").exec(&mut self.raw).expect("the server does it");
            }
            _ => {}
        }
        if let Some(script) = self.script.take() {
            script.join().expect("the script ends");
        }
    }

    fn send(&mut self, line: &str) {
        let mut command = redis::Cmd::new();
        command.arg(line.split(' ').collect::<Vec<_>>());
        command.exec(&mut self.raw).expect("the server does it");
    }
}
