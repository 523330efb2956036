use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use support::{Direction, Proxy, Random};

/// What the connections that tell of changes begin with, and no others.
const AIM: &str = "CLIENT TRACKING";

/// Does harm to the connection that tells of changes, until it is ended.
pub(crate) struct Harm {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Faults>,
}

/// How often what was done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) cut: u64,
    /// Cut, and not to be made again.
    pub(crate) away: u64,
    pub(crate) frozen: u64,
    pub(crate) swallowed: u64,
    pub(crate) delayed: u64,
}

impl Faults {
    pub(crate) fn sum(&self) -> u64 {
        self.cut + self.away + self.frozen + self.swallowed + self.delayed
    }
}

impl Harm {
    pub(crate) fn begin(proxy: Proxy, bound: Duration, mut random: Random) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let mut faults = Faults::default();
            while !ended.load(Ordering::Relaxed) {
                // Often enough long enough for everything to be served from this process again.
                thread::sleep(bound.mul_f64(0.01 * percent(&mut random, 0..300)));
                proxy.aim(AIM);
                harm(&proxy, bound, &mut random, &mut faults);
                proxy.heal();
            }
            faults
        });
        Self { over, thread }
    }

    pub(crate) fn end(self) -> Faults {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}

fn harm(proxy: &Proxy, bound: Duration, random: &mut Random, faults: &mut Faults) {
    // Of all lengths, from one that nobody notices to one after which the connection is given up.
    let mut time = |most| bound.mul_f64(0.01 * percent(random, 0..most));
    let (long, short) = (time(250), time(80));
    let direction = [Direction::Requests, Direction::Replies, Direction::Both][random.place(3)];
    match random.within(0..10) {
        0..2 => {
            faults.cut += 1;
            proxy.cut();
        }
        2..4 => {
            faults.away += 1;
            proxy.refuse();
            proxy.cut();
            thread::sleep(long);
        }
        4..6 => {
            faults.frozen += 1;
            proxy.hold(direction);
            thread::sleep(long);
        }
        6 => {
            faults.swallowed += 1;
            proxy.swallow(direction);
            thread::sleep(long);
        }
        _ => {
            faults.delayed += 1;
            proxy.delay(direction, short);
            thread::sleep(long);
        }
    }
}

fn percent(random: &mut Random, range: std::ops::Range<u64>) -> f64 {
    u32::try_from(random.within(range)).map_or(0.0, f64::from)
}
