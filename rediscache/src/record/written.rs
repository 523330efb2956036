//! An object that something is written into, and what tells it from others.

use std::hash::{Hash, Hasher};

use super::kind::ObjectTypes;
use crate::namespace::Namespace;

/// An object that something is written into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WrittenObject<'a> {
    pub(crate) namespace: &'a Namespace,
    pub(crate) types: &'static ObjectTypes,
    pub(crate) version: u32,
    pub(crate) program: Option<&'static str>,
}

/// Tells written objects apart by where what they consist of lies in memory, which is there for good. Objects whose names
/// are made at run time are one, and so is an object in all of its family.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct NotedKey {
    namespace: Option<(usize, usize)>,
    types: usize,
    version: u32,
    program: Option<usize>,
}

impl NotedKey {
    /// What mostly tells them apart.
    #[inline]
    pub(super) fn place(&self) -> usize {
        // Addresses of what is aligned differ further up.
        (self.types >> 4) ^ self.namespace.map_or(0, |(at, length)| at ^ length)
    }
}

impl Hash for NotedKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.place());
    }
}

impl WrittenObject<'_> {
    #[inline]
    pub(super) fn key(&self) -> NotedKey {
        let namespace = self.namespace.constant_part().map(|name| (name.as_ptr().addr(), name.len()));
        let types = std::ptr::from_ref(self.types).addr();
        let program = self.program.map(|program| program.as_ptr().addr());
        NotedKey { namespace, types, version: self.version, program }
    }
}
