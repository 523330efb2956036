//! What a server is seen to do: the commands that clients send, and those that scripts call.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use redis::{Connection, cmd};
use support::Server;

/// Watches from when it is made until [`end`](Self::end).
pub(super) struct Observed {
    lines: BufReader<TcpStream>,
    raw: Connection,
    /// The names of all commands, in lower case.
    pub(super) commands: BTreeSet<String>,
    /// What the scripts of task queues were asked to do.
    pub(super) of_tasks: BTreeSet<String>,
}

/// What nobody does but those who watch.
const LAST: &str = "that is all";

impl Observed {
    pub(super) fn on(server: &Server) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        stream.set_read_timeout(Some(crate::PATIENCE)).unwrap();
        stream.write_all(b"MONITOR\r\n").unwrap();
        let lines = BufReader::new(stream);
        let mut observed = Self { lines, raw: server.raw(), commands: BTreeSet::new(), of_tasks: BTreeSet::new() };
        observed.end();
        observed.commands.clear();
        observed
    }

    /// Sees all that was done until now.
    pub(super) fn end(&mut self) {
        cmd("ECHO").arg(LAST).exec(&mut self.raw).unwrap();
        loop {
            let mut line = String::new();
            self.lines.read_line(&mut line).unwrap();
            // `+1339518087.877697 [0 127.0.0.1:60866] "HGET" "key" "field"`, or `[0 lua]` from a script.
            let Some((_, command)) = line.split_once("] ") else { continue };
            if command.contains(LAST) {
                return;
            }
            let words: Vec<&str> = command.split('"').skip(1).step_by(2).collect();
            // What is put on record, and how connections begin, is no part of an operation.
            let is_aside = command.contains("$objects\"") || ["HELLO", "AUTH", "CLIENT"].contains(&words[0]);
            if !is_aside {
                self.commands.insert(words[0].to_lowercase());
                self.of_tasks.extend(words.get(4).map(|&word| word.to_owned()));
            }
        }
    }
}
