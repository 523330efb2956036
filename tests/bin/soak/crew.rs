use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::args::Job;
use crate::ledger::Ledger;
use crate::record::Record;

/// How long a process may take to end when all its callers are free to.
const PATIENCE: Duration = Duration::from_secs(30);

/// The processes. Dropping it kills them.
pub(crate) struct Crew {
    program: PathBuf,
    namespace: String,
    seed: u64,
    /// How each of them reaches the server.
    urls: Vec<String>,
    processes: Vec<Process>,
    /// How many were started.
    started: u64,
    ledger: Arc<Mutex<Ledger>>,
}

struct Process {
    incarnation: u64,
    child: Child,
    /// Takes what it tells.
    reader: Option<JoinHandle<()>>,
}

impl Crew {
    pub(crate) fn start(namespace: &str, seed: u64, urls: Vec<String>) -> io::Result<Self> {
        let (program, namespace, ledger) = (std::env::current_exe()?, namespace.to_owned(), Arc::default());
        let mut crew = Self { program, namespace, seed, urls, processes: Vec::new(), started: 0, ledger };
        for place in 0..crew.urls.len() {
            let process = crew.launch(place)?;
            crew.processes.push(process);
        }
        Ok(crew)
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn launch(&mut self, place: usize) -> io::Result<Process> {
        let (incarnation, url, namespace) = (self.started, self.urls[place].clone(), self.namespace.clone());
        let job = Job { url, namespace, seed: self.seed, incarnation, place: place as u64 };
        self.started += 1;
        let mut command = Command::new(&self.program);
        let mut child = command.args(job.arguments()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let told = child.stdout.take();
        let ledger = Arc::clone(&self.ledger);
        let reader = thread::spawn(move || {
            for line in told.into_iter().flat_map(|told| BufReader::new(told).lines()) {
                let record = line.ok().and_then(|line| serde_json::from_str(&line).ok());
                let record = record.unwrap_or_else(|| Record::Violation("a process told what is no record".to_owned()));
                ledger.lock().unwrap_or_else(PoisonError::into_inner).enter(incarnation, record);
            }
        });
        Ok(Process { incarnation, child, reader: Some(reader) })
    }

    /// Kills a process, as a crash would, and starts its successor.
    pub(crate) fn kill(&mut self, place: usize) -> io::Result<()> {
        self.check();
        self.processes[place].end();
        let incarnation = self.processes[place].incarnation;
        self.ledger().bury(incarnation);
        self.processes[place] = self.launch(place)?;
        Ok(())
    }

    /// Sees that nobody ended unasked.
    pub(crate) fn check(&mut self) {
        for at in 0..self.processes.len() {
            let Process { incarnation, child, .. } = &mut self.processes[at];
            let incarnation = *incarnation;
            if let Ok(Some(status)) = child.try_wait() {
                self.ledger().violations.add(format!("process {incarnation} ended by itself: {status}"));
            }
        }
    }

    /// Whether all that run have connected.
    pub(crate) fn is_ready(&self) -> bool {
        let ledger = self.ledger();
        self.processes.iter().all(|process| ledger.ready.contains(&process.incarnation))
    }

    /// Lets all come to their end.
    pub(crate) fn stop(&mut self) {
        for process in &mut self.processes {
            if let Some(input) = &mut process.child.stdin {
                let _ = input.write_all(b"stop\n");
            }
        }
        let started = Instant::now();
        let is_running = |process: &mut Process| matches!(process.child.try_wait(), Ok(None));
        while self.processes.iter_mut().any(is_running) && started.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(5));
        }
        for at in 0..self.processes.len() {
            self.processes[at].end();
            let incarnation = self.processes[at].incarnation;
            let mut ledger = self.ledger();
            ledger.bury(incarnation);
            if !ledger.ended.contains(&incarnation) {
                ledger.violations.add(format!("process {incarnation} did not come to its end within {PATIENCE:?}"));
            }
        }
    }
}

impl Process {
    /// Ends it, and hears all that it told.
    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
