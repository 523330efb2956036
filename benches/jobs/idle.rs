//! A worker with nothing to do: how soon it has a job that is put then, and what part of a core it takes.

use std::time::Duration;

use bench_support::{Spread, Target, percentile};
use tokio::time::sleep;

use crate::empty;
use crate::handled::Handled;
use crate::side::{Apalis, BullMq, GetAndFinalize, Side, Tuned};
use crate::turn::{Turn, in_turn};

/// What is done in one round.
#[derive(Clone)]
struct Course {
    url: String,
    jobs: u64,
    /// How long its cost is measured.
    time: Duration,
    server: u32,
}

/// What came of it.
struct Idle {
    /// From before a job is put until its handler runs, in milliseconds.
    times: Vec<f64>,
    /// Of a core, in hundredths, by this process and the server; nothing where the system does not tell.
    cost: Option<f64>,
}

pub(crate) async fn measure(url: &str, server: u32, quick: bool) {
    let (rounds, jobs, time) = if quick { (1, 10, 300) } else { (5, 40, 1_000) };
    let course = Course { url: url.to_owned(), jobs, time: Duration::from_millis(time), server };
    println!("an idle worker: from put to handler, and what it takes of a core, the server's part included");
    if let Some(cost) = cost(&course).await {
        println!("  {:<36} {cost:>29.2} %", "none");
    }
    let sides =
        [turn::<GetAndFinalize>(&course), turn::<BullMq>(&course), turn::<Apalis>(&course), turn::<Tuned>(&course)];
    let idle = in_turn(rounds, &sides).await;
    for side in &idle {
        let mut times: Vec<f64> = side.figures.iter().flat_map(|round| round.times.iter().copied()).collect();
        let (median, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
        let costs: Vec<f64> = side.figures.iter().filter_map(|round| round.cost).collect();
        let cost = if costs.is_empty() { String::new() } else { format!("{:.2} %", Spread::of(costs).median) };
        println!("  {:<36} {median:>7.2} ms, p99 {p99:>6.2} ms {cost:>8}", side.name);
    }
    let medians = idle[0].figures.iter().map(|round| percentile(&mut round.times.clone(), 50));
    Target::at_most("from put to handler, in milliseconds", 0.5).tell(Spread::of(medians));
}

fn turn<S: Side>(course: &Course) -> Turn<Idle> {
    let course = course.clone();
    Turn::new(S::NAME, move || idle::<S>(course.clone()))
}

async fn idle<S: Side>(course: Course) -> Idle {
    empty(&course.url);
    let mut side = S::connect(&course.url).await;
    let handled = Handled::none_of(course.jobs);
    let running = side.work(1, &handled).await;
    let mut times = Vec::new();
    for job in 0..course.jobs {
        // Never the same, so that nobody who polls does so just then.
        sleep(Duration::from_millis(15 + job * 7 % 23)).await;
        let start = handled.now();
        side.put(job).await;
        assert!(handled.reaches(job + 1).await, "{} handles a job", S::NAME);
        times.push((handled.when(job) - start).as_secs_f64() * 1e3);
    }
    let cost = cost(&course).await;
    side.stop(running).await;
    side.close().await;
    Idle { times, cost }
}

async fn cost(course: &Course) -> Option<f64> {
    let both = || Some(on_cores(std::process::id())? + on_cores(course.server)?);
    let before = both()?;
    sleep(course.time).await;
    Some((both()? - before).as_secs_f64() / course.time.as_secs_f64() * 100.0)
}

/// How long the threads of a process have been running; Linux tells it in files.
fn on_cores(process: u32) -> Option<Duration> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let nanoseconds = |thread: std::io::Result<std::fs::DirEntry>| {
        let times = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        times.split(' ').next()?.parse::<u64>().ok()
    };
    Some(Duration::from_nanos(threads.filter_map(nanoseconds).sum()))
}
