use serde::Serialize;

/// A figure over the rounds of one run.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    /// Half of the rounds had less.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
}

impl Spread {
    /// Sums up the figures of the rounds.
    ///
    /// # Panics
    ///
    /// When there are none.
    #[must_use]
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        let median = percentile(&mut figures, 50);
        Self { median, min: figures[0], max: figures[figures.len() - 1] }
    }
}

/// The figure that this share of all figures, in percent, does not exceed. Sorts them.
///
/// # Panics
///
/// When there are none.
#[must_use]
pub fn percentile(figures: &mut [f64], percent: usize) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures[(figures.len() - 1) * percent / 100]
}
