use std::fmt;

use serde::Serialize;

use crate::row::Row;

/// What the library set out to reach against the `redis` crate by hand, with 1, 16, 64, 256, 1,024 and 4,096 callers.
/// It is told, not judged: the machine may be busy.
const RATIOS: [(&str, [f64; 6]); 15] = [
    ("get", [0.97, 1.0, 2.0, 2.0, 2.5, 3.0]),
    ("set", [0.97, 1.0, 1.5, 1.8, 2.0, 2.0]),
    ("entry get", [0.97, 1.0, 2.0, 2.0, 2.5, 2.5]),
    ("entry set", [0.9, 1.0, 1.2, 1.2, 1.5, 1.5]),
    ("value get", [0.97, 1.0, 1.3, 1.6, 2.0, 2.0]),
    ("put", [0.97, 1.0, 1.5, 1.8, 2.0, 2.0]),
    ("increment", [0.9; 6]),
    ("increment (json)", [0.97, 1.0, 1.0, 1.0, 1.0, 1.0]),
    ("set contains", [0.97, 1.0, 1.3, 1.6, 2.0, 2.0]),
    ("set add", [0.97, 1.0, 1.3, 1.6, 2.0, 2.0]),
    ("ranking increment", [0.97, 1.0, 1.3, 1.6, 2.0, 2.0]),
    ("limit check", [1.0; 6]),
    ("get+finalize", [1.0; 6]),
    ("get_many(100)", [1.1; 6]),
    ("items(10000)", [1.05; 6]),
];
const MOST_P99_RATIO: f64 = 1.2;

#[derive(Debug, Serialize)]
pub(crate) struct Target {
    name: &'static str,
    callers: usize,
    what: &'static str,
    wanted: f64,
    /// Whether `wanted` is the least, and not the most.
    at_least: bool,
    reached: f64,
}

impl Target {
    /// Those that the row was measured for.
    pub(crate) fn of(row: &Row) -> Vec<Self> {
        let Some((name, ratios)) = RATIOS.iter().find(|(name, _)| *name == row.name && row.against == "redis") else {
            return Vec::new();
        };
        let target =
            |what, wanted, at_least, reached| Self { name, callers: row.callers, what, wanted, at_least, reached };
        let mut targets = Vec::new();
        // The loads are the powers of 4, without 4.
        let place = (row.callers.ilog2() / 2).saturating_sub(1) as usize;
        targets.push(target("ratio", ratios[place], true, row.ratio.median));
        targets.push(target("p99_ratio", MOST_P99_RATIO, false, row.latency.p99_ratio.median));
        if row.callers == 1 {
            // In microseconds; a script takes longer than the command beside it.
            let most_added = if *name == "increment" { 5.0 } else { 1.0 };
            targets.push(target("added_us", most_added, false, row.latency.added.median));
        }
        targets
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, callers, what, wanted, at_least, reached } = self;
        let (sign, is_reached) = if *at_least { ("≥", reached >= wanted) } else { ("≤", reached <= wanted) };
        let verdict = if is_reached { "reached" } else { "missed" };
        write!(f, "{name:<16} callers={callers:<4} {what:<9} {sign} {wanted:<4} {reached:>6.2} {verdict}")
    }
}
