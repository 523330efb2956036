//! What is known of a type so far, and what happens while it reads one made-up value.

use super::error::ProbeError;
use super::limit;
use super::node::{Identity, Node, NodeId};

/// All places of a type that were seen, and the state of the current pass.
#[derive(Debug)]
pub(super) struct Trace {
    /// The first is the type itself.
    pub(super) nodes: Vec<Node>,
    /// The round of other values, 0 while the shape is still being found.
    pub(super) round: usize,
    pub(super) steps_in_all: usize,
    /// Why this pass failed, as far in as that can be told.
    pub(super) fault: Option<Fault>,
    /// Whether this pass found out anything.
    pub(super) has_progress: bool,
    /// The variants that are being read, the innermost last.
    pub(super) active: Vec<Active>,
    steps: usize,
    ignored: usize,
    /// How many faults there were in this pass, those that the type swallowed included.
    faults: usize,
    /// The places whose reading began and did not end.
    entered: Vec<NodeId>,
    /// The places where a value was chosen, in order.
    chosen: Vec<NodeId>,
    /// Which choice each picky visitor accepts.
    accepted: Vec<(Identity, usize)>,
}

/// Where and why a pass failed.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) node: NodeId,
    /// The choices that were made within.
    pub(super) leaves: Vec<NodeId>,
    pub(super) cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// The type refused the values.
    Refused,
    /// The type refused since a field was left out.
    MissingField,
    /// The pass was to find something out, and is over.
    Learned,
    /// Nothing can be made up for this place.
    Impossible,
    /// A limit was reached.
    Exceeded,
    Panicked,
}

/// A variant that is being read.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) node: NodeId,
    pub(super) variant: usize,
    /// Whether it was chosen to end soon.
    pub(super) is_least: bool,
}

/// Where a place was entered.
pub(super) struct Mark {
    node: NodeId,
    depth: usize,
    chosen: usize,
    faults: usize,
}

impl Trace {
    pub(super) fn new() -> Self {
        Self {
            nodes: vec![Node::new(None)],
            round: 0,
            steps_in_all: 0,
            fault: None,
            has_progress: false,
            active: Vec::new(),
            steps: 0,
            ignored: 0,
            faults: 0,
            entered: Vec::new(),
            chosen: Vec::new(),
            accepted: Vec::new(),
        }
    }

    /// Forgets the last pass, which a panic may have left anywhere.
    pub(super) fn begin(&mut self) {
        (self.steps, self.ignored, self.faults) = (0, 0, 0);
        (self.fault, self.has_progress) = (None, false);
        self.entered.clear();
        self.active.clear();
        self.chosen.clear();
    }

    pub(super) fn faults(&self) -> usize {
        self.faults
    }

    /// Notes that the probe itself ends this pass, unless something else did before.
    pub(super) fn stop(&mut self, node: NodeId, cause: Cause) -> ProbeError {
        self.note(node, self.chosen.len(), cause);
        ProbeError::Stopped
    }

    fn note(&mut self, node: NodeId, chosen: usize, cause: Cause) {
        self.faults += 1;
        if self.fault.is_none() {
            let leaves = self.chosen.get(chosen..).unwrap_or_default().to_vec();
            self.fault = Some(Fault { node, leaves, cause });
        }
    }

    /// A panic went through what is entered.
    pub(super) fn panicked(&mut self) {
        let node = self.entered.last().copied().unwrap_or_default();
        self.fault = Some(Fault { node, leaves: Vec::new(), cause: Cause::Panicked });
    }

    /// Counts one question.
    pub(super) fn step(&mut self, node: NodeId) -> Result<(), ProbeError> {
        self.steps += 1;
        self.steps_in_all += 1;
        if self.steps <= limit::MOST_STEPS && self.steps_in_all <= limit::MOST_STEPS_IN_ALL {
            return Ok(());
        }
        self.ignored += 1;
        if self.ignored > limit::MOST_IGNORED && cfg!(panic = "unwind") {
            // Nothing else ends a loop that ignores errors. Unlike `panic!`, this calls no hook, so it prints nothing.
            std::panic::resume_unwind(Box::new(ProbeError::Stopped));
        }
        Err(self.stop(node, Cause::Exceeded))
    }

    pub(super) fn enter(&mut self, node: NodeId) -> Result<Mark, ProbeError> {
        if self.entered.len() >= limit::DEEPEST {
            return Err(self.stop(node, Cause::Exceeded));
        }
        if self.is_hopeless(node) {
            return Err(self.stop(node, Cause::Impossible));
        }
        let mark = Mark { node, depth: self.entered.len(), chosen: self.chosen.len(), faults: self.faults };
        self.entered.push(node);
        Ok(mark)
    }

    pub(super) fn leave(&mut self, mark: &Mark, error: Option<ProbeError>) {
        self.entered.truncate(mark.depth);
        let Some(error) = error else { return self.accept(mark) };
        if self.faults == mark.faults {
            let cause = match error {
                ProbeError::MissingField(_) => Cause::MissingField,
                ProbeError::DuplicateField(_) => Cause::Learned,
                ProbeError::Refused | ProbeError::Stopped => Cause::Refused,
            };
            self.note(mark.node, mark.chosen, cause);
        }
    }

    fn accept(&mut self, mark: &Mark) {
        // A type that swallowed what went wrong inside has accepted nothing.
        if self.faults > mark.faults {
            return;
        }
        let node = &mut self.nodes[mark.node];
        node.is_accepted = true;
        node.is_blocked = false;
        if node.search.take().is_none() {
            return;
        }
        if let Some(picky) = node.picky {
            let choice = node.choice;
            self.accepted.push((picky, choice));
        }
        for leaf in self.chosen.iter().skip(mark.chosen) {
            let leaf = &mut self.nodes[*leaf];
            if let Some(variants) = &leaf.variants {
                leaf.choice = variants.chosen;
            }
        }
    }

    /// Which of the made-up values a place is given now.
    pub(super) fn choose(&mut self, node: NodeId) -> usize {
        self.chosen.push(node);
        let Node { choice, is_pinned, .. } = self.nodes[node];
        let round = if is_pinned { 0 } else { self.round };
        (choice + round) % self.nodes[node].choices()
    }

    /// What a picky visitor accepted elsewhere.
    pub(super) fn accepted_elsewhere(&self, identity: Identity) -> Option<usize> {
        self.accepted.iter().find(|(picky, _)| *picky == identity).map(|(_, choice)| *choice)
    }

    /// Whether nothing can be made up for a place, nor found out about it.
    pub(super) fn is_hopeless(&self, node: NodeId) -> bool {
        self.nodes[node].is_blocked && !self.nodes[node].has_work
    }
}
