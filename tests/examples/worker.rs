use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use support::Server;

use crate::program::{command, run};

/// How long a worker may say nothing; building it is counted in.
const PATIENCE: Duration = Duration::from_secs(120);

/// A worker that runs. Dropping it kills it.
struct Worker {
    child: Child,
    lines: Receiver<String>,
    /// The letters that it said it sent.
    sent: BTreeSet<u64>,
}

impl Worker {
    fn start(url: Option<&str>, args: &[&str]) -> Self {
        let mut child = command("worker", url, args).stderr(Stdio::inherit()).spawn().expect("cargo can be run");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (sender, lines) = channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines, sent: BTreeSet::new() }
    }

    /// Reads until it has sent so many letters.
    fn has_sent(&mut self, count: usize) {
        while self.sent.len() < count {
            let line = self.lines.recv_timeout(PATIENCE).expect("it goes on");
            self.read(&line);
        }
    }

    fn read(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("sent letter ") {
            let number = rest.split(' ').next().and_then(|number| number.parse().ok());
            self.sent.insert(number.unwrap_or_else(|| panic!("no number in `{line}`")));
        }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{name} was not sent");
    }

    /// Waits until it has ended; its exit status.
    fn end(&mut self) -> Option<i32> {
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.read(&line);
        }
        self.child.wait().expect("a child can be waited for").code()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Puts fifty letters in.
fn fill(server: &Server) {
    let filled = run("worker", Some(&server.url()), b"", &["put", "50"]);
    assert_eq!(filled.status, Some(0), "{}", filled.stderr);
    assert_eq!(filled.stdout, "put 50 letters in\n");
}

/// What it says about the letters there are: how many wait, are for later, are being sent, and could not be sent.
fn status(server: &Server) -> [usize; 4] {
    let status = run("worker", Some(&server.url()), b"", &["status"]);
    assert_eq!(status.status, Some(0), "{}", status.stderr);
    let numbers: Vec<usize> = status.stdout.split(' ').filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().unwrap_or_else(|_| panic!("not four numbers: {}", status.stdout))
}

/// All keys, but for the shapes of values and the record of objects.
fn keys(server: &Server) -> Vec<String> {
    let mut keys: Vec<String> = redis::cmd("KEYS").arg("*").query(&mut server.raw()).expect("the server answers");
    keys.retain(|key| !["$objects", "$shapes"].contains(&key.as_str()));
    keys
}

#[test]
fn worker_finishes_what_it_holds_on_ctrl_c_and_leaves_the_rest() {
    let server = Server::start();
    fill(&server);
    assert_eq!(status(&server), [50, 0, 0, 0]);

    let mut first = Worker::start(Some(&server.url()), &["run", "--at-once", "5"]);
    first.has_sent(25);
    first.signal("INT");
    assert_eq!(first.end(), Some(0));
    assert!((25..50).contains(&first.sent.len()), "{:?}", first.sent);
    assert_eq!(status(&server), [50 - first.sent.len(), 0, 0, 0]);

    let mut second = Worker::start(Some(&server.url()), &["run"]);
    second.has_sent(50 - first.sent.len());
    second.signal("INT");
    assert_eq!(second.end(), Some(0));
    assert!(first.sent.is_disjoint(&second.sent), "{:?} and {:?}", first.sent, second.sent);
    assert_eq!(&first.sent | &second.sent, (1..=50).collect());
    assert_eq!(keys(&server), [""; 0]);
}

#[test]
fn worker_that_is_killed_loses_nothing() {
    let server = Server::start();
    fill(&server);
    let mut first = Worker::start(Some(&server.url()), &["run"]);
    first.has_sent(25);
    // Amid the work on the next ones.
    thread::sleep(Duration::from_millis(50));
    first.signal("KILL");
    assert_eq!(first.end(), None);
    let [waiting, _, pending, _] = status(&server);
    assert!(waiting + pending >= 50 - first.sent.len(), "{waiting} wait, {pending} are pending");

    let mut second = Worker::start(Some(&server.url()), &["run"]);
    second.has_sent(waiting + pending);
    second.signal("INT");
    assert_eq!(second.end(), Some(0));
    assert_eq!(&first.sent | &second.sent, (1..=50).collect());
    assert_eq!(keys(&server), [""; 0]);
}

#[test]
fn worker_needs_no_server_to_be_tried() {
    let mut worker = Worker::start(None, &["put", "12", "run", "status"]);
    worker.has_sent(12);
    worker.signal("INT");
    assert_eq!(worker.end(), Some(0));
}

#[test]
fn worker_says_what_is_wrong_with_its_arguments() {
    for (args, message) in [
        (&["send"][..], "`send` is no command"),
        (&["put"], "a number is missing"),
        (&["run", "--at-once", "many"], "a number is missing"),
    ] {
        let run = run("worker", None, b"", args);
        assert_eq!(run.status, Some(1));
        assert!(run.stderr.contains(message), "`{message}` is missing from {}", run.stderr);
    }
    let help = run("worker", None, b"", &["--help"]);
    assert!(help.stdout.starts_with("usage: worker COMMAND...\n"), "{}", help.stdout);
}
