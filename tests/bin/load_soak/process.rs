use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::args::Job;

/// A process that loads. Dropping it ends it.
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    pub(crate) fn start(job: &Job) -> Result<Self, String> {
        let Job { url, namespace, callers, load, lease } = job;
        let numbers = [callers.to_string(), load.to_string(), lease.to_string()];
        let mut command = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
        command.args(["child", url, namespace]).args(numbers).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let (says, lines) = channel();
        let output = child.stdout.take();
        thread::spawn(move || {
            for line in output.into_iter().flat_map(|output| BufReader::new(output).lines()).map_while(Result::ok) {
                if says.send(line).is_err() {
                    return;
                }
            }
        });
        let process = Self { child, lines };
        process.says("ready", Duration::from_secs(30))?;
        Ok(process)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Has it ask.
    pub(crate) fn go(&mut self) -> Result<(), String> {
        let input = self.child.stdin.as_mut().ok_or("it has no input")?;
        input.write_all(b"go\n").map_err(|error| error.to_string())
    }

    /// Waits for a line that begins with this word; the rest of it.
    pub(crate) fn says(&self, word: &str, within: Duration) -> Result<String, String> {
        let until = Instant::now() + within;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let line =
                self.lines.recv_timeout(left).map_err(|_| format!("no process said `{word}` within {within:?}"))?;
            if let Some(rest) = line.strip_prefix(word) {
                return Ok(rest.trim().to_owned());
            }
        }
    }

    /// All that it still says.
    pub(crate) fn rest(&self) -> Vec<String> {
        self.lines.iter().collect()
    }

    /// Sends it a signal, by its name.
    pub(crate) fn signal(&self, name: &str) -> Result<(), String> {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        sent.map(drop).map_err(|error| error.to_string())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
