//! One `key` or `key = value` of an attribute, and the readers of its value.

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Lit, LitStr, Meta, Path, Result, Type};

use crate::errors::Errors;
use crate::key::{Key, Place};

/// One key of an attribute, known and in its place, with the value as written.
pub(crate) struct Entry {
    key: &'static Key,
    span: Span,
    value: Value,
}

enum Value {
    /// A key alone.
    Absent,
    Literal(Lit),
    /// Keys or types in parentheses.
    List(TokenStream),
    Other,
}

/// Reads every `#[rediscache(…)]` among `attrs`; a key comes at most once.
pub(crate) fn entries(attrs: &[Attribute], place: Place, errors: &mut Errors) -> Vec<Entry> {
    let mut entries = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("rediscache")) {
        let Meta::List(list) = &attr.meta else {
            let form = r#"#[rediscache(namespace = "name")]"#;
            errors.push(attr.path().span(), format!("`rediscache` takes a list of keys; write `{form}`"));
            continue;
        };
        read(list.tokens.clone(), place, &mut entries, errors);
    }
    entries
}

/// Reads keys between commas; each comes at most once.
fn read(tokens: TokenStream, place: Place, entries: &mut Vec<Entry>, errors: &mut Errors) {
    for piece in split(tokens, "key", errors) {
        let Some(entry) = Entry::read(&piece, place, errors) else { continue };
        if entries.iter().any(|earlier| earlier.name() == entry.name()) {
            errors.push(entry.span, format!("`{}` is given twice; keep one of them", entry.name()));
        } else {
            entries.push(entry);
        }
    }
}

/// Splits at the commas; those within brackets belong to a value, or to a type. `noun` is what stands between them.
fn split(tokens: TokenStream, noun: &str, errors: &mut Errors) -> Vec<Vec<TokenTree>> {
    let mut flat = Vec::new();
    flatten(tokens, &mut flat);
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    let mut open_angles = 0_usize;
    for token in flat {
        match sign(&token) {
            Some(',') if piece.is_empty() => {
                errors.push(token.span(), format!("no {noun} stands before this comma; take the comma away"));
                continue;
            }
            Some(',') if open_angles == 0 => {
                pieces.push(std::mem::take(&mut piece));
                continue;
            }
            Some('<') => open_angles += 1,
            Some('>') if !is_arrow(&piece) => open_angles = open_angles.saturating_sub(1),
            _ => {}
        }
        piece.push(token);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

fn sign(token: &TokenTree) -> Option<char> {
    match token {
        TokenTree::Punct(punct) => Some(punct.as_char()),
        _ => None,
    }
}

/// Whether the `>` behind these tokens belongs to an arrow, as in the type of a function.
fn is_arrow(before: &[TokenTree]) -> bool {
    matches!(before.last(), Some(TokenTree::Punct(dash)) if dash.as_char() == '-' && dash.spacing() == Spacing::Joint)
}

/// Opens the invisible groups that `macro_rules!` puts around what it was given.
fn flatten(tokens: TokenStream, flat: &mut Vec<TokenTree>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => flatten(group.stream(), flat),
            token => flat.push(token),
        }
    }
}

impl Entry {
    fn read(piece: &[TokenTree], place: Place, errors: &mut Errors) -> Option<Self> {
        let (ident, rest) = match piece {
            [TokenTree::Ident(ident), rest @ ..] => (ident, rest),
            [other, ..] => {
                errors.push(other.span(), format!("this is not a key; {}", place.accepts()));
                return None;
            }
            [] => return None,
        };
        let key = Key::find(ident, place, errors)?;
        let value = match rest {
            [] => Value::Absent,
            [TokenTree::Group(list)] if list.delimiter() == Delimiter::Parenthesis => Value::List(list.stream()),
            [TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => {
                syn::parse2(value.iter().cloned().collect()).map_or(Value::Other, Value::Literal)
            }
            _ => Value::Other,
        };
        Some(Self { key, span: ident.span(), value })
    }

    pub(crate) fn name(&self) -> &'static str {
        self.key.name
    }

    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// A key without a value. One with a value counts too, so that it makes no further errors.
    pub(crate) fn bare(&self, errors: &mut Errors) -> bool {
        if !matches!(self.value, Value::Absent) {
            self.reject::<()>(errors);
        }
        true
    }

    /// The keys in parentheses; none for a key alone.
    pub(crate) fn list(&self, place: Place, errors: &mut Errors) -> Option<Vec<Self>> {
        let mut entries = Vec::new();
        match &self.value {
            Value::Absent => {}
            Value::List(list) => read(list.clone(), place, &mut entries, errors),
            _ => return self.reject(errors),
        }
        Some(entries)
    }

    /// What stands between the commas in parentheses.
    pub(crate) fn pieces(&self, errors: &mut Errors) -> Option<Vec<Vec<TokenTree>>> {
        match &self.value {
            Value::List(list) => Some(split(list.clone(), "type", errors)),
            _ => self.reject(errors),
        }
    }

    pub(crate) fn flag(&self, errors: &mut Errors) -> Option<bool> {
        match &self.value {
            Value::Literal(Lit::Bool(flag)) => Some(flag.value),
            _ => self.reject(errors),
        }
    }

    pub(crate) fn text(&self, errors: &mut Errors) -> Option<String> {
        self.string(errors).map(LitStr::value)
    }

    pub(crate) fn count(&self, errors: &mut Errors) -> Option<u32> {
        let count = match &self.value {
            Value::Literal(Lit::Int(count)) if matches!(count.suffix(), "" | "u32") => count.base10_parse().ok(),
            _ => None,
        };
        count.filter(|count| *count > 0).or_else(|| self.reject(errors))
    }

    /// As [`count`](Self::count), reported at the value.
    pub(crate) fn amount(&self, errors: &mut Errors) -> Option<u32> {
        let Value::Literal(literal) = &self.value else { return self.reject(errors) };
        let value = Self { key: self.key, span: literal.span(), value: Value::Literal(literal.clone()) };
        value.count(errors)
    }

    /// One of these words, by its place among them.
    pub(crate) fn word(&self, words: &[&str], errors: &mut Errors) -> Option<usize> {
        let text = self.string(errors)?;
        let found = words.iter().position(|word| *word == text.value());
        if found.is_none() {
            let Key { name, takes, .. } = self.key;
            errors.push(text.span(), format!("`{name}` takes {takes}"));
        }
        found
    }

    pub(crate) fn bytes(&self, errors: &mut Errors) -> Option<u32> {
        let text = self.string(errors)?;
        let bytes = bytes(&text.value());
        if bytes.is_none() {
            let message = "`bytes` takes a whole number above zero and a unit, below 4 GiB in all; write `512KiB`, \
                           `64MiB` or `1GiB`";
            errors.push(text.span(), message);
        }
        bytes
    }

    pub(crate) fn milliseconds(&self, errors: &mut Errors) -> Option<u64> {
        let text = self.string(errors)?;
        let duration = milliseconds(&text.value());
        if duration.is_none() {
            let name = self.key.name;
            errors.push(
                text.span(),
                format!("`{name}` takes a whole number above zero and a unit; write `500ms`, `5s`, `2m` or `1h`"),
            );
        }
        duration
    }

    /// A part of the whole, given in percent.
    pub(crate) fn percent(&self, errors: &mut Errors) -> Option<f64> {
        let text = self.string(errors)?;
        let value = text.value();
        let percent = value.strip_suffix('%').and_then(|number| number.parse::<u8>().ok());
        let part = percent.filter(|percent| (1..100).contains(percent)).map(|percent| f64::from(percent) / 100.0);
        part.or_else(|| self.reject_at(text.span(), errors))
    }

    /// A part of the whole.
    pub(crate) fn part(&self, errors: &mut Errors) -> Option<f64> {
        let Value::Literal(literal) = &self.value else { return self.reject(errors) };
        let part = match literal {
            Lit::Float(part) if matches!(part.suffix(), "" | "f64") => part.base10_parse().ok(),
            _ => None,
        };
        part.filter(|part| *part > 0.0 && *part < 1.0).or_else(|| self.reject_at(literal.span(), errors))
    }

    /// Two durations in milliseconds, of which the first is no longer.
    pub(crate) fn range(&self, errors: &mut Errors) -> Option<(u64, u64)> {
        let text = self.string(errors)?;
        let Key { name, form, .. } = self.key;
        let value = text.value();
        let ends = value.split_once("..").and_then(|(first, last)| Some((milliseconds(first)?, milliseconds(last)?)));
        let message = match ends {
            Some((first, last)) if first <= last => return ends,
            Some(_) => format!("`{name}` goes from a shorter duration to a longer one; write `{form}`"),
            None => format!(
                "`{name}` takes two durations with `..` between them, each a whole number above zero and a unit; write `{form}`"
            ),
        };
        errors.push(text.span(), message);
        None
    }

    /// So many in so many milliseconds.
    pub(crate) fn rate(&self, errors: &mut Errors) -> Option<(u32, u64)> {
        let text = self.string(errors)?;
        let value = text.value();
        let parts =
            value.split_once('/').and_then(|(turns, period)| Some((turns.parse().ok()?, milliseconds(period)?)));
        parts.filter(|(turns, _)| *turns > 0).or_else(|| self.reject_at(text.span(), errors))
    }

    pub(crate) fn ident(&self, errors: &mut Errors) -> Option<Ident> {
        self.words("#", Ident::parse, "a name that a function can have", errors)
    }

    /// A type that is written out.
    pub(crate) fn ty(&self, errors: &mut Errors) -> Option<Type> {
        self.words("#: ,<>()[];&'", written_out, "a type", errors)
    }

    pub(crate) fn path(&self, errors: &mut Errors) -> Option<Path> {
        self.words("#: ", Path::parse_mod_style, "a path", errors)
    }

    /// Parses a string of words and `signs`. The compiler's lexer is asked about nothing else, for it reports what it
    /// cannot read, such as an open comment, by itself.
    fn words<T>(
        &self,
        signs: &str,
        parser: fn(ParseStream) -> Result<T>,
        takes: &str,
        errors: &mut Errors,
    ) -> Option<T> {
        let literal = self.string(errors)?;
        let text = literal.value();
        let readable = text.chars().all(|char| char.is_alphanumeric() || char == '_' || signs.contains(char));
        let parsed = readable.then(|| literal.parse_with(parser).ok()).flatten();
        if parsed.is_none() {
            let Key { name, form, .. } = self.key;
            errors.push(self.span, format!("`{name}` takes {takes}, not {text:?}; write `{form}`"));
        }
        parsed
    }

    fn string(&self, errors: &mut Errors) -> Option<&LitStr> {
        match &self.value {
            Value::Literal(Lit::Str(text)) if text.value().is_empty() => {
                errors.push(self.span, format!("`{}` must not be empty; write `{}`", self.key.name, self.key.form));
                None
            }
            Value::Literal(Lit::Str(text)) => Some(text),
            _ => self.reject(errors),
        }
    }

    fn reject<T>(&self, errors: &mut Errors) -> Option<T> {
        self.reject_at(self.span, errors)
    }

    fn reject_at<T>(&self, span: Span, errors: &mut Errors) -> Option<T> {
        let Key { name, takes, form, .. } = self.key;
        errors.push(span, format!("`{name}` takes {takes}; write `{form}`"));
        None
    }
}

fn written_out(input: ParseStream) -> Result<Type> {
    let ty = input.parse()?;
    if is_written_out(&ty) { Ok(ty) } else { Err(input.error("the compiler would have to find it out")) }
}

/// Whether the compiler need not find out which type this is.
pub(crate) fn is_written_out(ty: &Type) -> bool {
    !matches!(ty, Type::Infer(_) | Type::ImplTrait(_))
}

fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.find(|char: char| !char.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit).filter(|duration| *duration > 0)
}

/// What fits on every machine.
fn bytes(text: &str) -> Option<u32> {
    let digits = text.find(|char: char| !char.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit: u32 = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(unit).filter(|bytes| *bytes > 0)
}
