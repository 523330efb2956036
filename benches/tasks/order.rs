//! Tasks that end in the order in which they were taken, beside the other way round: the server looks for each in a list. By
//! the time that it says it took.

use bench_support::{Spread, Target};
use futures_util::future::join_all;
use rediscache::{RedisSession, RedisTask, RedisTaskQueue};

use crate::{microseconds, reset};

/// How many are held.
const HELD: u32 = 20_000;

pub(crate) async fn measure(url: &str, rounds: usize) {
    let session = RedisSession::connect(url).await.unwrap();
    let tasks: RedisTaskQueue<u64> = RedisTaskQueue::new("held").on(&session);
    let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
    let (mut ratios, mut times) = (Vec::new(), [Vec::new(), Vec::new()]);
    for round in 0..rounds {
        let mut took = [0.0; 2];
        // In every other round the other way round.
        for newest_first in [round % 2, (round + 1) % 2] {
            let held = hold(&tasks, newest_first == 1).await;
            reset(&mut connection);
            for task in held {
                task.finalize().await.unwrap();
            }
            took[newest_first] = microseconds(&mut connection, "evalsha") / f64::from(HELD);
            times[newest_first].push(took[newest_first]);
        }
        let [oldest, newest] = took;
        ratios.push(newest / oldest);
    }
    Target::at_most("20,000 tasks, newest first to oldest", 1.2).tell(Spread::of(ratios));
    let [oldest, newest] = times.map(|times| Spread::of(times).min);
    println!("  {oldest:.2} µs a task at the least, {newest:.2} newest first: {:.3}", newest / oldest);
    session.close().await.unwrap();
}

/// As many tasks as are held, in the order in which they are to end.
async fn hold(tasks: &RedisTaskQueue<u64>, newest_first: bool) -> Vec<RedisTask<u64>> {
    tasks.put_many(0..u64::from(HELD)).await.unwrap();
    let mut held: Vec<RedisTask<u64>> = Vec::new();
    while held.len() < HELD as usize {
        let more = join_all((0..256).map(|_| tasks.try_get())).await;
        held.extend(more.into_iter().filter_map(|task| task.unwrap()));
    }
    if newest_first {
        held.reverse();
    }
    held
}
