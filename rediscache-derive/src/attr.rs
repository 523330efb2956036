//! The attributes of a struct and of its fields, as values that keep the span of their key.

use proc_macro2::Span;
use syn::{Attribute, Ident, Path, Type, parse_quote};

use crate::entry::{Entry, entries};
use crate::errors::Errors;
use crate::key::Place;
use crate::lease::LeaseAttr;
use crate::older::VersionAttr;
use crate::rate::RateAttr;
use crate::ttl::TtlAttr;

/// A value, and the key to point at when it turns out wrong.
pub(crate) struct Keyed<T> {
    pub(crate) key: Span,
    pub(crate) value: T,
}

/// What `#[rediscache(…)]` says above the struct.
pub(crate) struct StructAttr {
    pub(crate) namespace: Option<Keyed<String>>,
    /// The type of what stands in the braces of names; `None` within where that is wrong.
    pub(crate) per: Option<Keyed<Option<Type>>>,
    pub(crate) global: bool,
    /// Whether its values are fields of one hash.
    pub(crate) record: bool,
    /// Where the runtime crate is; `None` when the key that says so is wrong.
    pub(crate) root: Option<Path>,
}

impl StructAttr {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut found =
            Self { namespace: None, per: None, global: true, record: false, root: Some(parse_quote!(::rediscache)) };
        for entry in entries(attrs, Place::Struct, errors) {
            match entry.name() {
                "namespace" => found.namespace = Keyed::namespace(&entry, errors),
                "per" => found.per = Some(Keyed { key: entry.span(), value: entry.ty(errors) }),
                "global" => found.global = entry.flag(errors).unwrap_or(true),
                "record" => found.record = entry.bare(errors),
                _ => found.root = entry.path(errors),
            }
        }
        found
    }
}

/// What `#[rediscache(…)]` says above one field.
#[derive(Default)]
pub(crate) struct FieldAttr {
    pub(crate) skip: bool,
    pub(crate) namespace: Option<Keyed<String>>,
    pub(crate) global: Option<bool>,
    pub(crate) accessor: Option<Keyed<Ident>>,
    pub(crate) secret: bool,
    /// In milliseconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) task: TaskAttr,
    pub(crate) ttl: TtlAttr,
    pub(crate) rate: RateAttr,
    pub(crate) lease: LeaseAttr,
    pub(crate) version: VersionAttr,
    pub(crate) unreadable: Option<Keyed<Unreadable>>,
    pub(crate) near: Option<NearAttr>,
}

/// What a value is taken for that cannot be read.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Unreadable {
    Absent,
    Error,
}

/// What `near(…)` says.
pub(crate) struct NearAttr {
    /// Where a field of another type is reported.
    pub(crate) key: Span,
    /// Whether the mode is `fields`.
    pub(crate) fields: bool,
    pub(crate) capacity: Option<u32>,
    pub(crate) bytes: Option<u32>,
    /// In milliseconds.
    pub(crate) ttl: Option<u64>,
    /// In milliseconds.
    pub(crate) staleness: Option<u64>,
}

/// The keys that only a task queue takes.
#[derive(Default)]
pub(crate) struct TaskAttr {
    /// The first of these keys, where a field of another type is reported.
    pub(crate) key: Option<Span>,
    pub(crate) client_identifier: Option<String>,
    /// In milliseconds.
    pub(crate) recover_after: Option<u64>,
    pub(crate) max_attempts: Option<u32>,
    /// In milliseconds, the first pause and the longest.
    pub(crate) backoff: Option<(u64, u64)>,
    /// In milliseconds.
    pub(crate) unreadable_for: Option<u64>,
    /// In milliseconds.
    pub(crate) recover_unleased: Option<u64>,
}

impl FieldAttr {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut found = Self::default();
        let entries = entries(attrs, Place::Field, errors);
        for entry in &entries {
            match entry.name() {
                "skip" => found.skip = entry.bare(errors),
                "namespace" => found.namespace = Keyed::namespace(entry, errors),
                "global" => found.global = entry.flag(errors),
                "accessor" => found.accessor = entry.ident(errors).map(|value| Keyed { key: entry.span(), value }),
                "secret" => found.secret = entry.bare(errors),
                "timeout" => found.timeout = entry.milliseconds(errors),
                "from" | "version" => found.version.take(entry, errors),
                "unreadable" => found.unreadable = Keyed::unreadable(entry, errors),
                "near" => found.near = NearAttr::read(entry, errors),
                name if TtlAttr::has(name) => found.ttl.take(entry, errors),
                name if LeaseAttr::has(name) => found.lease.take(entry, errors),
                name if RateAttr::has(name) => found.rate.take(entry, errors),
                _ => found.task.take(entry, errors),
            }
        }
        found.version.check(errors);
        found.ttl.check(&entries, errors);
        if found.skip {
            reject_company_of_skip(&entries, errors);
        }
        found
    }
}

impl Keyed<String> {
    fn namespace(entry: &Entry, errors: &mut Errors) -> Option<Self> {
        let value = entry.text(errors)?;
        if value.starts_with('$') {
            let message = "namespaces that begin with `$` are the library's own; write another `namespace = \"name\"`";
            errors.push(entry.span(), message);
        }
        Some(Self { key: entry.span(), value })
    }
}

impl Keyed<Unreadable> {
    fn unreadable(entry: &Entry, errors: &mut Errors) -> Option<Self> {
        let word = entry.word(&["absent", "error"], errors)?;
        let value = if word == 0 { Unreadable::Absent } else { Unreadable::Error };
        Some(Self { key: entry.span(), value })
    }
}

impl NearAttr {
    fn read(near: &Entry, errors: &mut Errors) -> Option<Self> {
        let mut found =
            Self { key: near.span(), fields: false, capacity: None, bytes: None, ttl: None, staleness: None };
        let entries = near.list(Place::Near, errors)?;
        for entry in &entries {
            match entry.name() {
                "mode" => found.fields = entry.word(&["tracking", "fields"], errors) == Some(1),
                "capacity" => found.capacity = entry.amount(errors),
                "bytes" => found.bytes = entry.bytes(errors),
                "ttl" => found.ttl = entry.milliseconds(errors),
                _ => found.staleness = entry.milliseconds(errors),
            }
        }
        if let (Some(_), Some(bytes)) = (
            entries.iter().find(|entry| entry.name() == "capacity"),
            entries.iter().find(|entry| entry.name() == "bytes"),
        ) {
            errors.push(bytes.span(), "`capacity` and `bytes` bound the same thing; keep one of them");
        }
        Some(found)
    }
}

impl TaskAttr {
    fn take(&mut self, entry: &Entry, errors: &mut Errors) {
        self.key.get_or_insert(entry.span());
        match entry.name() {
            "client_identifier" => self.client_identifier = entry.text(errors),
            "recover_after" => self.recover_after = entry.milliseconds(errors),
            "backoff" => self.backoff = entry.range(errors),
            "unreadable_for" => self.unreadable_for = entry.milliseconds(errors),
            "recover_unleased" => self.recover_unleased = entry.milliseconds(errors),
            _ => self.max_attempts = entry.count(errors),
        }
    }
}

fn reject_company_of_skip(entries: &[Entry], errors: &mut Errors) {
    for entry in entries.iter().filter(|entry| entry.name() != "skip") {
        let name = entry.name();
        errors.push(entry.span(), format!("`{name}` means nothing on a field with `skip`; take one of the two away"));
    }
}
