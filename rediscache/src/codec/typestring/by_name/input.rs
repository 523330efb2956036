//! The bytes that are left to read, and what reading them may still cost.

use std::cell::Cell;

use super::super::limit::{DEEPEST, MOST_FREE};
use super::misread::{Misread, Reason};

pub(super) struct Input<'a> {
    rest: Cell<&'a [u8]>,
    depth: Cell<u32>,
    free: Cell<u64>,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: Cell::new(bytes), depth: Cell::new(DEEPEST), free: Cell::new(MOST_FREE) }
    }

    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest.get()
    }

    /// Goes on after so many bytes.
    #[inline]
    pub(super) fn advance(&self, count: usize) {
        self.rest.set(self.rest().get(count..).unwrap_or_default());
    }

    #[inline]
    pub(super) fn take(&self, count: usize) -> Result<&'a [u8], Misread> {
        let (taken, rest) = self.rest().split_at_checked(count).ok_or_else(ends)?;
        self.rest.set(rest);
        Ok(taken)
    }

    #[inline]
    pub(super) fn take_array<const N: usize>(&self) -> Result<[u8; N], Misread> {
        let (taken, rest) = self.rest().split_first_chunk().ok_or_else(ends)?;
        self.rest.set(rest);
        Ok(*taken)
    }

    /// Nothing more can be read.
    pub(super) fn close(&self) {
        self.rest.set(&[]);
    }

    /// Goes one level down for the time of `read`.
    #[inline]
    pub(super) fn nested<T>(&self, read: impl FnOnce() -> Result<T, Misread>) -> Result<T, Misread> {
        let depth = self.depth.get().checked_sub(1).ok_or(Reason::TooDeep)?;
        self.depth.set(depth);
        let result = read();
        self.depth.set(depth + 1);
        result
    }

    /// Refuses so many elements if the bytes left cannot hold them.
    #[inline]
    pub(super) fn check_length(&self, length: usize) -> Result<(), Misread> {
        let most = (self.rest().len() as u64).saturating_add(self.free.get());
        if length as u64 > most { Err(Reason::OutOfBounds.into()) } else { Ok(()) }
    }

    /// Counts a part, before which so many bytes were left, if it took none.
    #[inline]
    pub(super) fn count(&self, before: usize) -> Result<(), Misread> {
        if self.rest().len() == before {
            self.free.set(self.free.get().checked_sub(1).ok_or(Reason::TooManyFree)?);
        }
        Ok(())
    }
}

#[cold]
fn ends() -> Misread {
    Reason::Malformed("it ends too early").into()
}
