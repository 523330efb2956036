//! Every file says what it is, none is long, no function is, and a name stands for one type.

#[path = "source/files.rs"]
mod files;
#[path = "source/syntax.rs"]
mod syntax;

use std::collections::BTreeMap;

use files::{Files, read};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Ident, ImplItemFn, Item, ItemFn, ItemMod, Signature, TraitItemFn};
use syntax::{is_test, parse};

const LIBRARY: &str = "rediscache/src";
const FOLDERS: [&str; 4] = [LIBRARY, "rediscache-derive/src", "rediscache-cli/src", "rediscache-dashboard/src"];

const LONGEST_FILE: usize = 360;
const LONGEST_FUNCTION: usize = 60;

#[test]
fn every_file_begins_with_what_it_is() {
    let texts = all_texts();
    // That of a `///` is said of the first item, not of the file.
    let is_opened = |text: &str| text.starts_with("//!") || text.starts_with("// ");
    let silent = texts.iter().filter(|(_, text)| !is_opened(text));
    none(silent.map(|(file, _)| format!("{file}:1: does not begin with a line that says what the file is")));
}

#[test]
fn no_file_is_long() {
    let texts = all_texts();
    let lengths = texts.iter().map(|(file, text)| (file, text.lines().count()));
    let long = lengths.filter(|(_, length)| *length > LONGEST_FILE);
    none(long.map(|(file, length)| format!("{file}:{LONGEST_FILE}: {length} lines, {LONGEST_FILE} at the most")));
}

#[test]
fn no_function_is_long() {
    let functions = definitions(&all_texts()).functions.into_iter();
    none(functions.filter(|function| function.length > LONGEST_FUNCTION).map(|Function { place, name, length }| {
        format!("{place}: `{name}` has {length} lines, {LONGEST_FUNCTION} at the most")
    }));
}

#[test]
fn no_two_types_of_the_library_share_a_name() {
    let types = definitions(&texts_of(LIBRARY)).types.into_iter();
    none(types.filter(|(_, places)| places.len() > 1).map(|(name, places)| {
        format!("{}: `{name}` is also the name of that in {}", places[0], places[1..].join(", "))
    }));
}

fn none(offences: impl Iterator<Item = String>) {
    let offences: Vec<String> = offences.collect();
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

fn all_texts() -> Files {
    FOLDERS.into_iter().flat_map(texts_of).collect()
}

/// The text of each file, by its path below this repository.
fn texts_of(folder: &str) -> Files {
    read(folder).into_iter().map(|(file, text)| (format!("{folder}/{file}"), text)).collect()
}

/// What these files define, but for what macros make.
fn definitions(texts: &Files) -> Definitions {
    let mut definitions = Definitions::default();
    for (file, text) in texts {
        definitions.file.clone_from(file);
        definitions.is_in_tests = is_test_file(file);
        definitions.visit_file(&parse(file, text));
    }
    definitions
}

/// Whether it is of a `#[cfg(test)] mod tests;`.
fn is_test_file(file: &str) -> bool {
    file.split('/').any(|part| matches!(part, "tests" | "tests.rs"))
}

#[derive(Default)]
struct Definitions {
    /// The file that is being read.
    file: String,
    is_in_tests: bool,
    functions: Vec<Function>,
    /// Where the types of each name are, but for those of tests.
    types: BTreeMap<String, Vec<String>>,
}

struct Function {
    place: String,
    name: String,
    length: usize,
}

impl Definitions {
    fn place(&self, name: &Ident) -> String {
        format!("{}:{}", self.file, name.span().start().line)
    }

    fn add_function(&mut self, signature: &Signature, body: &Block) {
        let length = body.span().end().line - signature.span().start().line + 1;
        self.functions.push(Function {
            place: self.place(&signature.ident),
            name: signature.ident.to_string(),
            length,
        });
    }
}

impl<'ast> Visit<'ast> for Definitions {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let outer = self.is_in_tests;
        self.is_in_tests |= is_test(&item.attrs);
        visit::visit_item_mod(self, item);
        self.is_in_tests = outer;
    }

    fn visit_item(&mut self, item: &'ast Item) {
        let name = match item {
            Item::Enum(item) => Some(&item.ident),
            Item::Struct(item) => Some(&item.ident),
            Item::Trait(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            Item::Union(item) => Some(&item.ident),
            _ => None,
        };
        if let Some(name) = name.filter(|_| !self.is_in_tests) {
            let place = self.place(name);
            self.types.entry(name.to_string()).or_default().push(place);
        }
        visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add_function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add_function(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(body) = &function.default {
            self.add_function(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[test]
fn types_and_functions_are_found_wherever_they_stand() {
    let text = "
        struct Node; mod inner { pub enum Edge { Node } fn f() { type Way = u8; } }
        trait Walk { type Node; fn on(&self) {
            todo!()
        } }
        #[cfg(all(test, unix))] mod tests { struct Node; fn g() {} }
    ";
    let test = ("a/tests/b.rs".to_owned(), "struct Node;".to_owned());
    let found = definitions(&Files::from([("a.rs".to_owned(), text.to_owned()), test]));
    assert_eq!(found.types.keys().collect::<Vec<_>>(), ["Edge", "Node", "Walk", "Way"]);
    assert_eq!(found.types["Node"], ["a.rs:2"]);
    let lengths: Vec<_> = found.functions.iter().map(|function| (function.name.as_str(), function.length)).collect();
    assert_eq!(lengths, [("f", 1), ("on", 3), ("g", 1)]);
}
