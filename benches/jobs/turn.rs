//! Sides that are measured in turn, and what came of it.

use std::future::Future;
use std::pin::Pin;

use bench_support::{Spread, Target};

/// A side, and one round of it.
pub(crate) struct Turn<T> {
    name: &'static str,
    round: Box<dyn Fn() -> Pin<Box<dyn Future<Output = T> + Send>> + Send + Sync>,
}

impl<T> Turn<T> {
    pub(crate) fn new<F>(name: &'static str, round: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = T> + Send + 'static,
    {
        Self { name, round: Box::new(move || Box::pin(round())) }
    }
}

/// What came of the rounds of one side.
pub(crate) struct Rounds<T> {
    pub(crate) name: &'static str,
    pub(crate) figures: Vec<T>,
}

/// So many rounds, in each of which all sides have their turn, each first as often as the others.
pub(crate) async fn in_turn<T>(rounds: usize, sides: &[Turn<T>]) -> Vec<Rounds<T>> {
    let mut all: Vec<_> = sides.iter().map(|side| Rounds { name: side.name, figures: Vec::new() }).collect();
    for round in 0..rounds {
        for place in 0..sides.len() {
            let side = (round + place) % sides.len();
            all[side].figures.push((sides[side].round)().await);
        }
    }
    all
}

/// The jobs a second of each round; none where not all were done, or one was done twice.
pub(crate) type Rates = Rounds<Option<f64>>;

impl Rates {
    pub(crate) fn tell(&self) {
        let figures: Vec<f64> = self.figures.iter().copied().flatten().collect();
        let without = self.figures.len() - figures.len();
        if without > 0 {
            println!("  {:<36} {without} rounds are no figures: jobs are missing, or were done twice", self.name);
        }
        if !figures.is_empty() {
            let Spread { median, min, max } = Spread::of(figures);
            println!("  {:<36} {median:>9.0} ({min:.0}–{max:.0})", self.name);
        }
    }

    /// How many times as many as others have, beside what is wanted of it.
    pub(crate) fn compare(&self, others: &Self, target: &Target) {
        let rounds = self.figures.iter().zip(&others.figures);
        let ratios: Vec<f64> = rounds.filter_map(|(ours, theirs)| Some((*ours)? / (*theirs)?)).collect();
        if !ratios.is_empty() {
            target.tell(Spread::of(ratios));
        }
    }
}
