//! Turns parts that refer to each other into one tree, the same for all types that describe the same values.

use std::collections::HashMap;

use super::form::{Content, FieldForm, Form, FormName, Scalar, VariantForm};
use super::limit;

/// One part of a shape, with its own parts by their numbers; those that were never reached have none.
#[derive(Clone, Debug)]
pub(super) struct GraphPart {
    pub(super) kind: PartKind,
    pub(super) children: Vec<Option<usize>>,
    pub(super) is_refused: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum PartKind {
    Unknown,
    SelfDescribing,
    Scalar(Scalar),
    Option,
    Sequence,
    Map,
    Tuple(usize),
    Newtype,
    Struct(Vec<FormName>),
    Enum(Vec<Vec<FormName>>),
    /// The same as another part.
    Again(usize),
}

/// The shape that the first part is.
pub(super) fn form_of(parts: Vec<GraphPart>) -> Form {
    let is_recursive = parts.iter().any(|part| matches!(part.kind, PartKind::Again(_)));
    let classes = if is_recursive { classes(&parts) } else { (0..parts.len()).collect() };
    Tree { parts, classes, around: Vec::new(), size: 0 }.form(Some(0))
}

/// Gives equal parts the same number. Parts are taken for equal until a difference is found, so that a type that holds
/// itself is equal to one that holds its twin.
fn classes(parts: &[GraphPart]) -> Vec<usize> {
    let mut kinds = HashMap::new();
    let mut classes: Vec<usize> = parts
        .iter()
        .map(|part| {
            let next = kinds.len();
            *kinds.entry((&part.kind, part.is_refused)).or_insert(next)
        })
        .collect();
    let mut count = kinds.len();
    loop {
        let class = |part: Option<usize>| part.map(|part| classes[target(parts, part)]);
        let mut finer = HashMap::new();
        let next: Vec<usize> = (0..parts.len())
            .map(|part| {
                let children: Vec<_> = parts[part].children.iter().map(|child| class(*child)).collect();
                let next = finer.len();
                *finer.entry((classes[part], children)).or_insert(next)
            })
            .collect();
        if finer.len() == count {
            return next;
        }
        count = finer.len();
        classes = next;
    }
}

/// The part that another stands for.
fn target(parts: &[GraphPart], part: usize) -> usize {
    match parts[part].kind {
        PartKind::Again(outer) if !parts[part].is_refused => outer,
        _ => part,
    }
}

/// The tree while it is made.
struct Tree {
    parts: Vec<GraphPart>,
    classes: Vec<usize>,
    /// The composite parts around, the innermost last.
    around: Vec<usize>,
    size: usize,
}

impl Tree {
    fn form(&mut self, part: Option<usize>) -> Form {
        let Some(part) = part.map(|part| target(&self.parts, part)) else { return Form::Unknown };
        // A shape has no more parts than its type has places, unless places refer to others in a way not foreseen.
        self.size += 1;
        if self.size > 2 * limit::MOST_NODES {
            return Form::Unknown;
        }
        let GraphPart { kind, children, is_refused } = self.parts[part].clone();
        let form = match kind {
            PartKind::Unknown => return Form::Unknown,
            PartKind::SelfDescribing => return Form::SelfDescribing,
            PartKind::Scalar(scalar) => Form::Scalar(scalar),
            PartKind::Again(outer) => self.form(Some(outer)),
            kind => self.composite(part, kind, &children),
        };
        if is_refused && form.is_known() { Form::Refused(Box::new(form)) } else { form }
    }

    fn composite(&mut self, part: usize, kind: PartKind, children: &[Option<usize>]) -> Form {
        let class = self.classes[part];
        if let Some(out) = self.around.iter().rev().position(|outer| *outer == class) {
            return Form::Again(out);
        }
        self.around.push(class);
        let form = match kind {
            PartKind::Option => Form::Option(Box::new(self.form(children[0]))),
            PartKind::Sequence => Form::Sequence(Box::new(self.form(children[0]))),
            PartKind::Map => Form::Map(Box::new((self.form(children[0]), self.form(children[1])))),
            PartKind::Struct(names) => Form::Struct(self.fields(names, children)),
            PartKind::Enum(variants) => Form::Enum(
                variants.into_iter().zip(children).map(|(names, content)| self.variant(names, *content)).collect(),
            ),
            _ => tuple(self.forms(children)),
        };
        self.around.pop();
        form
    }

    fn forms(&mut self, children: &[Option<usize>]) -> Box<[Form]> {
        children.iter().map(|child| self.form(*child)).collect()
    }

    fn fields(&mut self, names: Vec<FormName>, children: &[Option<usize>]) -> Box<[FieldForm]> {
        let fields = names.into_iter().zip(children);
        fields.map(|(name, child)| FieldForm { name, form: self.form(*child) }).collect()
    }

    fn variant(&mut self, names: Vec<FormName>, content: Option<usize>) -> VariantForm {
        let names = names.into();
        let Some(part) = content else { return VariantForm { names, content: Content::Unknown, is_refused: false } };
        let GraphPart { kind, children, is_refused } = self.parts[part].clone();
        let content = match kind {
            PartKind::Scalar(_) => Content::Unit,
            PartKind::Newtype => Content::Newtype(self.form(children[0])),
            PartKind::Tuple(_) => Content::Tuple(self.forms(&children)),
            PartKind::Struct(names) => Content::Struct(self.fields(names, &children)),
            _ => Content::Unknown,
        };
        VariantForm { names, content, is_refused }
    }
}

fn tuple(parts: Box<[Form]>) -> Form {
    match &*parts {
        [first, others @ ..] if !others.is_empty() && others.iter().all(|other| other == first) => {
            Form::Array(Box::new(first.clone()), parts.len())
        }
        _ => Form::Tuple(parts),
    }
}
