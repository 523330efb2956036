//! Who takes items for all in one session who look for one.

/// Is told of what was taken before those are who looked for it, each of whom is known by a ticket.
pub(crate) trait Taker<T>: Send + Sync {
    /// Numbers for so many items, the first of them, in the order in which they are taken. From now on, and until
    /// [`landed`](Self::landed), they may be taken though nobody here knows of them. `None` where none may be taken: nobody is left
    /// who would bring them back, or others go back at this moment, as nobody wants them.
    fn depart(&self, count: usize) -> Option<u64>;

    /// What was taken for those who looked with these tickets, from this number on; less where there was no more.
    fn arrive(&self, first: u64, tickets: &[u64], taken: T);

    /// What was taken under these numbers is known, or not to be known.
    fn landed(&self, first: u64);
}

/// Numbers of what may be taken though nobody here knows of it.
pub(crate) struct Departed<'a, T> {
    taker: &'a dyn Taker<T>,
    pub(crate) first: u64,
}

impl<'a, T> Departed<'a, T> {
    /// `None` where nothing may be taken.
    pub(crate) fn new(taker: &'a dyn Taker<T>, count: usize) -> Option<Self> {
        let first = if count == 0 { None } else { taker.depart(count) };
        first.map(|first| Self { taker, first })
    }
}

impl<T> Drop for Departed<'_, T> {
    fn drop(&mut self) {
        self.taker.landed(self.first);
    }
}
