//! The deserializer that makes values up, as it is passed from place to place.

use std::cell::RefCell;

use super::error::ProbeError;
use super::limit;
use super::node::{Ask, Identity, NodeId};
use super::trace::{Cause, Trace};

/// In which round sequences of recursive types hold elements that hold elements.
const UNROLLED: usize = 2;

/// One place of a type in one pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe<'a> {
    trace: &'a RefCell<Trace>,
    pub(super) node: NodeId,
    /// How many places around are the same as others further out.
    again: usize,
}

impl<'a> Probe<'a> {
    /// The type itself.
    pub(super) fn new(trace: &'a RefCell<Trace>) -> Self {
        Self { trace, node: 0, again: 0 }
    }

    /// Does something with what is known, which must not run any code of the type.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Trace) -> R) -> R {
        act(&mut self.trace.borrow_mut())
    }

    /// Whether the value has to end here, since the type is recursive.
    pub(super) fn is_least(&self) -> bool {
        self.again > usize::from(self.with(|trace| trace.round == UNROLLED))
    }

    pub(super) fn at(&self, node: NodeId) -> Self {
        Self { node, ..*self }
    }

    /// Lets the type read a place, and learns from how that ends.
    pub(super) fn within<R>(
        self,
        node: NodeId,
        read: impl FnOnce(Self) -> Result<R, ProbeError>,
    ) -> Result<R, ProbeError> {
        let mark = self.with(|trace| trace.enter(node))?;
        let result = read(self.at(node));
        self.with(|trace| trace.leave(&mark, result.as_ref().err().copied()));
        result
    }

    /// Lets the type read the part at a position.
    pub(super) fn within_child<R>(
        self,
        position: usize,
        read: impl FnOnce(Self) -> Result<R, ProbeError>,
    ) -> Result<R, ProbeError> {
        let child = self.with(|trace| trace.child(self.node, position))?;
        self.within(child, read)
    }

    /// Notes what the type asks for here, and goes on where that is read.
    pub(super) fn ask(&self, ask: Ask, identity: Identity) -> Result<Self, ProbeError> {
        let parts = match ask {
            Ask::Tuple(count) => count,
            Ask::Struct(names) | Ask::Enum(names) => names.len(),
            _ => 0,
        };
        if parts > limit::MOST_NODES {
            return Err(self.stop(Cause::Exceeded));
        }
        let node = self.with(|trace| trace.ask(self.node, ask, identity))?;
        Ok(Self { trace: self.trace, node, again: self.again + usize::from(node != self.node) })
    }

    /// Counts one question that is no place of its own.
    pub(super) fn step(&self) -> Result<(), ProbeError> {
        self.with(|trace| trace.step(self.node))
    }

    pub(super) fn stop(&self, cause: Cause) -> ProbeError {
        self.with(|trace| trace.stop(self.node, cause))
    }

    /// Whether nothing can be made up for a part, nor found out about it.
    pub(super) fn is_child_hopeless(&self, position: usize) -> bool {
        self.with(|trace| {
            let child = trace.nodes[self.node].children.get(position).copied();
            child.is_some_and(|child| trace.is_hopeless(child))
        })
    }

    /// Whether there is something to find out about the parts, while the shape is still being found.
    pub(super) fn has_work_inside(&self) -> bool {
        self.with(|trace| {
            let mut children = trace.nodes[self.node].children.iter();
            trace.round == 0 && children.any(|child| trace.nodes[*child].has_work)
        })
    }
}
