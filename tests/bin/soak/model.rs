//! What there may be, as far as it is known from outside.

/// One value with one writer, which stops writing when it does not know whether it did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Register {
    /// What was stored last for sure.
    certain: Option<u64>,
    /// What a call would leave there that is under way, or whose answer was lost.
    maybe: Option<Option<u64>>,
}

impl Register {
    pub(crate) fn begin(&mut self, value: Option<u64>) {
        self.maybe = Some(value);
    }

    /// The call that began last took effect.
    pub(crate) fn settle(&mut self) {
        if let Some(value) = self.maybe.take() {
            self.certain = value;
        }
    }

    /// Whether this can be what is stored. What took effect once stays.
    pub(crate) fn allows(&mut self, stored: Option<u64>) -> bool {
        if self.maybe == Some(stored) && stored != self.certain {
            self.settle();
        }
        stored == self.certain
    }

    pub(crate) fn certain(&self) -> Option<u64> {
        self.certain
    }
}

/// A sum that grows in one direction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counter {
    begun: i64,
    known: i64,
}

impl Counter {
    pub(crate) fn begin(&mut self, amount: i64) {
        self.begun += amount;
    }

    pub(crate) fn settle(&mut self, amount: i64) {
        self.known += amount;
    }

    pub(crate) fn allows(&self, stored: i64) -> bool {
        let (a, b) = (self.known, self.begun);
        (a.min(b)..=a.max(b)).contains(&stored)
    }
}
