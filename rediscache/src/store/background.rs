//! The runtime that the background tasks of a store run on.

use std::future::{Future, pending};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// How long a runtime may take to run an empty task, and is taken for one that nobody runs after that.
const STUCK: Duration = Duration::from_millis(50);

/// The runtime that background tasks of a store run on: that in which it was connected, or first needed one, for as long
/// as the runtime lives.
///
/// A task that works for all callers must not run on the runtime of whoever came first to it: a current-thread runtime
/// that nobody runs any more would hold up the callers of others.
#[derive(Debug, Default)]
pub(crate) struct Background {
    runtime: Mutex<Option<BackgroundRuntime>>,
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
        Self { runtime: Mutex::new(Some(BackgroundRuntime::here())), ..Self::default() }
    }

    /// Runs `task` at background. Must be called within a runtime, which becomes background if there is none.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut over = self.over.subscribe();
        let task = async move {
            tokio::select! {
                () = task => {}
                _ = over.wait_for(|over| *over) => {}
            }
        };
        let mut background = self.runtime();
        if background.as_ref().is_none_or(|runtime| runtime.alive.strong_count() == 0) {
            *background = Some(BackgroundRuntime::here());
        }
        if let Some(runtime) = &*background {
            runtime.handle.spawn(task);
        }
    }

    /// Lets go of the runtime. What is under way goes on.
    pub(crate) fn end(&self) {
        let runtime = self.runtime().take();
        drop(runtime);
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
        self.elsewhere().is_some()
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
            let left = runtime.replace(BackgroundRuntime::here());
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
    fn here() -> Self {
        let (handle, kept) = (Handle::current(), Arc::new(()));
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
