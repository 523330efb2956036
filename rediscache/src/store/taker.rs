//! Who takes items for all in one session who look for one.

/// Is told of what was taken before those are who looked for it, each of whom is known by a ticket.
pub(crate) trait Taker<T>: Send + Sync {
    /// Numbers for so many items, the first of them. From now on, and until [`landed`](Self::landed), they may be taken though
    /// nobody here knows of them.
    fn depart(&self, count: usize) -> u64;

    /// What was taken for those who looked with these tickets; less where there was no more.
    fn arrive(&self, tickets: &[u64], taken: T);

    /// What was taken under these numbers is known, or not to be known.
    fn landed(&self, first: u64);
}

/// Numbers of what may be taken though nobody here knows of it.
pub(crate) struct Departed<'a, T> {
    taker: &'a dyn Taker<T>,
    pub(crate) first: u64,
}

impl<'a, T> Departed<'a, T> {
    pub(crate) fn new(taker: &'a dyn Taker<T>, count: usize) -> Self {
        Self { first: taker.depart(count), taker }
    }
}

impl<T> Drop for Departed<'_, T> {
    fn drop(&mut self) {
        self.taker.landed(self.first);
    }
}
