use crate::Spread;

/// What was reached, beside what the library set out to reach. It is told, not judged.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    name: &'static str,
    sign: char,
    wanted: f64,
}

impl Target {
    /// Reached where the median is at least as large.
    #[must_use]
    pub const fn at_least(name: &'static str, wanted: f64) -> Self {
        Self { name, sign: '≥', wanted }
    }

    /// Reached where the median is no larger.
    #[must_use]
    pub const fn at_most(name: &'static str, wanted: f64) -> Self {
        Self { name, sign: '≤', wanted }
    }

    /// Prints what was reached.
    pub fn tell(&self, reached: Spread) {
        let Self { name, sign, wanted } = self;
        let Spread { median, min, max } = reached;
        let is_reached = if *sign == '≥' { median >= *wanted } else { median <= *wanted };
        let verdict = if is_reached { "reached" } else { "missed" };
        println!("{name:<40} {median:>8.2} ({min:.2}–{max:.2}) target {sign} {wanted} {verdict}");
    }
}
