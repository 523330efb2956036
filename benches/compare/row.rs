use std::fmt;

use bench_support::{Driven, Spread};
use serde::Serialize;

/// One pair at one load, against one driver.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) callers: usize,
    pub(crate) against: &'static str,
    /// Calls a second, and ours to theirs.
    pub(crate) ours: Spread,
    theirs: Spread,
    pub(crate) ratio: Spread,
    pub(crate) latency: Latency,
}

/// How long calls took, in microseconds.
#[derive(Debug, Serialize)]
pub(crate) struct Latency {
    our_median: Spread,
    their_median: Spread,
    /// What ours has more at the median.
    pub(crate) added: Spread,
    our_p99: Spread,
    their_p99: Spread,
    /// Ours to theirs.
    pub(crate) p99_ratio: Spread,
}

impl Row {
    /// Sums up the rounds of both sides, which belong together one by one.
    pub(crate) fn of(
        (name, callers, against): (&'static str, usize, &'static str),
        ours: &[Driven],
        theirs: &[Driven],
    ) -> Self {
        let each = |rounds: &[Driven], of: fn(&Driven) -> f64| Spread::of(rounds.iter().map(of));
        let both = |of: fn(&Driven, &Driven) -> f64| {
            Spread::of(ours.iter().zip(theirs).map(|(ours, theirs)| of(ours, theirs)))
        };
        Self {
            name,
            callers,
            against,
            ours: each(ours, |driven| driven.rate),
            theirs: each(theirs, |driven| driven.rate),
            ratio: both(|ours, theirs| ours.rate / theirs.rate),
            latency: Latency {
                our_median: each(ours, |driven| driven.median),
                their_median: each(theirs, |driven| driven.median),
                added: both(|ours, theirs| ours.median - theirs.median),
                our_p99: each(ours, |driven| driven.p99),
                their_p99: each(theirs, |driven| driven.p99),
                p99_ratio: both(|ours, theirs| ours.p99 / theirs.p99),
            },
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, callers, against, ours, theirs, ratio, latency } = self;
        let rate = |rate: &Spread| format!("{:.0}/s", rate.median);
        write!(f, "{name:<16} callers={callers:<4} ours={:<10} theirs={:<10} ", rate(ours), rate(theirs))?;
        write!(f, "ratio={:.2} (min {:.2}, max {:.2})  against={against:<6}  ", ratio.median, ratio.min, ratio.max)?;
        let micros = |ours: &Spread, theirs: &Spread| format!("{:.0}/{:.0}", ours.median, theirs.median);
        let medians = micros(&latency.our_median, &latency.their_median);
        let p99s = micros(&latency.our_p99, &latency.their_p99);
        write!(f, "median_us={medians:<13} p99_us={p99s:<13} p99_ratio={:.2}", latency.p99_ratio.median)
    }
}
