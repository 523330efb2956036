//! The runtime that the background tasks of a store run on.

use std::future::{Future, pending};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;

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
        let mut background = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        if background.as_ref().is_none_or(|runtime| runtime.alive.strong_count() == 0) {
            *background = Some(BackgroundRuntime::here());
        }
        if let Some(runtime) = &*background {
            runtime.handle.spawn(task);
        }
    }

    /// Lets go of the runtime. What is under way goes on.
    pub(crate) fn end(&self) {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(runtime);
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
