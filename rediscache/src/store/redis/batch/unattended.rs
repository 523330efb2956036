//! What is under way and has no task: that begins when something comes of it.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Wake;

/// A waker that has what is left in it go on, once.
pub(super) struct Unattended<T> {
    attendance: Mutex<Attendance<T>>,
    go_on: fn(T),
}

enum Attendance<T> {
    /// Nothing is left in it yet.
    Empty,
    Left(T),
    Woken,
}

impl<T> Unattended<T> {
    pub(super) fn new(go_on: fn(T)) -> Arc<Self> {
        Arc::new(Self { attendance: Mutex::new(Attendance::Empty), go_on })
    }

    /// Leaves what was polled with this waker. It goes on at once where that was woken meanwhile.
    pub(super) fn leave(&self, polled: T) {
        if let Attendance::Woken = self.replace(Attendance::Left(polled)) {
            self.go_on_if_left();
        }
    }

    fn go_on_if_left(&self) {
        if let Attendance::Left(left) = self.replace(Attendance::Woken) {
            (self.go_on)(left);
        }
    }

    fn replace(&self, next: Attendance<T>) -> Attendance<T> {
        mem::replace(&mut *self.attendance.lock().unwrap_or_else(PoisonError::into_inner), next)
    }
}

impl<T: Send + 'static> Wake for Unattended<T> {
    fn wake(self: Arc<Self>) {
        self.go_on_if_left();
    }
}
