use std::fmt;
use std::future::poll_fn;
use std::io::{self, Write as _};
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Either, MaybeDone, join_all, maybe_done, select};
use rediscache::RedisSession;
use support::Random;

use super::caller::{Caller, Clock, Histories, Shape};
use super::check::{Event, NEVER, check};
use super::mischief::Mischief;
use super::register::{Call, Registers, with};

/// Makes all choices the same again; which call comes first on the server is another matter.
const SEED: &str = "REDISCACHE_LINEARIZABLE_SEED";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schedule {
    /// Each caller is a task of the runtime.
    Threads,
    /// All callers are in one task, which polls some of them each time, in an order that it draws.
    AnyOrder,
}

/// Trials on these sessions, and what became of them.
pub(super) struct Trials {
    sessions: Vec<RedisSession>,
    schedule: Schedule,
    mischief: Option<Mischief>,
    random: Random,
    seed: u64,
    trials: u64,
    calls: usize,
    unknown: usize,
    troubles: usize,
    /// The most that one history took to decide.
    configurations: usize,
}

impl Trials {
    pub(super) fn on(sessions: Vec<RedisSession>, schedule: Schedule) -> Self {
        let (random, seed) = Random::seeded_by(SEED);
        let (mischief, trials, calls, unknown, troubles, configurations) = Default::default();
        Self { sessions, schedule, mischief, random, seed, trials, calls, unknown, troubles, configurations }
    }

    /// Does this at random times.
    pub(super) fn amid(mut self, mischief: Mischief) -> Self {
        self.mischief = Some(mischief);
        self
    }

    pub(super) async fn run(mut self, trials: u64) {
        while self.trials < trials {
            self.trials += 1;
            for (key, events) in self.histories().await {
                self.calls += events.len();
                self.unknown += events.iter().filter(|event| event.answered == NEVER).count();
                let configurations = check(&events).unwrap_or_else(|violation| panic!("of entry {key}, {violation}"));
                self.configurations = self.configurations.max(configurations);
            }
        }
        assert!(self.unknown > 0 && self.unknown < self.calls / 2, "{self}");
        // Past the lock of the test harness, so that it is seen when all is well too.
        writeln!(io::stderr(), "LINEARIZABLE {self}").expect("standard error can be written");
    }

    /// What is seen in one trial.
    async fn histories(&mut self) -> Histories {
        let registers = Registers::new(format!("trial{}", self.trials), self.trials.is_multiple_of(2));
        let shape = Shape::draw(&mut self.random, self.mischief.as_ref().is_some_and(|mischief| mischief.breaks));
        let clock = Arc::default();
        let callers = (0..shape.callers).map(|number| {
            let session = self.sessions[self.random.place(self.sessions.len())].clone();
            Caller::new(number, shape, registers.on(&session), &clock, self.random.fork()).make().boxed()
        });
        let callers = callers.collect();
        let mut histories = self.amid_mischief(callers, &clock, shape).await;
        for (number, session) in (shape.callers..).zip(&self.sessions) {
            let witness = Caller::new(number, shape, registers.on(session), &clock, self.random.fork());
            merge(&mut histories, witness.look().await);
        }
        let _ = with!(registers.on(&self.sessions[0]), cache => cache.clear().await);
        histories
    }

    async fn amid_mischief(
        &mut self,
        callers: Vec<BoxFuture<'static, Histories>>,
        clock: &Clock,
        shape: Shape,
    ) -> Histories {
        let made = match self.schedule {
            Schedule::Threads => on_threads(callers).boxed(),
            Schedule::AnyOrder => in_any_order(callers, self.random.fork()).boxed(),
        };
        let Some(mischief) = &mut self.mischief else { return made.await };
        // Each call looks at the clock twice.
        let length = 2 * shape.callers * shape.calls;
        let mut times: Vec<u64> = (0..self.random.within(1..5)).map(|_| self.random.within(0..length)).collect();
        times.sort_unstable();
        let mut troubles = Vec::new();
        let meddling = Box::pin(async {
            for time in times {
                while clock.now() < time {
                    tokio::time::sleep(Duration::from_micros(50)).await;
                }
                let from = clock.tick();
                (mischief.make)(&mut self.random);
                troubles.push(from..clock.tick());
            }
        });
        let mut histories = match select(made, meddling).await {
            Either::Left((histories, _)) => histories,
            Either::Right(((), made)) => made.await,
        };
        self.troubles += troubles.len();
        if shape.breaks {
            double(&mut histories, &troubles);
        }
        histories
    }
}

fn merge(histories: &mut Histories, others: Histories) {
    for (key, mut events) in others {
        histories.entry(key).or_default().append(&mut events);
    }
}

/// Adds a second effect to what may be made once more because its connection broke.
fn double(histories: &mut Histories, troubles: &[Range<u64>]) {
    for events in histories.values_mut() {
        let hit =
            |event: &&Event| troubles.iter().any(|trouble| event.made < trouble.end && trouble.start < event.answered);
        let sets = events.iter().filter(|event| matches!(event.call, Call::Set(_)));
        let again: Vec<Event> = sets.filter(hit).map(|event| Event { answer: None, ..*event }).collect();
        events.extend(again);
    }
}

fn merged(all: impl IntoIterator<Item = Histories>) -> Histories {
    let mut histories = Histories::new();
    all.into_iter().for_each(|one| merge(&mut histories, one));
    histories
}

async fn on_threads(callers: Vec<BoxFuture<'static, Histories>>) -> Histories {
    let callers = join_all(callers.into_iter().map(tokio::spawn)).await;
    merged(callers.into_iter().map(|caller| caller.expect("a caller does not panic")))
}

async fn in_any_order(callers: Vec<BoxFuture<'static, Histories>>, mut random: Random) -> Histories {
    let mut callers: Vec<_> = callers.into_iter().map(maybe_done).collect();
    poll_fn(|context| {
        let mut left: Vec<_> = callers.iter_mut().filter(|caller| !matches!(caller, MaybeDone::Done(_))).collect();
        if left.is_empty() {
            return Poll::Ready(());
        }
        for _ in 0..random.within(1..left.len() as u64 + 1) {
            let _ = left.swap_remove(random.place(left.len())).poll_unpin(context);
        }
        // For those whose turn it was not.
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    merged(callers.iter_mut().filter_map(|caller| Pin::new(caller).take_output()))
}

/// So that a failure, wherever it is found, tells its seed.
impl Drop for Trials {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("LINEARIZABLE {self}");
        }
    }
}

impl fmt::Display for Trials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sessions, schedule, seed, trials, calls, unknown, troubles, configurations, .. } = self;
        write!(f, "schedule={schedule:?} sessions={} trials={trials} calls={calls} ", sessions.len())?;
        write!(f, "unknown={unknown} troubles={troubles} configurations={configurations} seed={seed}")
    }
}
