use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A namespace that nobody used before: `name`, then this process, the time and a counter.
///
/// # Panics
///
/// When the system's clock is before 1970.
pub fn namespace(name: &str) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let time = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_nanos();
    format!("{name}-{}-{time}-{count}", process::id())
}
