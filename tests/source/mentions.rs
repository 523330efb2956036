//! Reads a crate from its `lib.rs` or `main.rs` on: which names there are, and every place where one is mentioned.

use std::mem;
use std::path::Path;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Item, ItemMacro, ItemMod, ItemUse, LitStr, UseTree, Visibility};

use super::names::Names;
use crate::files::Files;
use crate::syntax::{is_test, parse};

/// A path somewhere in the sources.
pub(crate) struct Mention {
    pub(crate) module: usize,
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) path: Vec<String>,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Path,
    Use,
    Reexport,
}

pub(crate) fn read(files: &Files) -> (Names, Vec<Mention>) {
    let root = if files.contains_key("main.rs") { "main.rs" } else { "lib.rs" };
    let (names, file) = (Names::of_root(root), String::new());
    let mut reader = Reader { files, names, mentions: Vec::new(), module: 0, file };
    reader.read(root);
    (reader.names, reader.mentions)
}

struct Reader<'a> {
    files: &'a Files,
    names: Names,
    mentions: Vec<Mention>,
    /// The module that is being read.
    module: usize,
    /// The file that is being read, which may be included in that of the module.
    file: String,
}

impl Reader<'_> {
    fn read(&mut self, file: &str) {
        let text = self.files.get(file).unwrap_or_else(|| panic!("{}: {file} is not there", self.file));
        let outer = mem::replace(&mut self.file, file.to_owned());
        self.visit_file(&parse(file, text));
        self.file = outer;
    }

    fn mention(&mut self, span: Span, path: Vec<String>, kind: Kind) {
        let (module, file, line) = (self.module, self.file.clone(), span.start().line);
        self.mentions.push(Mention { module, file, line, path, kind });
    }

    /// Takes a `use` apart.
    fn import(&mut self, tree: &UseTree, mut path: Vec<String>, kind: Kind) {
        let name = match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                return self.import(&inner.tree, path, kind);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, path.clone(), kind));
            }
            UseTree::Glob(_) => {
                self.names.add_glob(self.module, path.clone());
                path.push("*".to_owned());
                return self.mention(tree.span(), path, kind);
            }
            UseTree::Name(leaf) => leaf.ident.to_string(),
            UseTree::Rename(leaf) => leaf.ident.to_string(),
        };
        if name != "self" {
            path.push(name);
        }
        let name = if let UseTree::Rename(leaf) = tree { Some(leaf.rename.to_string()) } else { path.last().cloned() };
        self.names.add_import(self.module, name.unwrap_or_default(), path.clone());
        self.mention(tree.span(), path, kind);
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if let Some(name) = defined(item) {
            self.names.add_item(self.module, name.to_string());
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if is_test(&item.attrs) {
            return;
        }
        let (outer, name) = (self.module, item.ident.to_string());
        let folder = Path::new(self.names.folder(outer)).join(&name).display().to_string();
        let own_file =
            [format!("{folder}.rs"), format!("{folder}/mod.rs")].into_iter().find(|file| self.files.contains_key(file));
        let file = match (&item.content, own_file) {
            (Some(_), _) => self.names.file(outer).to_owned(),
            (None, Some(file)) => file,
            (None, None) => panic!("{}: the file of `mod {name}` is not there", self.file),
        };
        self.module = self.names.add_child(outer, name, &file, &folder);
        match &item.content {
            Some((_, items)) => items.iter().for_each(|item| self.visit_item(item)),
            None => self.read(&file),
        }
        self.module = outer;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() && !is_test(&item.attrs) {
            let is_own = matches!(item.vis, Visibility::Inherited);
            self.import(&item.tree, Vec::new(), if is_own { Kind::Use } else { Kind::Reexport });
        }
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        match item.mac.parse_body::<LitStr>() {
            Ok(name) if item.mac.path.is_ident("include") => {
                let file = Path::new(&self.file).with_file_name(name.value());
                self.read(&file.display().to_string());
            }
            _ => visit::visit_item_macro(self, item),
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.mention(path.span(), names, Kind::Path);
        }
        visit::visit_path(self, path);
    }

    /// What is in a macro or an attribute is not parsed: every row of names in it may be a path.
    fn visit_token_stream(&mut self, stream: &'ast TokenStream) {
        let tokens: Vec<TokenTree> = stream.clone().into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => Visit::visit_token_stream(self, &group.stream()),
                TokenTree::Ident(first) if can_begin_path(first, &tokens[..at]) => {
                    self.mention(first.span(), path_of(&tokens[at..]), Kind::Path);
                }
                _ => {}
            }
        }
    }
}

/// The name of what an item defines for its module; those of modules and imports are kept elsewhere.
fn defined(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Macro(item) => item.ident.as_ref(),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::TraitAlias(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Union(item) => Some(&item.ident),
        _ => None,
    }
}

/// Whether a name after these tokens can begin a path: it is no field, method, lifetime, parameter of a macro, name of
/// a new function or later part of a path.
fn can_begin_path(name: &Ident, before: &[TokenTree]) -> bool {
    match before.last() {
        Some(TokenTree::Ident(word)) => word != "fn",
        Some(TokenTree::Punct(mark)) => match mark.as_char() {
            '\'' => false,
            '$' => name == "crate",
            '.' => ends_in_two(before, '.'),
            ':' => !ends_in_two(before, ':'),
            _ => true,
        },
        _ => true,
    }
}

fn path_of(tokens: &[TokenTree]) -> Vec<String> {
    let mut path = Vec::new();
    // A name and two colons each.
    for part in tokens.chunks(3) {
        let TokenTree::Ident(name) = &part[0] else { break };
        path.push(name.to_string());
        if !ends_in_two(part, ':') {
            break;
        }
    }
    path
}

fn ends_in_two(tokens: &[TokenTree], mark: char) -> bool {
    let is_mark = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark);
    tokens.len() >= 2 && tokens[tokens.len() - 2..].iter().all(is_mark)
}
