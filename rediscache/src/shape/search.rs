//! What follows from a pass that failed: other values for the place that refused, until one is accepted or none left.

use super::limit;
use super::node::{Ask, Node, NodeId, Search};
use super::trace::{Cause, Fault, Trace};

impl Trace {
    /// Does something about a fault.
    pub(super) fn resolve(&mut self, fault: &Fault) {
        let searched = self.searched_around(fault.node);
        match fault.cause {
            Cause::Learned => {}
            Cause::Panicked => self.give_up(fault.node),
            Cause::MissingField if self.leaves_a_field_out(fault.node) => self.give_up(fault.node),
            Cause::Impossible | Cause::Exceeded if searched.is_none() => self.give_up(fault.node),
            _ => self.try_another(searched.unwrap_or(fault.node), &fault.leaves),
        }
    }

    /// What is refused in a round of other values keeps its own.
    pub(super) fn pin(&mut self, fault: &Fault) -> bool {
        let before = fault.leaves.iter().filter(|leaf| !self.nodes[**leaf].is_pinned).count();
        fault.leaves.iter().for_each(|leaf| self.nodes[*leaf].is_pinned = true);
        before > 0
    }

    /// The outermost place around this one, itself included, that other values are being tried for: what else goes
    /// wrong within is due to those.
    fn searched_around(&self, node: NodeId) -> Option<NodeId> {
        let around = std::iter::successors(Some(node), |node| self.nodes[*node].parent);
        around.filter(|node| self.nodes[*node].search.is_some()).last()
    }

    fn leaves_a_field_out(&self, node: NodeId) -> bool {
        let place = if let Ask::Again(outer) = self.nodes[node].ask { outer } else { node };
        self.has_blocked_child(place)
    }

    fn try_another(&mut self, node: NodeId, leaves: &[NodeId]) {
        if self.nodes[node].is_blocked && !self.nodes[node].has_work {
            return self.give_up(node);
        }
        let mut search = self.nodes[node].search.take().unwrap_or_else(|| Box::new(self.new_search(leaves)));
        search.attempt += 1;
        let choices = self.choices(&search);
        for (leaf, choice) in search.leaves.iter().zip(choices.iter().flatten()) {
            self.nodes[leaf.0].choice = *choice;
        }
        self.has_progress = true;
        if choices.is_some() {
            self.nodes[node].search = Some(search);
        } else {
            search.leaves.iter().for_each(|(leaf, choice)| self.nodes[*leaf].choice = *choice);
            self.give_up(node);
        }
    }

    fn new_search(&self, leaves: &[NodeId]) -> Search {
        let mut leaves = leaves.to_vec();
        leaves.sort_unstable();
        leaves.dedup();
        leaves.truncate(limit::MOST_VARIED);
        Search { leaves: leaves.into_iter().map(|leaf| (leaf, self.nodes[leaf].choice)).collect(), attempt: 0 }
    }

    /// What to choose at each leaf in an attempt, or nothing when all was tried: first all leaves alike, as a date of
    /// the year 1 wants, then each by itself, the last first, and then what chance brings.
    fn choices(&self, search: &Search) -> Option<Vec<usize>> {
        let is_single = search.leaves.len() == 1;
        let count = |leaf: &Node| if is_single { leaf.choices() } else { leaf.choices_together() };
        let counts: Vec<usize> = search.leaves.iter().map(|(leaf, _)| count(&self.nodes[*leaf])).collect();
        let base = search.leaves.iter().map(|(_, choice)| *choice);
        let others = |further: &dyn Fn(usize) -> usize| -> Vec<usize> {
            let leaves = base.clone().zip(&counts).enumerate();
            leaves.map(|(leaf, (choice, count))| (choice + further(leaf)) % count).collect()
        };
        // Enums turn to their next variant by themselves, and that may do.
        let has_variants = search.leaves.iter().any(|(leaf, _)| self.nodes[*leaf].variants.is_some());
        let attempt =
            search.attempt.checked_sub(usize::from(has_variants)).filter(|_| search.attempt < limit::MOST_TRIES)?;
        let alike = counts.iter().max()? - 1;
        if attempt <= alike {
            return Some(others(&|_| attempt));
        }
        let mut left = attempt - alike - 1;
        if is_single {
            return None;
        }
        for (single, count) in counts.iter().enumerate().rev() {
            let tries = count.saturating_sub(1).min(MOST_SINGLE);
            if left < tries {
                return Some(others(&|leaf| if leaf == single { left + 1 } else { 0 }));
            }
            left -= tries;
        }
        (left < BY_CHANCE).then(|| others(&|leaf| by_chance(left, leaf)))
    }

    /// Leaves a place as it is, since nothing can be made up for it, and what cannot be made without it.
    fn give_up(&mut self, node: NodeId) {
        if matches!(self.nodes[node].ask, Ask::Enum(_)) && self.give_up_variant(node) {
            return;
        }
        let mut blocked = Some(node);
        while let Some(node) = blocked {
            let Node { parent, is_blocked, .. } = self.nodes[node];
            self.nodes[node].is_blocked = true;
            self.nodes[node].search = None;
            self.has_progress |= !is_blocked;
            blocked = parent.filter(|parent| self.needs(*parent, node));
        }
    }

    /// Whether nothing can be made of a place without one of its parts.
    fn needs(&mut self, parent: NodeId, part: NodeId) -> bool {
        match self.nodes[parent].ask {
            Ask::Tuple(_) | Ask::Newtype => true,
            Ask::Struct(_) => self.nodes[parent].fields.as_ref().is_some_and(|fields| fields.is_nameless),
            Ask::Enum(_) => {
                let index = self.nodes[parent].children.iter().position(|content| *content == part);
                self.end_with_variant(parent, index)
            }
            _ => false,
        }
    }

    /// Gives up what an enum held when it was refused; `false` if it was given up before.
    fn give_up_variant(&mut self, node: NodeId) -> bool {
        let variants = self.nodes[node].variants.as_ref().filter(|variants| variants.chosen < variants.count);
        let Some(index) = variants.map(|variants| variants.chosen) else { return false };
        let Ok(content) = self.child(node, index) else { return false };
        if self.nodes[content].is_blocked {
            return false;
        }
        self.nodes[content].is_blocked = true;
        self.nodes[node].search = None;
        self.has_progress = true;
        !self.end_with_variant(node, Some(index))
    }

    /// Notes that a variant cannot be made, and tells whether none can.
    fn end_with_variant(&mut self, node: NodeId, index: Option<usize>) -> bool {
        let children = &self.nodes[node].children;
        let blocked: Vec<bool> = children.iter().map(|content| self.nodes[*content].is_blocked).collect();
        let Some(variants) = &mut self.nodes[node].variants else { return true };
        if let Some(index) = index {
            self.has_progress |= !std::mem::replace(&mut variants.is_done[index], true);
            variants.least = variants.least.filter(|least| *least != index);
        }
        blocked.iter().take(variants.count).filter(|is_blocked| **is_blocked).count() == variants.count
    }
}

/// How many values of one leaf are tried while the others stay.
const MOST_SINGLE: usize = 24;

/// How many combinations are tried that follow no order.
const BY_CHANCE: usize = 64;

/// The same number each time, so that a shape is the same in every process.
fn by_chance(attempt: usize, leaf: usize) -> usize {
    let mixed = (attempt * limit::MOST_VARIED + leaf + 1).wrapping_mul(0x9E37_79B1) % (1 << 32);
    (mixed >> 13) % 97
}
