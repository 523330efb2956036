//! The names of objects, local and in Redis.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::refusal::config;

/// The longest namespace taken, in bytes. A name beyond this is a mistake: it travels with every command.
pub(crate) const LONGEST: usize = 64 * 1024;

/// The hash of what each namespace holds, beside the data.
pub(crate) const OBJECTS: &str = "$objects";

/// The local name of an object: a constant in most programs, built at run time in some.
#[derive(Clone)]
pub(crate) enum Namespace {
    Static(&'static str),
    Shared(Arc<str>),
    Family(Arc<FamilyName>),
}

/// What stands for the id of one of a family where the id is to be put into a name.
const PLACE: &str = "{}";

/// The name of an object of one of a family.
pub(crate) struct FamilyName {
    /// What this object is called in all of the family, with `{}` for the id.
    template: &'static str,
    name: Box<str>,
    /// Why there is no name.
    fault: Option<Error>,
}

/// The id of one of a family, in the form in which it stands in the braces of names; an error where it has none.
#[derive(Clone, Debug)]
pub(crate) struct FamilyPart(Arc<Result<Box<str>>>);

impl FamilyPart {
    pub(crate) fn new(escaped: Result<String>) -> Self {
        Self(Arc::new(escaped.map(String::into_boxed_str)))
    }

    /// The form, if there is one.
    pub(crate) fn as_str(&self) -> Option<&str> {
        self.0.as_deref().ok()
    }
}

impl Namespace {
    /// Wraps a constant name. An empty one, and one with a brace, does not compile where the call is itself a constant.
    pub(crate) const fn constant(name: &'static str) -> Self {
        if name.is_empty() {
            the_namespace_of_a_constant_must_not_be_empty();
        }
        if has_brace(name) {
            a_namespace_with_a_brace_is_made_by_with_namespace();
        }
        Self::Static(name)
    }

    /// The name of an object of one of a family. The braces stay around the id, so that on a cluster all that belongs to one lies
    /// in one slot.
    pub(crate) fn in_family(template: &'static str, part: &FamilyPart) -> Self {
        let (name, fault) = match &*part.0 {
            Ok(id) => (fill(template, id), None),
            Err(error) => (template.into(), Some(error.again())),
        };
        Self::Family(Arc::new(FamilyName { template, name, fault }))
    }

    /// The name of an object of all of a family, where no one is meant.
    pub(crate) fn of_family(template: &'static str) -> Self {
        Self::Family(Arc::new(FamilyName { template, name: template.into(), fault: None }))
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Static(name) => name,
            Self::Shared(name) => name,
            Self::Family(family) => &family.name,
        }
    }

    /// What is known of it before it is used, and what it is on record by: of a family one name for all.
    #[inline]
    pub(crate) fn constant_part(&self) -> Option<&'static str> {
        match self {
            Self::Static(name) => Some(name),
            Self::Shared(_) => None,
            Self::Family(family) => Some(family.template),
        }
    }

    /// Says what is wrong with this name, if anything.
    pub(crate) fn check(&self) -> Result<()> {
        if let Self::Family(family) = self
            && let Some(fault) = &family.fault
        {
            return Err(fault.again());
        }
        self.fault().map_or(Ok(()), |fault| Err(config(fault)))
    }

    /// Whether both are the same name.
    #[inline]
    pub(crate) fn is(&self, other: &Self) -> bool {
        let (one, other) = (self.as_str(), other.as_str());
        std::ptr::eq(one, other) || one == other
    }

    fn fault(&self) -> Option<&'static str> {
        match self.as_str().len() {
            0 => Some("the namespace is empty; give it a name such as `Channel.topics`"),
            1..=LONGEST if self.as_str().starts_with('$') => Some(
                "the namespace begins with `$`, as what the library keeps beside the data does; give it another name",
            ),
            1..=LONGEST if matches!(self, Self::Static(name) if has_brace(name)) => Some(
                "a constant namespace has a `{` or `}` in it, which stands for itself; make a name of parts by \
                 `with_namespace(format!(…))`, and one with a hash tag by `with_namespace(\"{tag}.name\")`",
            ),
            1..=LONGEST => None,
            _ => Some("the namespace is longer than 64 KiB; give it a short name such as `Channel.topics`"),
        }
    }

    /// The full Redis key below a global namespace, which is `""` when there is none.
    pub(crate) fn key_below(&self, global: &str) -> FullKey {
        match global {
            "" => FullKey::Name(self.clone()),
            global => {
                let name = self.as_str();
                let mut key = String::with_capacity(global.len() + 1 + name.len());
                key.push_str(global);
                key.push('.');
                key.push_str(name);
                FullKey::Below(key)
            }
        }
    }
}

/// A full Redis key. Where it is the local name, it takes no memory of its own.
#[derive(Clone, Debug)]
pub(crate) enum FullKey {
    Name(Namespace),
    Below(String),
}

impl Deref for FullKey {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Name(name) => name.as_str(),
            Self::Below(key) => key,
        }
    }
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Whether a constant name is that of a family.
pub(crate) fn is_template(name: &str) -> bool {
    name.contains(PLACE)
}

/// What stands before the id in a name of a family, its brace included, and what stands behind its brace.
pub(crate) fn around_place(template: &str) -> Option<(&str, &str)> {
    let at = template.find(PLACE)?;
    Some((&template[..=at], &template[at + PLACE.len()..]))
}

fn fill(template: &str, id: &str) -> Box<str> {
    let (before, after) = around_place(template).unwrap_or((template, ""));
    let mut name = String::with_capacity(before.len() + id.len() + 1 + after.len());
    name.push_str(before);
    name.push_str(id);
    name.push('}');
    name.push_str(after);
    name.into()
}

/// Whether a name looks as if something were to be put into it.
const fn has_brace(name: &str) -> bool {
    let (bytes, mut at) = (name.as_bytes(), 0);
    while at < bytes.len() {
        if matches!(bytes[at], b'{' | b'}') {
            return true;
        }
        at += 1;
    }
    false
}

/// As [`the_namespace_of_a_constant_must_not_be_empty`].
const fn a_namespace_with_a_brace_is_made_by_with_namespace() {
    let _ = "".as_ptr().wrapping_add(8).is_null();
}

/// Does nothing at run time and stops a constant's evaluation, with its own name in the compiler's message.
///
/// Const evaluation cannot say whether a pointer past its allocation is null; running code can.
const fn the_namespace_of_a_constant_must_not_be_empty() {
    let _ = "".as_ptr().wrapping_add(8).is_null();
}
