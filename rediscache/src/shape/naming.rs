//! Which fields of a struct are given by name, and what is learned of their names from that.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::{discriminant, replace};

use super::error::ProbeError;
use super::node::{Fields, NodeId};
use super::trace::Trace;

/// How reading fields by name went.
#[derive(Debug, Default)]
pub(super) struct Naming {
    /// The names that were read, and what each became.
    pub(super) tokens: Vec<(usize, u64)>,
    /// The last of them, while its value was not asked for.
    pub(super) pending: Option<usize>,
    /// Whether the type asked for more names than there are.
    pub(super) is_over: bool,
}

/// Tells what names became apart: fields, or variants. What serde derives are enums without content; where they are
/// something else, all are equal, and tell nothing.
pub(super) fn token<T>(name: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    discriminant(name).hash(&mut hasher);
    hasher.finish()
}

impl Trace {
    /// Whether a struct is read by names, since these are to be learned, or a field cannot be read, which would be in
    /// the way of those after it.
    pub(super) fn reads_by_name(&self, node: NodeId, is_least: bool) -> bool {
        let Some(fields) = &self.nodes[node].fields else { return false };
        if fields.is_nameless {
            return false;
        }
        let is_read = self.nodes[node].asked.is_some() || self.nodes[node].is_blocked;
        let is_to_name = is_read && !is_least && self.round == 0 && !fields.is_named;
        is_to_name || self.has_blocked_child(node)
    }

    pub(super) fn has_blocked_child(&self, node: NodeId) -> bool {
        self.nodes[node].children.iter().any(|child| self.nodes[*child].is_blocked)
    }

    /// The names to give, with the positions of their fields; at the end one that cannot be read, if there is something
    /// to find out about it.
    pub(super) fn names_to_give(&self, node: NodeId) -> Vec<(usize, usize)> {
        let Some(fields) = &self.nodes[node].fields else { return Vec::new() };
        let child = |position: usize| self.nodes[node].children.get(position).map(|child| &self.nodes[*child]);
        let all = || fields.first_names().enumerate().map(|(position, listed)| (listed, position));
        let is_blocked = |position: usize| child(position).is_some_and(|child| child.is_blocked);
        let has_work = |position: usize| child(position).is_some_and(|child| child.has_work);
        let mut names: Vec<_> = all().filter(|(_, position)| !is_blocked(*position)).collect();
        names.extend(all().find(|(listed, position)| {
            is_blocked(*position) && (has_work(*position) || fields.tokens[*listed].is_none())
        }));
        names
    }

    /// Learns from how a struct was read by names; `is_explained` if the error comes from within a field.
    pub(super) fn named(&mut self, node: NodeId, naming: &Naming, error: Option<ProbeError>, is_explained: bool) {
        let Some(fields) = &mut self.nodes[node].fields else { return };
        let mut has_progress = false;
        for (listed, token) in &naming.tokens {
            has_progress |= fields.tokens[*listed].replace(*token).is_none();
        }
        let mut has_alias = false;
        match (error, naming.pending) {
            (Some(ProbeError::DuplicateField(told)), Some(listed)) if !is_explained => {
                fields.told.push(told);
                has_alias = !replace(&mut fields.is_alias[listed], true);
            }
            (Some(_), _) if is_explained => {}
            _ if naming.is_over => {
                if let Some(ProbeError::MissingField(told)) = error {
                    fields.told.push(told);
                }
                has_alias = fields.compare_tokens(naming.tokens.len());
                has_progress |= fields.is_named == has_alias;
                fields.is_named = !has_alias;
            }
            _ => has_progress |= !replace(&mut fields.is_nameless, true),
        }
        if has_alias {
            // Fields behind the alias were taken for those at the position after theirs.
            let reached = self.nodes[node].reached;
            self.nodes[node].children.truncate(reached);
        }
        self.has_progress |= has_progress || has_alias;
    }
}

impl Fields {
    /// Finds aliases of fields that cannot be read, and so cannot be there twice; tells whether there are any.
    fn compare_tokens(&mut self, given: usize) -> bool {
        if self.tokens.iter().all(|token| *token == self.tokens[0]) {
            self.is_ambiguous = given < self.count() && self.count() > 1;
            return false;
        }
        let before = self.count();
        for listed in 1..self.listed.len() {
            let token = self.tokens[listed];
            self.is_alias[listed] |= token.is_some() && token == self.tokens[listed - 1];
        }
        self.count() < before
    }
}
