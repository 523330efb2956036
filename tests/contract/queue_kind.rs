//! Both kinds of queues and all ways to get from them, for what must hold of each; and futures polled by hand.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures_util::{FutureExt, TryStreamExt};
use rediscache::{RedisQueue, RedisSession, RedisTask, RedisTaskQueue, Result};

/// How long something may take that would otherwise never happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for what must come.
#[track_caller]
pub(crate) fn soon<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let caller = std::panic::Location::caller();
    tokio::time::timeout(PATIENCE, future)
        .map(move |outcome| outcome.unwrap_or_else(|_| panic!("what {caller} waits for does not come")))
}

/// Asks until it is so.
#[track_caller]
pub(crate) fn until(mut is_so: impl AsyncFnMut() -> bool) -> impl Future<Output = ()> {
    soon(async move {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
}

pub(crate) type Waiting<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A queue of either kind.
#[derive(Clone, Debug)]
pub(crate) enum Queue {
    Plain(RedisQueue<u32>),
    Task(RedisTaskQueue<u32>),
}

/// What came out of it.
#[expect(clippy::large_enum_variant, reason = "there are a few at a time")]
#[derive(Debug)]
pub(crate) enum Got {
    Item(u32),
    Task(RedisTask<u32>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Get,
    GetTimeout,
    TryGet,
    Stream,
    Drain,
}

impl Way {
    pub(crate) const ALL: [Self; 5] = [Self::Get, Self::GetTimeout, Self::TryGet, Self::Stream, Self::Drain];
}

macro_rules! ask {
    ($queue:ident, $way:ident, $got:path) => {
        match $way {
            Way::Get => Box::pin($queue.get().map(|got| got.map(|got| Some($got(got))))),
            Way::GetTimeout => Box::pin($queue.get_timeout(PATIENCE).map(|got| got.map(|got| got.map($got)))),
            Way::TryGet => Box::pin($queue.try_get().map(|got| got.map(|got| got.map($got)))),
            Way::Stream | Way::Drain => {
                let mut stream = if $way == Way::Stream { $queue.stream() } else { $queue.drain() };
                Box::pin(async move { Ok(stream.try_next().await?.map($got)) })
            }
        }
    };
}

impl Queue {
    /// One of each kind.
    pub(crate) fn both(session: &RedisSession) -> [Self; 2] {
        let (plain, task) = (RedisQueue::new("plain").on(session), RedisTaskQueue::new("task").on(session));
        [Self::Plain(plain), Self::Task(task)]
    }

    pub(crate) fn ask(&self, way: Way) -> Waiting<Result<Option<Got>>> {
        match self {
            Self::Plain(queue) => ask!(queue, way, Got::Item),
            Self::Task(queue) => ask!(queue, way, Got::Task),
        }
    }

    pub(crate) async fn put_many(&self, items: impl IntoIterator<Item = u32>) {
        let put = match self {
            Self::Plain(queue) => queue.put_many(items),
            Self::Task(queue) => queue.put_many(items),
        };
        put.await.unwrap();
    }

    /// Everything that comes out must be these, in this order; then nothing is left.
    pub(crate) async fn holds(&self, items: impl IntoIterator<Item = u32>, context: impl std::fmt::Debug) {
        for item in items {
            let got = soon(self.ask(Way::Get)).await.unwrap().expect("`get` gives something");
            assert_eq!(got.settle().await, item, "{context:?}");
        }
        let more = self.ask(Way::TryGet).await.unwrap();
        assert!(more.is_none(), "{context:?}: {more:?} is too much");
        if let Self::Task(queue) = self {
            assert_eq!(queue.pending().await.unwrap(), [0; 0], "{context:?}");
        }
    }
}

impl Got {
    /// The item; a task is finished by it, and was delivered for the first time.
    pub(crate) async fn settle(self) -> u32 {
        match self {
            Self::Item(item) => item,
            Self::Task(task) => {
                let item = *task;
                assert_eq!(task.attempt(), 1, "a delivery to nobody does not count");
                task.finalize().await.unwrap();
                item
            }
        }
    }
}

/// Counts how often it was woken.
#[derive(Debug, Default)]
pub(crate) struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A future that is polled only when asked to.
pub(crate) struct ByHand<T> {
    future: Waiting<T>,
    wakes: Arc<Wakes>,
    seen: usize,
}

impl<T> ByHand<T> {
    pub(crate) fn new(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self { future: Box::pin(future), wakes: Arc::default(), seen: 0 }
    }

    pub(crate) fn poll(&mut self) -> Poll<T> {
        self.seen = self.wakes.0.load(Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&self.wakes));
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    pub(crate) fn is_woken(&self) -> bool {
        self.wakes.0.load(Ordering::SeqCst) > self.seen
    }

    /// Lets the runtime go on, turn by turn, until there is a reason to poll again.
    pub(crate) async fn woken(&self) {
        soon(async {
            while !self.is_woken() {
                turns(1).await;
            }
        })
        .await;
    }

    /// Polls when there is reason to, until it is ready.
    pub(crate) async fn finish(mut self) -> T {
        loop {
            if let Poll::Ready(output) = self.poll() {
                return output;
            }
            self.woken().await;
        }
    }
}

/// Lets the runtime take this many turns.
pub(crate) async fn turns(count: usize) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

/// Polls up to `polls` times with `steps` turns of the runtime after each, and drops the future.
pub(crate) async fn abandon<F: Future + Unpin>(mut future: F, polls: usize, steps: usize) -> Option<F::Output> {
    for _ in 0..polls {
        if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.poll_unpin(context))).await {
            return Some(output);
        }
        turns(steps).await;
    }
    None
}
