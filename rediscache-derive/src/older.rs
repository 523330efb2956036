//! What `from(…)` and `version` say of a field: the types its values were of before, and what each one meant.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Lit, Token, Type};

use crate::entry::{Entry, is_written_out};
use crate::errors::Errors;

/// The runtime has tuples of no more.
const MOST_TYPES: usize = 8;

/// The version of what says none.
const FIRST_VERSION: u32 = 1;

/// The keys that only a cache or queue of the default codec takes.
pub(crate) struct VersionAttr {
    /// The first of these keys, where a field of another type is reported.
    pub(crate) key: Option<Span>,
    /// The version of today's type; `None` when the key that says so is wrong.
    pub(crate) today: Option<u32>,
    pub(crate) older: Option<OlderAttr>,
}

/// What `from(…)` says.
pub(crate) struct OlderAttr {
    /// Where an object that takes none is reported.
    pub(crate) key: Span,
    /// Oldest first.
    pub(crate) types: Vec<OlderType>,
}

/// A type that values were of before.
pub(crate) struct OlderType {
    pub(crate) ty: Type,
    pub(crate) version: u32,
    /// As it was written.
    entry: TokenStream,
}

impl Default for VersionAttr {
    fn default() -> Self {
        Self { key: None, today: Some(FIRST_VERSION), older: None }
    }
}

impl VersionAttr {
    pub(crate) fn take(&mut self, entry: &Entry, errors: &mut Errors) {
        self.key.get_or_insert(entry.span());
        match entry.name() {
            "version" => self.today = entry.count(errors),
            _ => self.older = OlderAttr::read(entry, errors),
        }
    }

    /// Reports older types that are newer than today's, and those that nothing tells apart.
    pub(crate) fn check(&self, errors: &mut Errors) {
        let types = self.older.as_ref().map_or(&[][..], |older| &older.types);
        for (place, older) in types.iter().enumerate() {
            let (version, name) = (older.version, older.name());
            if let Some(today) = self.today.filter(|today| version > *today) {
                let message = format!(
                    "an older type cannot be of version {version} where today's is of version {today}; write a smaller \
                     version here, or `version = {version}` beside `from`"
                );
                errors.merge(syn::Error::new_spanned(&older.entry, message));
            }
            if types[..place].iter().any(|earlier| earlier.version == version && earlier.name() == name) {
                let message = format!("`{name}` of version {version} is given twice; keep one of them");
                errors.merge(syn::Error::new_spanned(&older.entry, message));
            }
        }
    }
}

impl OlderAttr {
    fn read(from: &Entry, errors: &mut Errors) -> Option<Self> {
        let pieces = from.pieces(errors)?;
        let key = from.span();
        match pieces.len() {
            0 => errors.push(key, "`from` lists no type; write `from(UserV1)`, or take it away"),
            1..=MOST_TYPES => {}
            types => {
                let message = format!(
                    "`from` takes {MOST_TYPES} types at the most, and here are {types}; take the oldest away, of which \
                     nothing is stored any more"
                );
                errors.push(key, message);
            }
        }
        let types = pieces.iter().filter_map(|piece| OlderType::read(piece, errors)).collect();
        Some(Self { key, types })
    }
}

impl OlderType {
    fn read(piece: &[TokenTree], errors: &mut Errors) -> Option<Self> {
        let entry: TokenStream = piece.iter().cloned().collect();
        let parsed = parts.parse2(entry.clone()).ok().filter(|(ty, _)| is_written_out(ty));
        let Some((ty, version)) = parsed else {
            let message =
                "`from` takes types, each with its version if that is not 1; write `from(UserV1, UserV2 = 2)`";
            errors.merge(syn::Error::new_spanned(entry, message));
            return None;
        };
        let read = version.as_ref().map_or(Some(FIRST_VERSION), |version| number(version.clone()));
        if read.is_none() {
            let message = "a version is a whole number from 1 to 4294967295; write `from(UserV1 = 1)`";
            let wrong = version.filter(|version| !version.is_empty()).unwrap_or_else(|| entry.clone());
            errors.merge(syn::Error::new_spanned(wrong, message));
        }
        Some(Self { ty, version: read?, entry })
    }

    fn name(&self) -> String {
        self.ty.to_token_stream().to_string()
    }
}

/// A type, and what stands behind its `=`.
fn parts(input: ParseStream) -> syn::Result<(Type, Option<TokenStream>)> {
    let ty = input.parse()?;
    let equals: Option<Token![=]> = input.parse()?;
    Ok((ty, equals.map(|_| input.parse()).transpose()?))
}

fn number(tokens: TokenStream) -> Option<u32> {
    let Ok(Lit::Int(number)) = syn::parse2(tokens) else { return None };
    let is_plain = matches!(number.suffix(), "" | "u32");
    number.base10_parse().ok().filter(|number| is_plain && *number > 0)
}
