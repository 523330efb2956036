//! One place of a type: what was asked for there, and what is known of it so far.

use super::candidate;
use super::form::Scalar;

/// A place by its number. That of a part is always larger than that of the whole.
pub(super) type NodeId = usize;

#[derive(Debug)]
pub(super) struct Node {
    pub(super) parent: Option<NodeId>,
    pub(super) ask: Ask,
    pub(super) identity: Identity,
    /// The inner value, the element, key and value, the fields by position, or the contents of the variants by index.
    pub(super) children: Vec<NodeId>,
    /// How many children were reached by position. Fields after those were read by names.
    pub(super) reached: usize,
    /// How many parts a tuple or struct asks for by position.
    pub(super) asked: Option<usize>,
    /// Whether a value of it was accepted.
    pub(super) is_accepted: bool,
    /// Whether no value can be made of it: parents go around it where they can.
    pub(super) is_blocked: bool,
    /// Whether it asks for different things at different times, or reads differently what it asked for.
    pub(super) varies: bool,
    /// Whether something in it is still to be found out, and may be.
    pub(super) has_work: bool,
    /// Whether trying to find out the rest led nowhere.
    pub(super) is_stuck: bool,
    /// Which of the made-up values it is given.
    pub(super) choice: usize,
    /// Whether it keeps that one when others are varied.
    pub(super) is_pinned: bool,
    /// The visitor that refused a value, so that others of it begin with what this one accepts.
    pub(super) picky: Option<Identity>,
    pub(super) search: Option<Box<Search>>,
    pub(super) fields: Option<Box<Fields>>,
    pub(super) variants: Option<Box<Variants>>,
}

/// What a type asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// It did not ask yet.
    Nothing,
    SelfDescribing,
    Scalar(Scalar),
    Option,
    Sequence,
    Map,
    Tuple(usize),
    Struct(&'static [&'static str]),
    Enum(&'static [&'static str]),
    /// What a variant of one value holds.
    Newtype,
    /// The same type as a place around this one.
    Again(NodeId),
}

/// Tells types apart, as far as safe Rust can: `TypeId` is only for those without lifetimes, and visitors need not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    visitor: &'static str,
    size: usize,
}

/// The tries to satisfy a place that refuses.
#[derive(Debug)]
pub(super) struct Search {
    /// What is varied, and what was chosen there before.
    pub(super) leaves: Vec<(NodeId, usize)>,
    pub(super) attempt: usize,
}

/// The names of a struct's fields.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) listed: &'static [&'static str],
    /// What tells the field of each name from the others.
    pub(super) tokens: Vec<Option<u64>>,
    /// Whether each stands for the same field as the one before it. serde lists the names of a field together.
    pub(super) is_alias: Vec<bool>,
    /// Which of several names serde goes by.
    pub(super) told: Vec<&'static str>,
    /// Whether every name was tried.
    pub(super) is_named: bool,
    /// Whether there may be aliases that were not found.
    pub(super) is_ambiguous: bool,
    /// Whether the type does not read fields by these names.
    pub(super) is_nameless: bool,
}

/// The variants of an enum.
#[derive(Debug)]
pub(super) struct Variants {
    pub(super) listed: &'static [&'static str],
    /// How many there are, as far as is known: fewer than are listed, where there are aliases.
    pub(super) count: usize,
    /// Whether an index that is too large is taken for another variant, by `serde(other)`.
    pub(super) falls_through: bool,
    /// What tells the variant of each index from the others.
    pub(super) tokens: Vec<Option<u64>>,
    /// Whether each was read, or cannot be.
    pub(super) is_done: Vec<bool>,
    /// For each name whether it was tried, and the index of the variant that it leads to.
    pub(super) indices: Vec<Option<Option<usize>>>,
    /// Variants that lead in a circle when the least value is wanted.
    pub(super) is_endless: Vec<bool>,
    /// The variant that was read first, and so can be read without any that is larger.
    pub(super) least: Option<usize>,
    /// The one that was chosen last.
    pub(super) chosen: usize,
}

impl Identity {
    pub(super) const NONE: Self = Self { visitor: "", size: 0 };

    /// Whether a place of this type can be within another of it. What takes no memory holds nothing: a visitor that
    /// gives such reads something else at each level.
    pub(super) fn may_recur(self) -> bool {
        self.size > 0
    }

    pub(super) fn of<V, T>() -> Self {
        Self { visitor: std::any::type_name::<V>(), size: size_of::<T>() }
    }
}

impl Node {
    pub(super) fn new(parent: Option<NodeId>) -> Self {
        Self {
            parent,
            ask: Ask::Nothing,
            identity: Identity::NONE,
            children: Vec::new(),
            reached: 0,
            asked: None,
            is_accepted: false,
            is_blocked: false,
            varies: false,
            has_work: true,
            is_stuck: false,
            choice: 0,
            is_pinned: false,
            picky: None,
            search: None,
            fields: None,
            variants: None,
        }
    }

    /// How many different values it can be given.
    pub(super) fn choices(&self) -> usize {
        match self.ask {
            Ask::Scalar(scalar) => candidate::scalars(scalar),
            _ => self.choices_together(),
        }
    }

    /// How many of these it may be given while others are varied, too.
    pub(super) fn choices_together(&self) -> usize {
        match self.ask {
            Ask::Scalar(scalar) => candidate::scalars_together(scalar),
            Ask::Option => 2,
            Ask::Sequence | Ask::Map => candidate::lengths(),
            Ask::Enum(_) => self.variants.as_ref().map_or(1, |variants| variants.count.max(1)),
            _ => 1,
        }
    }
}

impl Fields {
    pub(super) fn new(listed: &'static [&'static str]) -> Self {
        let (tokens, is_alias) = (vec![None; listed.len()], vec![false; listed.len()]);
        Self { listed, tokens, is_alias, told: Vec::new(), is_named: false, is_ambiguous: false, is_nameless: false }
    }

    /// How many different fields there are, as far as is known.
    pub(super) fn count(&self) -> usize {
        self.is_alias.iter().filter(|is_alias| !**is_alias).count()
    }

    /// The first name of each field.
    pub(super) fn first_names(&self) -> impl Iterator<Item = usize> {
        self.is_alias.iter().enumerate().filter(|(_, is_alias)| !**is_alias).map(|(listed, _)| listed)
    }
}

impl Variants {
    pub(super) fn new(listed: &'static [&'static str]) -> Self {
        let count = listed.len();
        Self {
            listed,
            count,
            falls_through: false,
            tokens: vec![None; count],
            is_done: vec![false; count],
            indices: vec![None; count],
            is_endless: vec![false; count],
            least: None,
            chosen: 0,
        }
    }

    pub(super) fn not_done(&self) -> Option<usize> {
        self.is_done.iter().take(self.count).position(|is_done| !is_done)
    }

    pub(super) fn not_named(&self) -> Option<usize> {
        self.indices.iter().position(Option::is_none)
    }
}
