//! Notes what a type asks for, and where that differs from what it asked for before.

use super::error::ProbeError;
use super::limit;
use super::node::{Ask, Fields, Identity, Node, NodeId, Variants};
use super::trace::{Cause, Trace};

impl Trace {
    /// Notes what is asked for, and gives the place to go on with: another one, around this, where that is the same.
    pub(super) fn ask(&mut self, node: NodeId, ask: Ask, identity: Identity) -> Result<NodeId, ProbeError> {
        self.step(node)?;
        let ask = match self.nodes[node].ask {
            Ask::Nothing => self.ask_first(node, ask, identity),
            Ask::Again(outer) if self.nodes[outer].identity == identity && self.nodes[outer].ask == ask => {
                Ask::Again(outer)
            }
            _ => ask,
        };
        if self.nodes[node].ask != ask {
            return Err(self.varies(node));
        }
        Ok(if let Ask::Again(outer) = ask { outer } else { node })
    }

    fn ask_first(&mut self, node: NodeId, ask: Ask, identity: Identity) -> Ask {
        let outer = identity.may_recur().then(|| self.same_around(node, ask, identity)).flatten();
        let place = &mut self.nodes[node];
        place.ask = outer.map_or(ask, Ask::Again);
        place.identity = identity;
        match place.ask {
            Ask::Struct(listed) => place.fields = Some(Box::new(Fields::new(listed))),
            Ask::Enum(listed) => place.variants = Some(Box::new(Variants::new(listed))),
            _ => {}
        }
        self.has_progress = true;
        place.ask
    }

    /// The place around this one, if there is one, that is read by the same visitor: the type is recursive.
    fn same_around(&self, node: NodeId, ask: Ask, identity: Identity) -> Option<NodeId> {
        let mut around = std::iter::successors(self.nodes[node].parent, |outer| self.nodes[*outer].parent);
        around.find(|outer| self.nodes[*outer].identity == identity && self.nodes[*outer].ask == ask)
    }

    /// Gives up a place that is not always the same.
    pub(super) fn varies(&mut self, node: NodeId) -> ProbeError {
        self.nodes[node].varies = true;
        self.has_progress = true;
        self.stop(node, Cause::Impossible)
    }

    /// Notes how many parts were read by position.
    pub(super) fn asked(&mut self, node: NodeId, count: usize) -> Result<(), ProbeError> {
        let before = self.nodes[node].asked.replace(count);
        self.has_progress |= before.is_none();
        if before.is_none_or(|before| before == count) { Ok(()) } else { Err(self.varies(node)) }
    }

    /// The part of a place at a position.
    pub(super) fn child(&mut self, parent: NodeId, position: usize) -> Result<NodeId, ProbeError> {
        while self.nodes[parent].children.len() <= position {
            if self.nodes.len() >= limit::MOST_NODES {
                return Err(self.stop(parent, Cause::Exceeded));
            }
            let child = self.nodes.len();
            self.nodes.push(Node::new(Some(parent)));
            self.nodes[parent].children.push(child);
        }
        Ok(self.nodes[parent].children[position])
    }
}
