use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use redis::{Connection, cmd};
use support::Server;

/// Sees every command that clients send to a server; not what scripts do there.
pub(crate) struct Monitor {
    lines: BufReader<TcpStream>,
    raw: Connection,
}

impl Monitor {
    pub(crate) fn on(server: &Server) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        stream.set_read_timeout(Some(crate::PATIENCE)).unwrap();
        stream.write_all(b"MONITOR\r\n").unwrap();
        let mut monitor = Self { lines: BufReader::new(stream), raw: server.raw() };
        assert_eq!(monitor.line(), "+OK");
        monitor.commands();
        monitor
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The commands since the last call, each with its arguments in quotes. Those that put on record what namespaces hold,
    /// behind their first write, are left out.
    pub(crate) fn commands(&mut self) -> Vec<String> {
        const LAST: &str = "\"ECHO\" \"that is all\"";
        cmd("ECHO").arg("that is all").exec(&mut self.raw).unwrap();
        let mut commands = Vec::new();
        loop {
            // `+1339518087.877697 [0 127.0.0.1:60866] "HGET" "key" "field"`, or `[0 lua]` from a script.
            let line = self.line();
            let (head, command) = line.split_once("] ").unwrap();
            if command == LAST {
                return commands;
            }
            if !head.ends_with(" lua") && !command.contains("$objects\"") {
                commands.push(command.to_owned());
            }
        }
    }

    /// Their names only.
    pub(crate) fn names(&mut self) -> Vec<String> {
        let name = |command: String| command.split('"').nth(1).unwrap().to_owned();
        self.commands().into_iter().map(name).collect()
    }
}
