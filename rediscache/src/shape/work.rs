//! Finds out where something is still to be found out.

use super::node::{Ask, NodeId};
use super::trace::Trace;

/// How many places are looked at in the time of one question.
const LOOKS_PER_STEP: usize = 16;

impl Trace {
    /// Looks at every place; those of parts come after that of the whole.
    pub(super) fn look_for_work(&mut self) -> bool {
        self.steps_in_all += self.nodes.len() / LOOKS_PER_STEP;
        for node in (0..self.nodes.len()).rev() {
            self.nodes[node].has_work = self.is_work(node);
        }
        self.nodes[0].has_work
    }

    fn is_work(&self, node: NodeId) -> bool {
        let place = &self.nodes[node];
        if place.varies || place.is_stuck {
            return false;
        }
        let mut children = place.children.iter().map(|child| &self.nodes[*child]);
        match place.ask {
            Ask::Nothing => !place.is_blocked,
            Ask::SelfDescribing | Ask::Scalar(_) | Ask::Again(_) => false,
            Ask::Option | Ask::Sequence | Ask::Map | Ask::Newtype => children.any(|child| child.has_work),
            Ask::Tuple(_) => self.has_work_in_reach(node),
            Ask::Struct(_) => match &place.fields {
                Some(fields) if fields.is_nameless => self.has_work_in_reach(node),
                Some(fields) => !fields.is_named || children.any(|child| child.has_work),
                None => false,
            },
            Ask::Enum(_) => place.variants.as_ref().is_some_and(|variants| {
                let is_open = variants.not_done().is_some() || variants.not_named().is_some();
                is_open || children.take(variants.count).any(|child| child.has_work)
            }),
        }
    }

    /// Whether there is work in parts up to the first that cannot be read, behind which nothing is reached.
    fn has_work_in_reach(&self, node: NodeId) -> bool {
        for child in self.nodes[node].children.iter().map(|child| &self.nodes[*child]) {
            if child.has_work || child.is_blocked {
                return child.has_work;
            }
        }
        false
    }

    /// Leaves the innermost work alone, since a pass that was to do it did nothing.
    pub(super) fn leave_work(&mut self) {
        let mut stuck = 0;
        while let Some(child) = self.nodes[stuck].children.iter().find(|child| self.nodes[**child].has_work) {
            stuck = *child;
        }
        self.nodes[stuck].is_stuck = true;
    }
}
