//! The library beside the `redis` crate, `fred` and `rustis` by hand, in turn within one run.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first error")]

mod check;
mod markdown;
mod pair;
mod row;
mod side;
mod sides;
mod target;

use std::time::Duration;

use bench_support::{Effort, IS_TRIAL, Machine, Options, Server};
use pair::Pair;
use row::Row;
use side::{Ours, Redis, Side};
use sides::Sides;
use target::Target;

/// The most callers where it is only tried whether everything runs.
const MOST_TRIED: usize = 64;

fn main() {
    let options = Options::read();
    let server = Server::start();
    let machine = Machine::with(&server);
    if !options.json {
        println!("{machine}\n");
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // In a task, as calls are made in programs.
    let measured = match options.control {
        false => runtime.spawn(compare::<Ours>(options.clone(), server.url().to_owned())),
        true => runtime.spawn(compare::<Redis>(options.clone(), server.url().to_owned())),
    };
    let rows = runtime.block_on(measured).unwrap();
    let targets: Vec<Target> = rows.iter().flat_map(Target::of).collect();
    if options.json {
        println!("{:#}", serde_json::json!({ "machine": machine, "rows": rows, "targets": targets }));
    } else if options.markdown {
        print!("{}", markdown::report(&rows, &targets));
    } else {
        println!("\nTargets, against redis by hand:");
        targets.iter().for_each(|target| println!("{target}"));
    }
}

/// Measures `S` beside the drivers, and prints each row as soon as it is there.
async fn compare<S: Side>(options: Options, url: String) -> Vec<Row> {
    let (rounds, time) = if options.quick { (5, Duration::from_millis(32)) } else { (11, Duration::from_millis(100)) };
    let sides = Sides::<S>::connect(&url).await;
    check::all(&sides, &url).await;
    let mut rows = Vec::new();
    for pair in Pair::ALL.into_iter().filter(|pair| options.wants(pair.name())) {
        for &callers in pair.loads().iter().filter(|&&callers| !IS_TRIAL || callers <= MOST_TRIED) {
            let [ours, redis, fred, rustis] = sides.rounds(pair, callers, Effort::of(rounds, time, callers)).await;
            for (against, theirs) in [("redis", redis), ("fred", fred), ("rustis", rustis)] {
                let row = Row::of((pair.name(), callers, against), &ours, &theirs);
                if options.is_for_people() {
                    println!("{row}");
                }
                rows.push(row);
            }
        }
    }
    rows
}
