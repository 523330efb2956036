//! The runtime that the background tasks of a store run on.

use std::cell::Cell;
use std::future::{Future, pending};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// How long a runtime may take to run an empty task, and is taken for one that nobody runs after that.
const STUCK: Duration = Duration::from_millis(50);

/// Runtimes give themselves their ids: nobody else chooses what is hashed.
const ID_HASHER: foldhash::quality::FixedState = foldhash::quality::FixedState::with_seed(1);

thread_local! {
    /// The hash of the id of the runtime of which this thread is a worker, where that has threads of its own: then nothing
    /// else that this thread runs has it stand still.
    static WORKER_OF: Cell<u64> = const { Cell::new(0) };
}

/// The runtime that background tasks of a store run on: that in which it was connected, or first needed one, for as long
/// as the runtime lives.
///
/// A task that works for all callers must not run on the runtime of whoever came first to it: a current-thread runtime
/// that nobody runs any more would hold up the callers of others.
#[derive(Debug, Default)]
pub(crate) struct Background {
    runtime: Mutex<Option<BackgroundRuntime>>,
    /// The same for calls, each of which asks, and would wait for the others at the lock: a hash of its id, 0 where there is
    /// none.
    id_hash: AtomicU64,
    /// Becomes true when all tasks are to end, whatever they hold.
    over: watch::Sender<bool>,
    /// How often a runtime was left since nobody ran it. What was begun before may never end.
    moves: AtomicU64,
}

#[derive(Debug)]
struct BackgroundRuntime {
    handle: Handle,
    /// Dropped with the runtime.
    alive: Weak<()>,
    /// The task that holds the other end of `alive`.
    keeper: AbortHandle,
}

impl Background {
    /// Settles in the current runtime.
    pub(crate) fn here() -> Self {
        let background = Self::default();
        background.replace(&mut background.runtime(), Some(BackgroundRuntime::new(Handle::current())));
        background
    }

    /// Runs `task` at background. Where there is none, the current runtime becomes it; without one, the task is dropped.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        // In a place of its own, since it would be moved with what is around it, several times; and of one type: the runtime has
        // much to compile for each.
        self.spawn_boxed(Box::pin(task));
    }

    fn spawn_boxed(&self, task: BoxFuture<'static, ()>) {
        let mut over = self.over.subscribe();
        let mut background = self.runtime();
        if background.as_ref().is_none_or(|runtime| runtime.alive.strong_count() == 0) {
            // Where something ends with its runtime, there may be none.
            let Ok(here) = Handle::try_current() else { return };
            self.replace(&mut background, Some(BackgroundRuntime::new(here)));
        }
        let Some(BackgroundRuntime { handle, .. }) = &*background else { return };
        let handle = handle.clone();
        // A runtime that ends drops what it is given.
        drop(background);
        let has_workers = handle.runtime_flavor() == RuntimeFlavor::MultiThread;
        let worker_of = has_workers.then(|| self.id_hash.load(Ordering::Relaxed));
        handle.spawn(async move {
            if let Some(id_hash) = worker_of {
                WORKER_OF.set(id_hash);
            }
            tokio::select! {
                () = task => {}
                _ = over.wait_for(|over| *over) => {}
            }
        });
    }

    /// Lets go of the runtime. What is under way goes on.
    pub(crate) fn end(&self) {
        let runtime = self.replace(&mut self.runtime(), None);
        drop(runtime);
    }

    /// Settles in another runtime, or in none. What was there before is for the caller to drop, without the lock.
    fn replace(
        &self,
        background: &mut Option<BackgroundRuntime>,
        next: Option<BackgroundRuntime>,
    ) -> Option<BackgroundRuntime> {
        let id_hash = next.as_ref().map_or(0, |runtime| ID_HASHER.hash_one(runtime.handle.id()));
        self.id_hash.store(id_hash, Ordering::Relaxed);
        std::mem::replace(background, next)
    }

    fn runtime(&self) -> MutexGuard<'_, Option<BackgroundRuntime>> {
        self.runtime.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often a runtime was left since nobody ran it.
    pub(crate) fn moves(&self) -> u64 {
        self.moves.load(Ordering::Relaxed)
    }

    /// Whether the caller runs in another runtime, which goes on while this one may stand still.
    pub(crate) fn is_elsewhere(&self) -> bool {
        let background = self.id_hash.load(Ordering::Relaxed);
        // Most callers are workers of the background. A handle costs two writes that all of them share.
        background != 0
            && WORKER_OF.get() != background
            && Handle::try_current().is_ok_and(|here| ID_HASHER.hash_one(here.id()) != background)
    }

    /// The runtime, where the caller runs in another.
    fn elsewhere(&self) -> Option<Handle> {
        let here = Handle::try_current().ok()?.id();
        self.runtime().as_ref().map(|runtime| &runtime.handle).filter(|handle| handle.id() != here).cloned()
    }

    /// Goes on in the runtime of the caller where nobody runs the other one. It may have been left already.
    pub(crate) async fn move_if_stuck(&self) {
        let Some(handle) = self.elsewhere() else { return };
        if tokio::time::timeout(STUCK, handle.spawn(std::future::ready(()))).await.is_ok() {
            return;
        }
        let mut runtime = self.runtime();
        // Another may have been faster.
        if runtime.as_ref().is_some_and(|runtime| runtime.handle.id() == handle.id()) {
            tracing::warn!("nobody runs the runtime of this session: its work goes on in another");
            let left = self.replace(&mut runtime, Some(BackgroundRuntime::new(Handle::current())));
            self.moves.fetch_add(1, Ordering::Relaxed);
            drop((runtime, left));
        }
    }

    /// Ends all tasks.
    pub(crate) fn end_tasks(&self) {
        self.over.send_replace(true);
    }
}

impl BackgroundRuntime {
    fn new(handle: Handle) -> Self {
        let kept = Arc::new(());
        let alive = Arc::downgrade(&kept);
        let keeper = handle.spawn(async move {
            let _kept = kept;
            pending::<()>().await;
        });
        Self { handle, alive, keeper: keeper.abort_handle() }
    }
}

impl Drop for BackgroundRuntime {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}
