//! Turns what is known of a type into the parts that its shape is made of.

use std::borrow::Cow;

use super::form::{Form, FormName};
use super::graph::{GraphPart, PartKind, form_of};
use super::node::{Ask, Fields, Node, NodeId, Variants};
use super::trace::Trace;

impl Trace {
    /// The shape of the type.
    pub(super) fn form(&self) -> Form {
        let mut parts: Vec<GraphPart> = (0..self.nodes.len()).map(|node| self.part(node)).collect();
        self.mark_refused(&mut parts);
        form_of(parts)
    }

    fn part(&self, node: NodeId) -> GraphPart {
        let place = &self.nodes[node];
        let kind = self.kind(place);
        let count = match &kind {
            PartKind::Option | PartKind::Sequence | PartKind::Newtype => 1,
            PartKind::Map => 2,
            PartKind::Tuple(count) => *count,
            PartKind::Struct(names) => names.len(),
            PartKind::Enum(variants) => variants.len(),
            _ => 0,
        };
        let children = (0..count).map(|position| place.children.get(position).copied());
        GraphPart { kind, children: children.collect(), is_refused: false }
    }

    fn kind(&self, place: &Node) -> PartKind {
        match place.ask {
            // Its keys are names of fields: serde's `flatten`.
            Ask::Map if place.children.first().is_some_and(|key| self.nodes[*key].ask == Ask::SelfDescribing) => {
                PartKind::SelfDescribing
            }
            _ if place.varies => PartKind::Unknown,
            Ask::Nothing => PartKind::Unknown,
            Ask::SelfDescribing => PartKind::SelfDescribing,
            Ask::Scalar(scalar) => PartKind::Scalar(scalar),
            Ask::Option => PartKind::Option,
            Ask::Sequence => PartKind::Sequence,
            Ask::Map => PartKind::Map,
            Ask::Tuple(count) => PartKind::Tuple(count),
            Ask::Newtype => PartKind::Newtype,
            Ask::Again(outer) => PartKind::Again(outer),
            Ask::Struct(_) => place
                .fields
                .as_deref()
                .and_then(|fields| names_of_fields(fields, place.asked))
                .map_or(PartKind::Unknown, PartKind::Struct),
            Ask::Enum(_) => {
                place.variants.as_deref().and_then(names_of_variants).map_or(PartKind::Unknown, PartKind::Enum)
            }
        }
    }

    /// Marks what accepted no value though each of its parts is known; the last parts are the innermost.
    fn mark_refused(&self, parts: &mut [GraphPart]) {
        let mut is_known = vec![true; parts.len()];
        for node in (0..parts.len()).rev() {
            let part = &parts[node];
            let is_certain = !matches!(part.kind, PartKind::Unknown | PartKind::SelfDescribing);
            let inner = part.children.iter().all(|child| child.is_some_and(|child| is_known[child]));
            parts[node].is_refused = is_certain && inner && !self.is_accepted(node, &parts[node].kind);
            is_known[node] = is_certain && inner && !parts[node].is_refused;
        }
    }

    fn is_accepted(&self, node: NodeId, kind: &PartKind) -> bool {
        let place = &self.nodes[node];
        match (kind, &place.fields) {
            // No value, and nothing that could be known of one.
            (PartKind::Enum(variants), _) if variants.is_empty() => true,
            (PartKind::Struct(_), Some(fields)) => place.is_accepted && place.asked.is_some() && fields.is_named,
            _ => place.is_accepted,
        }
    }
}

/// The name of each field, unless there are more or fewer names than fields, or it is not told which is the name.
fn names_of_fields(fields: &Fields, asked: Option<usize>) -> Option<Vec<FormName>> {
    let names = fields.first_names().map(|first| {
        let aliases = fields.is_alias.iter().skip(first + 1).take_while(|is_alias| **is_alias).count();
        let names = &fields.listed[first..=first + aliases];
        let is_it = |name: &&&'static str| aliases == 0 || fields.told.contains(*name);
        names.iter().find(is_it).map(|name| Cow::Borrowed(*name))
    });
    // Where as many fields are read as are listed, there are no aliases.
    let is_certain = match asked {
        Some(asked) => asked == fields.count() && (fields.is_named || asked == fields.listed.len()),
        None => fields.is_named && !fields.is_ambiguous,
    };
    if is_certain { names.collect() } else { None }
}

/// The names of each variant, unless one has none, or a name leads nowhere.
fn names_of_variants(variants: &Variants) -> Option<Vec<Vec<FormName>>> {
    // Tags that are no enum look all the same, as if a single variant stood for all others.
    if variants.falls_through && variants.count < 2 {
        return None;
    }
    let mut names = vec![Vec::new(); variants.count];
    for (name, index) in variants.listed.iter().zip(&variants.indices) {
        match index {
            Some(Some(index)) if *index < variants.count => names[*index].push(Cow::Borrowed(*name)),
            _ => return None,
        }
    }
    names.iter().all(|names| !names.is_empty()).then_some(names)
}
