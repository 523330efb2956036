//! Jobs put a second, by many who put one after the other, and by one who puts all in one call.

use std::time::Instant;

use tokio::task::JoinSet;

use crate::empty;
use crate::side::{Apalis, BullMq, GetAndFinalize, Side};
use crate::turn::{Turn, in_turn};

const PRODUCERS: u64 = 16;

pub(crate) async fn measure(url: &str, quick: bool) {
    let (rounds, jobs) = if quick { (2, 1_500) } else { (5, 20_000) };
    for in_bulk in [false, true] {
        match in_bulk {
            false => println!("put a second, by {PRODUCERS} one by one, {jobs} in all"),
            true => println!("put a second, {jobs} in one call"),
        }
        let course = Course { url: url.to_owned(), jobs, in_bulk };
        // Fewer, to warm up.
        in_turn(1, &sides(&Course { jobs: jobs / 10, ..course.clone() })).await;
        for rates in in_turn(rounds, &sides(&course)).await {
            rates.tell();
        }
    }
}

/// What is done in one round.
#[derive(Clone)]
struct Course {
    url: String,
    jobs: u64,
    in_bulk: bool,
}

fn sides(course: &Course) -> [Turn<Option<f64>>; 3] {
    [turn::<GetAndFinalize>(course), turn::<BullMq>(course), turn::<Apalis>(course)]
}

fn turn<S: Side>(course: &Course) -> Turn<Option<f64>> {
    let course = course.clone();
    Turn::new(S::PUTS, move || put::<S>(course.clone()))
}

async fn put<S: Side>(Course { url, jobs, in_bulk }: Course) -> Option<f64> {
    empty(&url);
    let mut side = S::connect(&url).await;
    let start = Instant::now();
    if in_bulk {
        side.put_many(0..jobs).await;
    } else {
        put_singly(&side, jobs).await;
    }
    let took = start.elapsed();
    let all_wait = side.waiting().await == jobs;
    side.close().await;
    all_wait.then(|| jobs as f64 / took.as_secs_f64())
}

async fn put_singly(side: &impl Side, jobs: u64) {
    let producers = (0..PRODUCERS).map(|producer| {
        let mut side = side.clone();
        async move {
            for job in (0..jobs).filter(|job| job % PRODUCERS == producer) {
                side.put(job).await;
            }
        }
    });
    producers.collect::<JoinSet<()>>().join_all().await;
}
