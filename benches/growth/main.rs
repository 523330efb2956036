//! What a call costs as a namespace grows and as values grow, with the same command through the `redis` crate beside it.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first error")]
#![expect(clippy::cast_precision_loss, reason = "counts are small")]

mod others;
mod plot;
mod point;
mod side;

use std::future::ready;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bench_support::{Effort, IS_TRIAL, Machine, Options, Server, Spread, drive};
use futures_util::StreamExt;
use others::Others;
use point::{At, Point};
use side::{Calling, Hand, Operation, Ours, Work};

const ENTRIES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];
const SIZES: [u64; 5] = [16, 256, 4 << 10, 64 << 10, 1 << 20];
const CALLERS: [usize; 2] = [1, 64];

/// The values of a namespace that grows.
const SMALL: u64 = SIZES[0];

/// The most entries with values that grow, and the most bytes of these.
const FEW: u64 = ENTRIES[0];
const MOST_BYTES: u64 = 64 << 20;

/// The most entries where it is only tried.
const MOST_TRIED: u64 = 10_000;

fn main() {
    let options = Options::read();
    let server = Server::start();
    let machine = Machine::with(&server);
    if !options.json {
        println!("{machine}");
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let measured = runtime.spawn(measure(server.url().to_owned(), options.quick, options.json));
    let mut points = runtime.block_on(measured).unwrap();
    let svg = options.svg.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("growth.svg"));
    plot::draw(&svg, &points, &machine.to_string()).unwrap();
    let measured = runtime.spawn(others(server.url().to_owned(), options.quick, options.json));
    points.extend(runtime.block_on(measured).unwrap());
    let namespace_bytes = others::memory_of_a_namespace(server.url(), options.quick);
    if options.json {
        let figures = serde_json::json!({ "machine": machine, "points": points, "namespace_bytes": namespace_bytes });
        println!("{figures:#}");
    } else {
        println!("a namespace that is used takes {namespace_bytes} bytes");
        println!("picture: {}", svg.display());
    }
}

async fn others(url: String, quick: bool, json: bool) -> Vec<Point> {
    let (rounds, time) = if quick { (3, Duration::from_millis(10)) } else { (7, Duration::from_millis(100)) };
    let mut points = Vec::new();
    let add = |point: Point| {
        if !json {
            println!("{point}");
        }
        points.push(point);
    };
    Others { url, quick, rounds, time }.measure(add).await;
    points
}

async fn measure(url: String, quick: bool, json: bool) -> Vec<Point> {
    let (rounds, time) = if quick { (3, Duration::from_millis(20)) } else { (7, Duration::from_millis(100)) };
    let (ours, hand) = (Ours::connect(&url).await, Hand::connect(&url).await);
    let mut growth = Growth { ours, hand, rounds, time, json, points: Vec::new() };
    for entries in ENTRIES.into_iter().filter(|&entries| !IS_TRIAL || entries <= MOST_TRIED) {
        growth.fill(entries, SMALL).await;
        growth.fill_counts(entries).await;
        for callers in CALLERS {
            let at = At { callers, entries, value_bytes: SMALL };
            growth.calls(&[Operation::Get, Operation::Set, Operation::Increment], at).await;
        }
        growth.all_entries(entries).await;
    }
    // The smallest values were measured with so many entries.
    for value_bytes in SIZES.into_iter().skip(1) {
        let entries = FEW.min(MOST_BYTES / value_bytes);
        growth.fill(entries, value_bytes).await;
        for callers in CALLERS {
            growth.calls(&[Operation::Get, Operation::Set], At { callers, entries, value_bytes }).await;
        }
    }
    growth.points
}

struct Growth {
    ours: Ours,
    hand: Hand,
    rounds: usize,
    /// Of one side in one round.
    time: Duration,
    json: bool,
    points: Vec<Point>,
}

impl Growth {
    async fn fill(&self, entries: u64, value_bytes: u64) {
        let names = &self.ours.names;
        names.clear().await.unwrap();
        let value = text(value_bytes);
        let chunk = ((1 << 20) / value_bytes).clamp(1, 10_000);
        for first in (0..entries).step_by(usize::try_from(chunk).unwrap()) {
            names.update((first..entries.min(first + chunk)).map(|key| (key, &*value))).await.unwrap();
        }
    }

    async fn fill_counts(&mut self, entries: u64) {
        for first in (0..entries).step_by(10_000) {
            let chunk = first..entries.min(first + 10_000);
            self.ours.counts.update(chunk.clone().map(|key| (key, 0))).await.unwrap();
            self.hand.zeros(chunk).await;
        }
    }

    /// Measures ours and the `redis` crate in turn. The first round only warms up.
    async fn calls(&mut self, operations: &[Operation], at: At) {
        let Effort { rounds, time } = Effort::of(self.rounds, self.time, at.callers);
        for &operation in operations {
            let work = Work { operation, entries: at.entries, value: text(at.value_bytes).into() };
            let (ours, hand) = (Calling(self.ours.clone(), work.clone()), Calling(self.hand.clone(), work));
            let mut costs = Vec::new();
            for _ in 0..=rounds {
                costs.push((
                    1e6 / drive(&ours, at.callers, time).await.rate,
                    1e6 / drive(&hand, at.callers, time).await.rate,
                ));
            }
            let ours = Spread::of(costs.iter().skip(1).map(|cost| cost.0));
            let hand = Spread::of(costs.iter().skip(1).map(|cost| cost.1));
            self.add(Point { operation: operation.name(), at, ours, hand: Some(hand) });
        }
    }

    /// What each entry costs where all are read.
    async fn all_entries(&mut self, entries: u64) {
        let each = |start: Instant| start.elapsed().as_secs_f64() * 1e6 / entries as f64;
        let [mut items, mut hand, mut scan] = [const { Vec::new() }; 3];
        for _ in 0..self.rounds {
            let start = Instant::now();
            assert_eq!(self.ours.names.items().await.unwrap().len() as u64, entries);
            items.push(each(start));
            let start = Instant::now();
            assert_eq!(self.hand.items().await.len() as u64, entries);
            hand.push(each(start));
            let start = Instant::now();
            assert!(self.ours.names.scan().all(|entry| ready(entry.is_ok())).await);
            scan.push(each(start));
        }
        let at = At { callers: 1, entries, value_bytes: SMALL };
        self.add(Point { operation: "items, each", at, ours: Spread::of(items), hand: Some(Spread::of(hand)) });
        self.add(Point { operation: "scan, each", at, ours: Spread::of(scan), hand: None });
    }

    fn add(&mut self, point: Point) {
        if !self.json {
            println!("{point}");
        }
        self.points.push(point);
    }
}

fn text(bytes: u64) -> String {
    "v".repeat(usize::try_from(bytes).unwrap())
}
