use super::field::Field;
use crate::near::Near;
use crate::operation::Operation;
use crate::types::object::Object;

/// A look into what this process keeps, by which a read begins.
pub(crate) struct Look<T> {
    read: Read,
    kind: Kind<T>,
}

/// One key that is read.
pub(super) struct Read {
    pub(super) object: Object,
    pub(super) near: Near,
    pub(super) field: Field,
}

/// What is read of it.
pub(super) struct Kind<T> {
    pub(super) look: fn(&Read) -> Option<T>,
    /// Reads from the store where nothing was seen.
    pub(super) call: fn(Read) -> Operation<T>,
}

impl<T> Clone for Kind<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Kind<T> {}

impl<T> Look<T> {
    pub(super) fn new(read: Read, kind: Kind<T>) -> Self {
        Self { read, kind }
    }

    #[inline]
    pub(crate) fn seen(&self) -> Option<T> {
        (self.kind.look)(&self.read)
    }

    pub(crate) fn into_call(self) -> Operation<T> {
        (self.kind.call)(self.read)
    }
}
