//! Processes that ask for one key at once, and some that die over it.

use std::time::{Duration, Instant};

use rediscache::{RedisSession, RedisTtlCache};
use support::Random;

use crate::args::{Job, Options};
use crate::child::{KEY, TTL};
use crate::process::Process;
use crate::stage::Stage;

/// How long a lease is where processes die, and what is beyond it.
const LEASE: Duration = Duration::from_millis(500);
const GRACE: Duration = Duration::from_secs(1);

const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn cold(stage: &Stage, options: &Options) -> Result<String, String> {
    let mut delays = Vec::new();
    for round in 0..options.rounds.div_ceil(1000) {
        let namespace = format!("cold.{}.{round}", options.shared.seed);
        let job = Job { url: stage.url(), namespace, callers: options.callers, load: 300, lease: 10_000 };
        let mut processes = start(&job, options.processes)?;
        for process in &mut processes {
            process.go()?;
        }
        let lines: Vec<Vec<String>> = processes.iter().map(Process::rest).collect();
        let all = || lines.iter().flatten();
        let micros = |line: &str| line.split(' ').nth(1).and_then(|word| word.parse::<u64>().ok()).unwrap_or_default();
        let loads = all().filter(|line| *line == "began").count();
        let answered: Vec<u64> = all().filter(|line| line.starts_with("answered")).map(|line| micros(line)).collect();
        let ended = all().filter(|line| line.starts_with("ended")).map(|line| micros(line)).max().unwrap_or_default();
        if loads != 1 || answered.len() != options.processes {
            return Err(format!(
                "{loads} loads, and {} of {} processes had answers",
                answered.len(),
                options.processes
            ));
        }
        delays.push(answered.into_iter().max().unwrap_or_default().saturating_sub(ended));
    }
    let callers = options.processes * options.callers;
    Ok(format!("1 load for {callers} callers each time; the last had its answer so many µs after it ended: {delays:?}"))
}

pub(crate) async fn killed(stage: &Stage, options: &Options) -> Result<String, String> {
    let mut random = Random::from_seed(options.shared.seed);
    let session = stage.connect().await?;
    let (mut longest, mut stopped) = (Duration::ZERO, 0);
    let rounds = options.rounds.div_ceil(100);
    for round in 0..rounds {
        let namespace = format!("killed.{}.{round}", options.shared.seed);
        let lease = u64::try_from(LEASE.as_millis()).unwrap_or_default();
        let job = Job { url: stage.url(), namespace, callers: 4, load: 40, lease };
        let mut processes = start(&job, 2)?;
        let [first, second] = &mut processes[..] else { return Err("there are two".to_owned()) };
        first.go()?;
        // From before its first call to after its last.
        tokio::time::sleep(Duration::from_millis(random.within(0..60))).await;
        let stops = round % 2 == 1;
        first.signal(if stops { "STOP" } else { "KILL" })?;
        let began = Instant::now();
        second.go()?;
        let answer = second.says("answered", PATIENCE)?;
        longest = longest.max(began.elapsed());
        if began.elapsed() > LEASE + GRACE {
            return Err(format!("round {round}: a caller waited for {:?}", began.elapsed()));
        }
        if stops {
            stopped += u64::from(woken_stores_nothing(&session, &job, first, second, &answer).await?);
        }
    }
    Ok(format!(
        "{rounds} processes died or stood still; nobody waited for longer than {longest:?} over a lease of {LEASE:?}, and {stopped} \
         that woke up after another had loaded stored nothing"
    ))
}

/// Lets a process go on whose lease is over; whether another had loaded meanwhile.
async fn woken_stores_nothing(
    session: &RedisSession,
    job: &Job,
    first: &Process,
    second: &Process,
    answer: &str,
) -> Result<bool, String> {
    tokio::time::sleep(LEASE).await;
    first.signal("CONT")?;
    let _ = first.says("answered", PATIENCE);
    let loaded = answer.contains(&format!("[{}]", second.id()));
    let cache = RedisTtlCache::<u64, u32>::with_namespace(job.namespace.clone(), TTL).on(session);
    let stored = cache.get(KEY).await.map_err(|error| error.to_string())?;
    match stored {
        Some(by) if loaded && by != second.id() => Err("what a process brought that woke up was stored".to_owned()),
        Some(_) => Ok(loaded),
        None => Err("nothing is stored".to_owned()),
    }
}

fn start(job: &Job, count: usize) -> Result<Vec<Process>, String> {
    (0..count).map(|_| Process::start(job)).collect()
}
