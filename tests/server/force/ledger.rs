use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// What the workers recorded. See `tests/bin/force_worker.rs` for what that is.
pub(super) struct Ledger {
    records: Vec<Record>,
    /// The deliveries of each task whose work was done.
    done: BTreeMap<u64, BTreeSet<u32>>,
    finalized: BTreeSet<u64>,
}

struct Record {
    file: BufReader<File>,
    /// What is there of the next line.
    line: String,
}

impl Ledger {
    pub(super) fn of(records: impl IntoIterator<Item = PathBuf>) -> Self {
        let open = |path| BufReader::new(File::open(path).expect("a record can be opened"));
        let records = records.into_iter().map(|path| Record { file: open(path), line: String::new() }).collect();
        Self { records, done: BTreeMap::new(), finalized: BTreeSet::new() }
    }

    /// Reads what was recorded meanwhile.
    ///
    /// # Panics
    ///
    /// When two workers had the same delivery of a task, or both were told that they finalized it.
    pub(super) fn read(&mut self) {
        for Record { file, line } in &mut self.records {
            while file.read_line(line).expect("a record can be read") > 0 && line.ends_with('\n') {
                let words: Vec<&str> = line.split_whitespace().collect();
                match words[..] {
                    ["done", task, attempt] => {
                        let (task, attempt) = (number(task), number(attempt));
                        let first = self.done.entry(task).or_default().insert(attempt);
                        assert!(first, "attempt {attempt} of task {task} was made twice");
                    }
                    ["finalized", task] => {
                        assert!(self.finalized.insert(number(task)), "task {task} was finalized twice");
                    }
                    _ => panic!("no record: {line}"),
                }
                line.clear();
            }
        }
    }

    /// How many tasks were done at least once.
    pub(super) fn done(&self) -> u64 {
        self.done.len() as u64
    }

    /// How many tasks somebody knows to be finalized. Of those where the worker was killed before the answer came, nobody
    /// does; that they are gone from the server tells.
    pub(super) fn finalized(&self) -> u64 {
        self.finalized.len() as u64
    }

    /// How many deliveries there were beyond the first of each task, as the server counts.
    pub(super) fn redelivered(&self) -> u64 {
        self.done.values().filter_map(BTreeSet::last).map(|&attempt| u64::from(attempt) - 1).sum()
    }

    /// Some of the tasks below `count` that were never done.
    pub(super) fn missing(&self, count: u64) -> Vec<u64> {
        (0..count).filter(|task| !self.done.contains_key(task)).take(10).collect()
    }
}

fn number<N: std::str::FromStr>(word: &str) -> N {
    word.parse().unwrap_or_else(|_| panic!("no number: {word}"))
}
