//! What `ttl` or `idle` and the keys beside them say of a field: how long its entries live, and how they are loaded.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::entry::Entry;
use crate::errors::Errors;

/// The keys that only a cache takes whose entries live for a time.
#[derive(Default)]
pub(crate) struct TtlAttr {
    /// The first of these keys, where a field of another type is reported.
    pub(crate) key: Option<Span>,
    /// Whether it is said how long entries live, rightly or not.
    pub(crate) has_lifetime: bool,
    /// In milliseconds, as all durations here.
    ttl: Option<u64>,
    idle: Option<u64>,
    stale: Option<u64>,
    /// A part of the whole.
    jitter: Option<f64>,
    eager: Option<f64>,
    load_timeout: Option<u64>,
    retry_after: Option<u64>,
    down_is_error: bool,
}

/// What means nothing where reads prolong a life, and why.
const NOT_WITH_IDLE: [(&str, &str); 4] = [
    ("near", "what this process answers by itself is no read to the server, so that entries that are read would end"),
    ("stale", "an entry ends when nobody has read it, and nobody waits for it then"),
    ("jitter", "entries end when they were last read, and not together"),
    ("eager", "an entry that is read is never about to end"),
];

impl TtlAttr {
    /// Whether it takes this key.
    pub(crate) fn has(name: &str) -> bool {
        const KEYS: [&str; 8] = ["ttl", "idle", "stale", "jitter", "eager", "load_timeout", "retry_after", "when_down"];
        KEYS.contains(&name)
    }

    pub(crate) fn take(&mut self, entry: &Entry, errors: &mut Errors) {
        self.key.get_or_insert(entry.span());
        match entry.name() {
            "ttl" => self.ttl = entry.milliseconds(errors),
            "idle" => self.idle = entry.milliseconds(errors),
            "stale" => self.stale = entry.milliseconds(errors),
            "jitter" => self.jitter = entry.percent(errors),
            "eager" => self.eager = entry.part(errors),
            "load_timeout" => self.load_timeout = entry.milliseconds(errors),
            "retry_after" => self.retry_after = entry.milliseconds(errors),
            _ => self.down_is_error = entry.word(&["load", "error"], errors) == Some(1),
        }
    }

    /// Reports keys of a field that do not go together.
    pub(crate) fn check(&mut self, entries: &[Entry], errors: &mut Errors) {
        let find = |name| entries.iter().find(|entry| entry.name() == name);
        let idle = find("idle");
        self.has_lifetime = idle.or_else(|| find("ttl")).is_some();
        if idle.is_none() {
            return;
        }
        if let Some(ttl) = find("ttl") {
            let message = "`ttl` and `idle` are two ways for an entry to end; keep `ttl` for one that ends some time after \
                           it was stored, `idle` for one that ends when it was not read for that long";
            errors.push(ttl.span(), message);
        }
        for (name, reason) in NOT_WITH_IDLE {
            if let Some(entry) = find(name) {
                let message =
                    format!("`{name}` does not go with `idle`: {reason}; take it away, or write `ttl` for `idle`");
                errors.push(entry.span(), message);
            }
        }
    }

    /// What is said to the declaration of an object.
    pub(crate) fn declaration(&self) -> TokenStream {
        let (jitter, eager) = (self.jitter.iter(), self.eager.iter());
        let down_is_error = self.down_is_error.then(|| quote!(.when_down_is_error()));
        let durations = [
            ("ttl", self.ttl),
            ("idle", self.idle),
            ("stale", self.stale),
            ("load_timeout", self.load_timeout),
            ("retry_after", self.retry_after),
        ];
        let durations = durations.into_iter().filter_map(|(name, milliseconds)| {
            let (name, milliseconds) = (proc_macro2::Ident::new(name, Span::call_site()), milliseconds?);
            Some(quote!(.#name(::core::time::Duration::from_millis(#milliseconds))))
        });
        quote! {
            #(#durations)*
            #(.jitter(#jitter))*
            #(.eager(#eager))*
            #down_is_error
        }
    }
}
