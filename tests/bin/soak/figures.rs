use std::fmt::{self, Write};
use std::time::Duration;

use crate::args::Options;
use crate::fault::Fault;
use crate::ledger::{Calls, Ledger};
use crate::trial::Counts;
use crate::worker::{CALLERS, PROCESSES};

/// What is printed in the end.
pub(crate) struct Figures {
    seed: u64,
    protocol: String,
    pub(crate) seconds: f64,
    pub(crate) faults: Counts,
    /// How long after a fault the next call took.
    pub(crate) recoveries: Vec<(Duration, Fault)>,
    pub(crate) writes_lost: u64,
    /// Items of the plain queue that never came, and how many of them no lost answer explains.
    pub(crate) items_gone: u64,
    pub(crate) items_lost: u64,
    pub(crate) tasks_lost: usize,
}

impl Figures {
    pub(crate) fn new(options: &Options) -> Self {
        let (seed, protocol) = (options.seed, options.protocol().to_owned());
        let (seconds, faults, recoveries, writes_lost, items_gone, items_lost, tasks_lost) = Default::default();
        Self { seed, protocol, seconds, faults, recoveries, writes_lost, items_gone, items_lost, tasks_lost }
    }

    pub(crate) fn table(&mut self, ledger: &Ledger) -> String {
        let mut table = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut table, ledger);
        table
    }

    fn write(&mut self, f: &mut String, ledger: &Ledger) -> fmt::Result {
        self.recoveries.sort_unstable();
        let Self {
            seed,
            ref protocol,
            seconds,
            ref faults,
            ref recoveries,
            writes_lost,
            items_gone,
            items_lost,
            tasks_lost,
        } = *self;
        let Ledger { calls, mail, tasks, violations, .. } = ledger;
        writeln!(
            f,
            "soak: {CALLERS} callers in {PROCESSES} processes, {seconds:.0} s, {protocol}; again with --seed {seed}\n"
        )?;
        row(f, "faults injected", faults.values().sum::<u64>(), &list(faults))?;
        let failed: u64 = calls.failures.values().sum();
        row(f, "calls made", calls.by_operation.values().map(|calls| calls.made).sum::<u64>(), "")?;
        row(f, "calls failed", failed, &list(&calls.failures))?;
        row(f, "acknowledged writes", ledger.acknowledged, "to fields and counters")?;
        row(f, "acknowledged writes lost", writes_lost, "")?;
        let taken = format!("{items_gone} more went with {} answers that were lost, as documented", mail.unanswered);
        row(f, "items lost", items_lost, &format!("of {} in the plain queue; {taken}", mail.posted.len()))?;
        row(f, "items doubled", mail.doubled, "")?;
        row(f, "tasks lost", tasks_lost, &format!("of {} in the task queue", tasks.assigned.len()))?;
        row(f, "tasks doubled", tasks.doubled, &format!("{} came again, as documented", tasks.redelivered()))?;
        let latest = calls.by_operation.iter().max_by_key(|(_, calls)| calls.late);
        let (name, late) = latest.map_or(("", 0), |(name, calls)| (name, calls.late));
        row(f, "longest over its timeout", milliseconds(late), name)?;
        let at = |share: usize| recoveries.get((recoveries.len().max(1) - 1) * share / 100);
        let told = |share| at(share).map_or_else(String::new, |(time, _)| format!("{time:.1?}"));
        let longest = at(100).map_or_else(String::new, |(_, fault)| format!("after {}", words(&format!("{fault:?}"))));
        row(f, "time to recover, median", told(50), "of the next call after a fault")?;
        row(f, "time to recover, max", told(100), &longest)?;
        by_operation(f, calls)?;
        writeln!(
            f,
            "\n{violations}{}",
            match violations.count {
                0 => "nothing was violated".to_owned(),
                count => format!("{count} violations"),
            }
        )
    }
}

fn row(f: &mut String, name: &str, figure: impl fmt::Display, remark: &str) -> fmt::Result {
    let line = format!("  {name:<26}{:>10}  {remark}", figure.to_string());
    writeln!(f, "{}", line.trim_end())
}

/// `ServerKilled` as `server killed`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.trim_matches('"').chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// What there was of each kind, most first.
fn list<K: fmt::Debug>(counts: &std::collections::BTreeMap<K, u64>) -> String {
    let mut counts: Vec<_> = counts.iter().map(|(kind, &count)| (count, format!("{kind:?}"))).collect();
    counts.sort_by_key(|&(count, _)| std::cmp::Reverse(count));
    let parts: Vec<String> = counts.iter().map(|(count, kind)| format!("{} {count}", words(kind))).collect();
    parts.join(", ")
}

fn by_operation(f: &mut String, calls: &Calls) -> fmt::Result {
    writeln!(f, "\n  {:<26}{:>10}{:>10}{:>14}", "operation", "made", "failed", "at most late")?;
    for (operation, calls) in &calls.by_operation {
        writeln!(f, "  {operation:<26}{:>10}{:>10}{:>14}", calls.made, calls.failed, milliseconds(calls.late))?;
    }
    Ok(())
}

fn milliseconds(micros: u64) -> String {
    format!("{:.1?}", Duration::from_micros(micros))
}
