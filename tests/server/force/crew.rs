use std::fs::{self, File, OpenOptions};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Worker processes, each with a record that its successors go on with. Dropping it kills them.
pub(super) struct Crew {
    url: String,
    folder: TempDir,
    workers: Vec<Worker>,
}

struct Worker(Child);

impl Crew {
    pub(super) fn start(count: usize, url: String) -> Self {
        let folder = TempDir::with_prefix("rediscache-force-").expect("a folder can be made");
        let mut crew = Self { url, folder, workers: Vec::new() };
        for number in 0..count {
            File::create(crew.record(number)).expect("a record can be made");
            crew.workers.push(crew.launch(number));
        }
        crew
    }

    fn launch(&self, number: usize) -> Worker {
        let complaints = OpenOptions::new().append(true).create(true).open(self.complaints(number));
        let child = Command::new(env!("CARGO_BIN_EXE_force_worker"))
            .args([&self.url, super::NAMESPACE, &super::AT_ONCE.to_string()])
            .arg(self.record(number))
            .stdin(Stdio::piped())
            .stderr(complaints.expect("a file can be made"))
            .spawn();
        Worker(child.expect("the worker can be run"))
    }

    /// Kills a worker, as a crash would, and starts its successor.
    pub(super) fn kill(&mut self, number: usize) {
        self.check();
        self.workers[number].end();
        self.workers[number] = self.launch(number);
    }

    /// # Panics
    ///
    /// When a worker has ended by itself.
    pub(super) fn check(&mut self) {
        for number in 0..self.workers.len() {
            let ended = self.workers[number].0.try_wait().expect("a child can be waited for");
            assert!(ended.is_none(), "worker {number} ended by itself: {ended:?}\n{}", self.complaint(number));
        }
    }

    /// Where a worker and its successors record what they did.
    pub(super) fn record(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("record-{number}"))
    }

    fn complaints(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("complaints-{number}"))
    }

    /// The last lines that a worker and its predecessors wrote to their standard error.
    pub(super) fn complaint(&self, number: usize) -> String {
        let complaints = fs::read_to_string(self.complaints(number)).unwrap_or_default();
        let lines: Vec<&str> = complaints.lines().collect();
        format!("{} lines, at last\n{}", lines.len(), lines[lines.len().saturating_sub(10)..].join("\n"))
    }
}

impl Worker {
    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}
