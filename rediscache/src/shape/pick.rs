//! Which variant an enum is given next, and what is learned of its variants from that.

use super::error::ProbeError;
use super::node::{NodeId, Variants};
use super::trace::{Active, Cause, Trace};

/// How a variant is chosen.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pick {
    /// By its index, as it is stored.
    Index(usize),
    /// By a name of the list, to learn which variant that is.
    Name(usize),
}

impl Trace {
    /// What is still to be learned comes first.
    pub(super) fn pick(&mut self, node: NodeId, is_least: bool) -> Result<Pick, ProbeError> {
        let resting = self.choose(node);
        let Some(variants) = &self.nodes[node].variants else { return Err(self.varies(node)) };
        if is_least {
            return self.pick_least(node);
        }
        if self.round == 0 {
            if let Some(index) = variants.not_done() {
                return Ok(Pick::Index(index));
            }
            if let Some(name) = variants.not_named() {
                return Ok(Pick::Name(name));
            }
            let mut contents = self.nodes[node].children.iter();
            if let Some(index) = contents.position(|content| self.nodes[*content].has_work) {
                return Ok(Pick::Index(index));
            }
        }
        let mut indices = (0..variants.count).map(|further| (resting + further) % variants.count);
        match indices.find(|index| !self.is_content_hopeless(node, *index)) {
            Some(index) => Ok(Pick::Index(index)),
            None => Err(self.stop(node, Cause::Impossible)),
        }
    }

    /// The variant to take where a value of a recursive type has to end: one that is known to, or one that is not yet
    /// being read further out.
    fn pick_least(&mut self, node: NodeId) -> Result<Pick, ProbeError> {
        let variants = self.nodes[node].variants.as_deref();
        let least =
            variants.and_then(|variants| variants.least).filter(|index| !self.is_content_hopeless(node, *index));
        match least.or_else(|| self.unused(node)) {
            Some(index) => Ok(Pick::Index(index)),
            None => Err(self.leads_in_a_circle(node)),
        }
    }

    fn unused(&self, node: NodeId) -> Option<usize> {
        let variants = self.nodes[node].variants.as_deref()?;
        (0..variants.count).find(|index| {
            let is_active = self.active.iter().any(|active| active.node == node && active.variant == *index);
            !is_active && !variants.is_endless[*index] && !self.is_content_hopeless(node, *index)
        })
    }

    /// Takes back the innermost choice that had an alternative.
    fn leads_in_a_circle(&mut self, node: NodeId) -> ProbeError {
        let mut least = self.active.iter().rev().filter(|active| active.is_least);
        let Some(last) = least.find(|active| self.unused(active.node).is_some()) else {
            return self.stop(node, Cause::Impossible);
        };
        let (last, variant) = (last.node, last.variant);
        if let Some(variants) = &mut self.nodes[last].variants {
            variants.is_endless[variant] = true;
        }
        self.has_progress = true;
        self.stop(node, Cause::Learned)
    }

    fn is_content_hopeless(&self, node: NodeId, index: usize) -> bool {
        self.nodes[node].children.get(index).is_some_and(|content| self.is_hopeless(*content))
    }

    /// Learns from the token of a variant that was chosen, or from that there is none, which variant it is.
    pub(super) fn identified(&mut self, node: NodeId, pick: Pick, token: Option<u64>) -> Result<usize, ProbeError> {
        let Some(variants) = &mut self.nodes[node].variants else { return Err(self.varies(node)) };
        let (index, has_progress) = match pick {
            Pick::Index(index) => variants.identify(index, token),
            Pick::Name(name) => (variants.identify_name(name, token), true),
        };
        self.has_progress |= has_progress;
        index.ok_or_else(|| self.stop(node, Cause::Learned))
    }

    pub(super) fn begin_variant(&mut self, node: NodeId, variant: usize, is_least: bool) {
        self.active.push(Active { node, variant, is_least });
    }

    pub(super) fn end_variant(&mut self, node: NodeId, depth: usize, is_read: bool) {
        let variant = self.active.get(depth).map(|active| active.variant);
        self.active.truncate(depth);
        if let (Some(variants), Some(variant)) = (&mut self.nodes[node].variants, variant) {
            variants.chosen = variant;
            if is_read {
                self.has_progress |= !variants.is_done[variant];
                variants.is_done[variant] = true;
                variants.least.get_or_insert(variant);
            }
        }
    }
}

impl Variants {
    /// The index, unless it is too large, and whether that is news.
    fn identify(&mut self, index: usize, token: Option<u64>) -> (Option<usize>, bool) {
        let Some(token) = token else {
            self.count = self.count.min(index);
            return (None, true);
        };
        let same = self.tokens.iter().take(self.count).position(|other| *other == Some(token));
        match same {
            Some(same) if same == index => (Some(index), false),
            Some(same) => {
                self.falls_through = true;
                self.count = self.count.min(same.max(index));
                self.tokens[index] = Some(token);
                ((index < same).then_some(index), true)
            }
            None => {
                let is_new = self.tokens[index].replace(token).is_none();
                (Some(index), is_new)
            }
        }
    }

    fn identify_name(&mut self, name: usize, token: Option<u64>) -> Option<usize> {
        let tokens = self.tokens.iter().take(self.count);
        let index = token.and_then(|token| tokens.into_iter().position(|other| *other == Some(token)));
        self.indices[name] = Some(index);
        index
    }
}
