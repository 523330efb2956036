use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use crate::model::{Counter, Register};
use crate::record::Record;

/// How many violations are told one by one.
const TOLD: usize = 20;

/// What all processes did, and what must be stored therefore.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) calls: Calls,
    pub(crate) registers: HashMap<u64, Register>,
    pub(crate) counters: BTreeMap<u64, Counter>,
    /// How many writes and additions were acknowledged.
    pub(crate) acknowledged: u64,
    pub(crate) mail: Mail,
    pub(crate) tasks: Tasks,
    pub(crate) violations: Violations,
    /// The processes that said so.
    pub(crate) ready: HashSet<u64>,
    pub(crate) ended: HashSet<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) by_operation: BTreeMap<String, Operation>,
    pub(crate) failures: BTreeMap<String, u64>,
}

/// The calls of one operation.
#[derive(Debug, Default)]
pub(crate) struct Operation {
    pub(crate) made: u64,
    pub(crate) failed: u64,
    /// The longest that one outlived its time, in microseconds.
    pub(crate) late: u64,
}

/// The plain queue, whose items are gone when the answer that brought them was lost.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// Whether each item is in for sure.
    pub(crate) posted: HashMap<u64, bool>,
    pub(crate) received: HashSet<u64>,
    /// Who asks, and in which process.
    asking: HashMap<u64, u64>,
    /// How many items may be gone with an answer.
    pub(crate) unanswered: u64,
    pub(crate) doubled: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Tasks {
    /// Whether each task is in for sure.
    pub(crate) assigned: HashMap<u64, bool>,
    /// The deliveries of each task whose work was done.
    pub(crate) done: HashMap<u64, HashSet<u32>>,
    /// Which delivery of a task was the last.
    pub(crate) finalized: HashMap<u64, u32>,
    pub(crate) doubled: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Violations {
    pub(crate) count: u64,
    told: Vec<String>,
}

impl Ledger {
    /// Takes a record of the process.
    pub(crate) fn enter(&mut self, process: u64, record: Record) {
        match record {
            Record::Ready => drop(self.ready.insert(process)),
            Record::Bye => drop(self.ended.insert(process)),
            Record::Call { operation, failure, late } => self.calls.count(operation, failure, late),
            Record::Write { field, value } => self.registers.entry(field).or_default().begin(value),
            Record::Wrote { field } => {
                self.registers.entry(field).or_default().settle();
                self.acknowledged += 1;
            }
            Record::Add { counter, amount } => self.counters.entry(counter).or_default().begin(amount),
            Record::Added { counter, amount } => {
                self.counters.entry(counter).or_default().settle(amount);
                self.acknowledged += 1;
            }
            Record::Violation(what) => self.violations.add(what),
            Record::Post { .. } | Record::Posted { .. } | Record::Ask { .. } => self.mail.enter(process, &record),
            Record::Answer { .. } | Record::NoAnswer { .. } => {
                if let Some(item) = self.mail.answer(&record) {
                    self.violations.add(format!("item {item} of the plain queue came twice"));
                }
            }
            Record::Assign { task } => drop(self.tasks.assigned.insert(task, false)),
            Record::Assigned { task } => drop(self.tasks.assigned.insert(task, true)),
            Record::Done { task, attempt } => {
                if let Some(what) = self.tasks.done(task, attempt) {
                    self.violations.add(what);
                }
            }
            Record::Finalized { task, attempt } => {
                if self.tasks.finalized.insert(task, attempt).is_some() {
                    self.tasks.doubled += 1;
                    self.violations.add(format!("task {task} was finalized twice"));
                }
            }
        }
    }

    /// The process is gone: nobody will hear the answers to what it asked.
    pub(crate) fn bury(&mut self, process: u64) {
        let before = self.mail.asking.len();
        self.mail.asking.retain(|_, &mut of| of != process);
        self.mail.unanswered += (before - self.mail.asking.len()) as u64;
    }
}

impl Calls {
    fn count(&mut self, operation: String, failure: Option<String>, late: u64) {
        let calls = self.by_operation.entry(operation).or_default();
        calls.made += 1;
        calls.late = calls.late.max(late);
        if let Some(kind) = failure {
            calls.failed += 1;
            *self.failures.entry(kind).or_default() += 1;
        }
    }
}

impl Mail {
    fn enter(&mut self, process: u64, record: &Record) {
        match *record {
            Record::Post { item } => drop(self.posted.insert(item, false)),
            Record::Posted { item } => drop(self.posted.insert(item, true)),
            Record::Ask { caller } => drop(self.asking.insert(caller, process)),
            _ => {}
        }
    }

    /// An item that came before.
    fn answer(&mut self, record: &Record) -> Option<u64> {
        match *record {
            Record::Answer { caller, item } => {
                self.asking.remove(&caller);
                self.receive(item?)
            }
            Record::NoAnswer { caller } => {
                self.asking.remove(&caller);
                self.unanswered += 1;
                None
            }
            _ => None,
        }
    }

    fn receive(&mut self, item: u64) -> Option<u64> {
        if self.received.insert(item) {
            return None;
        }
        self.doubled += 1;
        Some(item)
    }

    /// How many acknowledged items never came.
    pub(crate) fn missing(&self) -> u64 {
        self.posted.iter().filter(|&(item, &sure)| sure && !self.received.contains(item)).count() as u64
    }
}

impl Tasks {
    /// What is wrong with this delivery.
    fn done(&mut self, task: u64, attempt: u32) -> Option<String> {
        let first = self.done.entry(task).or_default().insert(attempt);
        let what = match self.finalized.get(&task) {
            _ if !first => format!("attempt {attempt} of task {task} was delivered twice"),
            // A record of an earlier delivery may come late from another process.
            Some(&last) if attempt > last => format!("task {task} was delivered after it was finalized"),
            _ => return None,
        };
        self.doubled += 1;
        Some(what)
    }

    /// The acknowledged tasks that were never done.
    pub(crate) fn missing(&self) -> Vec<u64> {
        self.assigned
            .iter()
            .filter(|&(task, &sure)| sure && !self.done.contains_key(task))
            .map(|(&task, _)| task)
            .collect()
    }

    /// How many deliveries there were beyond the first of each task.
    pub(crate) fn redelivered(&self) -> usize {
        self.done.values().map(|attempts| attempts.len() - 1).sum()
    }
}

impl Violations {
    pub(crate) fn add(&mut self, what: String) {
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push(what);
        }
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for what in &self.told {
            writeln!(f, "VIOLATION: {what}")?;
        }
        let more = self.count - self.told.len() as u64;
        if more > 0 { writeln!(f, "… and {more} more") } else { Ok(()) }
    }
}
