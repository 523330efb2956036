//! Which jobs were handled, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// All jobs of a round are handled in that time.
const PATIENCE: Duration = Duration::from_secs(60);

/// What handlers say; each has a clone.
#[derive(Clone)]
pub(crate) struct Handled(Arc<Marks>);

struct Marks {
    began: Instant,
    /// When each was handled, in nanoseconds since; zero where it was not.
    times: Vec<AtomicU64>,
    count: AtomicU64,
    /// At which count who waits is told.
    wanted: AtomicU64,
    is_there: Notify,
    was_one_again: AtomicBool,
}

impl Handled {
    /// None yet of so many jobs, whose numbers begin at zero.
    pub(crate) fn none_of(jobs: u64) -> Self {
        let times = (0..jobs).map(|_| AtomicU64::new(0)).collect();
        let ((count, wanted), is_there) = (Default::default(), Notify::new());
        Self(Arc::new(Marks {
            began: Instant::now(),
            times,
            count,
            wanted,
            is_there,
            was_one_again: AtomicBool::new(false),
        }))
    }

    /// All that handlers do.
    pub(crate) fn mark(&self, job: u64) {
        let Marks { times, count, wanted, is_there, was_one_again, .. } = &*self.0;
        let now = u64::try_from(self.now().as_nanos()).unwrap();
        if times[usize::try_from(job).unwrap()].swap(now, Ordering::Relaxed) > 0 {
            was_one_again.store(true, Ordering::Relaxed);
            return;
        }
        // Either it sees what is wanted, or who waits sees the count.
        if count.fetch_add(1, Ordering::SeqCst) + 1 == wanted.load(Ordering::SeqCst) {
            is_there.notify_one();
        }
    }

    /// Waits until so many jobs were handled, and says whether they were in time.
    pub(crate) async fn reaches(&self, jobs: u64) -> bool {
        let Marks { count, wanted, is_there, .. } = &*self.0;
        wanted.store(jobs, Ordering::SeqCst);
        let reached = async {
            while count.load(Ordering::SeqCst) < jobs {
                is_there.notified().await;
            }
        };
        tokio::time::timeout(PATIENCE, reached).await.is_ok()
    }

    pub(crate) fn was_one_again(&self) -> bool {
        self.0.was_one_again.load(Ordering::Relaxed)
    }

    /// The time since it began.
    pub(crate) fn now(&self) -> Duration {
        self.0.began.elapsed()
    }

    /// When the job was handled.
    pub(crate) fn when(&self, job: u64) -> Duration {
        Duration::from_nanos(self.0.times[usize::try_from(job).unwrap()].load(Ordering::Relaxed))
    }
}
