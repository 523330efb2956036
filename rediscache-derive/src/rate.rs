//! What `rate` and `burst` say of a field: how fast its subjects may go on.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::entry::Entry;
use crate::errors::Errors;

/// The keys that only a limit takes.
#[derive(Default)]
pub(crate) struct RateAttr {
    /// The first of these keys, where a field of another type is reported.
    pub(crate) key: Option<Span>,
    /// Whether `rate` is said, rightly or not.
    pub(crate) is_said: bool,
    /// So many turns in so many milliseconds.
    rate: Option<(u32, u64)>,
    burst: Option<u32>,
}

impl RateAttr {
    /// Whether it takes this key.
    pub(crate) fn has(name: &str) -> bool {
        matches!(name, "rate" | "burst")
    }

    pub(crate) fn take(&mut self, entry: &Entry, errors: &mut Errors) {
        self.key.get_or_insert(entry.span());
        if entry.name() == "burst" {
            self.burst = entry.count(errors);
        } else {
            self.is_said = true;
            self.rate = entry.rate(errors);
        }
    }

    /// What is said to the declaration of an object.
    pub(crate) fn declaration(&self) -> TokenStream {
        let (turns, period): (Vec<u32>, Vec<u64>) = self.rate.into_iter().unzip();
        let burst = self.burst.iter();
        quote! {
            #(.rate(#turns, ::core::time::Duration::from_millis(#period)))*
            #(.burst(#burst))*
        }
    }
}
