//! What two of the tests ask about a piece of Rust.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Meta};

/// Parses one file of a folder.
pub(crate) fn parse(file: &str, text: &str) -> syn::File {
    syn::parse_file(text).unwrap_or_else(|error| panic!("{file}:{}: {error}", error.span().start().line))
}

/// Whether what has these attributes is there in tests only.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && asks_for_test(list.tokens.clone()),
        _ => false,
    })
}

/// Whether a condition names `test`, but for what stands in a `not(…)`.
fn asks_for_test(condition: TokenStream) -> bool {
    let mut is_negated = false;
    condition.into_iter().any(|token| match token {
        TokenTree::Ident(word) => {
            is_negated = word == "not";
            word == "test"
        }
        TokenTree::Group(group) => !is_negated && asks_for_test(group.stream()),
        _ => false,
    })
}
