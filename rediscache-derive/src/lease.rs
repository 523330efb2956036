//! What `lease` and `max_hold` say of a field: for how long something is held by whoever does not renew it, and at the most.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::entry::Entry;
use crate::errors::Errors;

/// In milliseconds, each with its key, where a field of another type is reported.
#[derive(Default)]
pub(crate) struct LeaseAttr {
    pub(crate) lease: Option<(Span, u64)>,
    pub(crate) max_hold: Option<(Span, u64)>,
}

impl LeaseAttr {
    /// Whether it takes this key.
    pub(crate) fn has(name: &str) -> bool {
        matches!(name, "lease" | "max_hold")
    }

    pub(crate) fn take(&mut self, entry: &Entry, errors: &mut Errors) {
        let value = entry.milliseconds(errors).map(|value| (entry.span(), value));
        if entry.name() == "lease" { self.lease = value } else { self.max_hold = value }
    }

    /// What is said to the declaration of an object.
    pub(crate) fn declaration(&self) -> TokenStream {
        let (lease, max_hold) = (self.lease.iter(), self.max_hold.iter());
        let (lease, max_hold) = (lease.map(|lease| lease.1), max_hold.map(|most| most.1));
        quote! {
            #(.lease(::core::time::Duration::from_millis(#lease)))*
            #(.max_hold(::core::time::Duration::from_millis(#max_hold)))*
        }
    }
}
