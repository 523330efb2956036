use std::io;
use std::process::{Child, Command, Stdio};

/// A process that ends with this value, and with the process that started it, however that ends.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Reads its standard input, which nobody writes to, and kills the process when that ends: then this one is gone.
    watchdog: Option<Child>,
}

/// What signals its group of processes gets must not end it before its work is done.
const WATCHDOG: &str = r#"trap '' HUP INT TERM; read -r _; kill -s KILL "$1""#;

impl Process {
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let mut process = Self { child: command.spawn()?, watchdog: None };
        let mut watchdog = Command::new("sh");
        watchdog.args(["-c", WATCHDOG, "watchdog", &process.id().to_string()]);
        watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        process.watchdog = Some(watchdog.spawn()?);
        Ok(process)
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// Whether it was not ended by [`end`](Self::end).
    pub(super) fn is_watched(&self) -> bool {
        self.watchdog.is_some()
    }

    /// Kills it and waits until it is gone.
    pub(super) fn end(&mut self) {
        // First, while the process's number is its own.
        if let Some(mut watchdog) = self.watchdog.take() {
            let _ = watchdog.kill();
            let _ = watchdog.wait();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

#[test]
fn a_process_ends_when_nobody_holds_the_watchdog_any_more() {
    let mut process = Process::start(Command::new("sleep").arg("600")).expect("it can be started");
    assert!(!process.has_ended());
    // As the system does when this process ends.
    drop(process.watchdog.as_mut().and_then(|watchdog| watchdog.stdin.take()));
    super::eventually("the process ended", || process.has_ended());
}
