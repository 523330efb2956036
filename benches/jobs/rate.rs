//! Jobs a second, from the start of the workers until the last job is handled.

use std::time::{Duration, Instant};

use bench_support::Target;

use crate::empty;
use crate::handled::Handled;
use crate::side::{Ahead, Apalis, BullMq, FinalizeAndGet, GetAndFinalize, Side, Tuned};
use crate::turn::{Turn, in_turn};

/// How often it is asked whether all jobs have ended, and how soon they have.
const ASKED: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_secs(10);

/// What is done in one round.
#[derive(Clone)]
struct Course {
    url: String,
    workers: usize,
    jobs: u64,
}

pub(crate) async fn measure(url: &str, workers: usize, quick: bool) {
    let (rounds, jobs) = if quick { (2, 1_500) } else { (5, 20_000) };
    println!("jobs a second, {workers} at once, {jobs} in all");
    let course = Course { url: url.to_owned(), workers, jobs };
    // Fewer, to warm up.
    in_turn(1, &sides(&Course { jobs: jobs / 10, ..course.clone() })).await;
    let rates = in_turn(rounds, &sides(&course)).await;
    for rates in &rates {
        rates.tell();
    }
    let [_, in_one_call, ahead, bullmq, _, tuned] = &rates[..] else { unreachable!("there are six") };
    let (to_bullmq, to_tuned) = if workers == 1 { (2.0, 1.2) } else { (4.0, 2.0) };
    in_one_call.compare(bullmq, &Target::at_least("`finalize_and_get` to BullMQ", to_bullmq));
    ahead.compare(tuned, &Target::at_least("100 held ahead to apalis, tuned", to_tuned));
}

fn sides(course: &Course) -> [Turn<Option<f64>>; 6] {
    [
        turn::<GetAndFinalize>(course),
        turn::<FinalizeAndGet>(course),
        turn::<Ahead>(course),
        turn::<BullMq>(course),
        turn::<Apalis>(course),
        turn::<Tuned>(course),
    ]
}

fn turn<S: Side>(course: &Course) -> Turn<Option<f64>> {
    let course = course.clone();
    Turn::new(S::NAME, move || drain::<S>(course.clone()))
}

async fn drain<S: Side>(Course { url, workers, jobs }: Course) -> Option<f64> {
    empty(&url);
    let mut side = S::connect(&url).await;
    side.put_ready(0..jobs).await;
    let handled = Handled::none_of(jobs);
    let start = Instant::now();
    let running = side.work(workers, &handled).await;
    let were_handled = handled.reaches(jobs).await;
    let took = start.elapsed();
    let have_ended = were_handled && have_ended(&side, jobs).await;
    side.stop(running).await;
    side.close().await;
    (have_ended && !handled.was_one_again()).then(|| jobs as f64 / took.as_secs_f64())
}

/// Whether what the store has of the jobs is that they are done; the last of them may be on their way.
async fn have_ended(side: &impl Side, jobs: u64) -> bool {
    let ended = async {
        while !side.has_ended(jobs).await {
            tokio::time::sleep(ASKED).await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.is_ok()
}
