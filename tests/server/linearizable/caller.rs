//! A caller who draws its calls, makes them one after another, and records what it saw.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::{FutureExt, TryFutureExt};
use rediscache::{Codec, ErrorKind, RedisCache, Result};
use support::{Random, within_polls};
use tokio::task::yield_now;

use super::check::{Event, NEVER};
use super::register::{Answer, Call, Registers, with};

/// The time, which goes on when someone looks at it: what one caller sees before another has a lower number.
#[derive(Debug, Default)]
pub(super) struct Clock(AtomicU64);

impl Clock {
    pub(super) fn tick(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    pub(super) fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// What was seen of each entry.
pub(super) type Histories = BTreeMap<u64, Vec<Event>>;

/// What the callers of a trial have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) callers: u64,
    /// How many calls each makes.
    pub(super) calls: u64,
    /// How many entries there are.
    keys: u64,
    /// The kinds of half of the calls.
    favourites: [u64; 2],
    /// Whether connections break, so that calls fail.
    pub(super) breaks: bool,
}

impl Shape {
    pub(super) fn draw(random: &mut Random, breaks: bool) -> Self {
        let keys = random.within(1..5);
        let callers = random.within(3..6 + 5 * keys);
        let favourites = [(); 2].map(|()| random.within(0..KINDS));
        Self { callers, calls: (CALLS * keys / callers).max(2), keys, favourites, breaks }
    }
}

pub(super) struct Caller {
    shape: Shape,
    registers: Registers,
    clock: Arc<Clock>,
    random: Random,
    /// The last value it wrote; nobody else writes it.
    fresh: i64,
    /// The last value of each entry that it saw.
    seen: BTreeMap<u64, i64>,
    histories: Histories,
}

/// Calls that are made as one: each with its key.
type Act = Vec<(u64, Call)>;

const KINDS: u64 = 12;

/// About how many calls are made on each entry.
const CALLS: u64 = 36;

/// How many of a hundred calls are given up.
const GIVEN_UP: u64 = 15;

/// How far the values lie apart that are written, so that those between them are sums.
const APART: u64 = 1_000_000;

impl Caller {
    pub(super) fn new(number: u64, shape: Shape, registers: Registers, clock: &Arc<Clock>, random: Random) -> Self {
        let (clock, fresh) = (Arc::clone(clock), signed(number * APART));
        Self { shape, registers, clock, random, fresh, seen: BTreeMap::new(), histories: Histories::new() }
    }

    /// Makes its calls.
    pub(super) async fn make(mut self) -> Histories {
        for _ in 0..self.shape.calls {
            for _ in 0..self.random.within(0..3) {
                yield_now().await;
            }
            let act = self.draw();
            let polls = if self.random.percent(GIVEN_UP) { self.polls() } else { usize::MAX };
            self.act(act, polls).await;
        }
        self.histories
    }

    /// Looks at every entry, which leaves no doubt about what the last calls did.
    pub(super) async fn look(mut self) -> Histories {
        for key in 0..self.shape.keys {
            self.act(vec![(key, Call::Get)], usize::MAX).await;
        }
        self.histories
    }

    /// Few as a rule; none where the call is never made.
    fn polls(&mut self) -> usize {
        let most = [3, 6, 100][self.random.place(3)];
        self.random.place(most)
    }

    fn draw(&mut self) -> Act {
        let kind = match self.random.within(0..2 * KINDS) {
            kind if kind < KINDS => kind,
            other => self.shape.favourites[usize::from(other % 2 == 0)],
        };
        let key = self.random.within(0..self.shape.keys);
        let amount = signed(self.random.within(1..100));
        let seen = self.seen.get(&key).copied().unwrap_or(amount);
        let call = match kind {
            0 | 1 => Call::Get,
            2 => Call::Contains,
            3 => Call::Set(self.fresh()),
            4 => Call::SetIfAbsent(self.fresh()),
            5 => Call::Replace(self.fresh()),
            6 => Call::Increment(amount),
            7 => Call::CompareAndSet(seen, self.fresh()),
            8 => Call::CompareAndDelete(seen),
            9 => Call::Delete,
            10 => Call::Pop,
            _ => return self.draw_two(key),
        };
        vec![(key, call)]
    }

    /// A call on two entries, where there are two.
    fn draw_two(&mut self, key: u64) -> Act {
        let keys = BTreeSet::from([key, (key + 1) % self.shape.keys]);
        let reads = self.random.percent(50);
        keys.into_iter().map(|key| (key, if reads { Call::Get } else { Call::Set(self.fresh()) })).collect()
    }

    fn fresh(&mut self) -> i64 {
        self.fresh += signed(APART * self.shape.callers);
        self.fresh
    }

    /// Makes a call, drops it after so many polls, and records it.
    async fn act(&mut self, act: Act, polls: usize) {
        let operation = with!(&self.registers, cache => operation(cache, &act));
        let made = self.clock.tick();
        let answers = match within_polls(polls, operation).await {
            Some(Ok(answers)) => Some(answers),
            Some(Err(error))
                if self.shape.breaks && matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout) =>
            {
                None
            }
            Some(Err(error)) => panic!("{act:?} failed: {error:?}"),
            None if polls == 0 => return,
            None => None,
        };
        let answered = if answers.is_some() { self.clock.tick() } else { NEVER };
        for (at, (key, call)) in act.into_iter().enumerate() {
            let answer = answers.as_ref().map(|answers| answers[at]);
            self.record(key, Event { call, answer, made, answered });
        }
    }

    fn record(&mut self, key: u64, event: Event) {
        if let Some(Answer::Value(Some(value))) = event.answer {
            self.seen.insert(key, value);
        }
        let history = self.histories.entry(key).or_default();
        match (event.call, event.answer) {
            (Call::Get | Call::Contains, None) => {}
            _ => history.push(event),
        }
    }
}

/// Of several calls, `get_many` or `update`.
fn operation<C: Codec>(
    cache: &RedisCache<u64, i64, C>,
    act: &Act,
) -> Pin<Box<dyn Future<Output = Result<Vec<Answer>>> + Send>> {
    let cache = cache.clone();
    match act[..] {
        [(key, call)] => async move { Ok(vec![call.on(&cache, key).await?]) }.boxed(),
        [(_, Call::Get), ..] => {
            let values = cache.get_many(act.iter().map(|(key, _)| key));
            values.map_ok(|values| values.into_iter().map(Answer::Value).collect()).boxed()
        }
        _ => {
            let pairs = act.iter().map(|(key, call)| match call {
                Call::Set(value) => (key, value),
                _ => panic!("{call:?} is not one that is made with others"),
            });
            let done = vec![Answer::Done; act.len()];
            cache.update(pairs).map_ok(|()| done).boxed()
        }
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).expect("it is small")
}
