//! The mistakes found in a struct, to be reported together.

use proc_macro2::{Span, TokenStream};

/// The mistakes found so far, handed through every phase so that one compile reports them all.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, span: Span, message: impl std::fmt::Display) {
        self.merge(syn::Error::new(span, message));
    }

    pub(crate) fn merge(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    /// One `compile_error!` per mistake; `None` when there was none.
    pub(crate) fn into_compile_errors(self) -> Option<TokenStream> {
        self.0.map(syn::Error::into_compile_error)
    }
}
