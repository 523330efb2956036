use std::future::{Future, pending};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// The runtime that background tasks of a store run on: that in which it was connected, or first needed one, for as long
/// as the runtime lives.
///
/// A task that works for all callers must not run on the runtime of whoever came first to it: a current-thread runtime
/// that nobody runs any more would hold up the callers of others.
#[derive(Debug, Default)]
pub(crate) struct Home(Mutex<Option<Residence>>);

#[derive(Debug)]
struct Residence {
    handle: Handle,
    /// Dropped with the runtime.
    alive: Weak<()>,
    /// The task that holds the other end of `alive`.
    keeper: AbortHandle,
}

impl Home {
    /// Settles in the current runtime.
    pub(crate) fn here() -> Self {
        Self(Mutex::new(Some(Residence::here())))
    }

    /// Runs `task` at home. Must be called within a runtime, which becomes home if there is none.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut home = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if home.as_ref().is_none_or(|residence| residence.alive.strong_count() == 0) {
            *home = Some(Residence::here());
        }
        if let Some(residence) = &*home {
            residence.handle.spawn(task);
        }
    }

    /// Lets go of the runtime.
    pub(crate) fn end(&self) {
        let residence = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(residence);
    }
}

impl Residence {
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

impl Drop for Residence {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}
