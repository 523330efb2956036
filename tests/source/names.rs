//! The modules of a crate and what the names in them stand for.

use std::collections::{BTreeMap, BTreeSet};

/// How many imports may lead from one to another.
const DEEPEST: u32 = 8;

/// All modules; the first is the crate's root.
pub(crate) struct Names {
    modules: Vec<Module>,
}

struct Module {
    parent: usize,
    /// Where it stands. What is included there counts as a part of it.
    file: String,
    /// Where the files of its children are.
    folder: String,
    names: BTreeMap<String, Vec<Name>>,
    globs: Vec<Vec<String>>,
}

/// What one name stands for. One in two namespaces, or under two conditions, stands for several things.
enum Name {
    Item,
    Module(usize),
    Import(Vec<String>),
}

/// Where a path leads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
}

type Places = BTreeSet<Place>;

impl Names {
    pub(crate) fn of_root(file: &str) -> Self {
        let mut names = Self { modules: Vec::new() };
        names.add_module(0, file, "");
        names
    }

    pub(crate) fn file(&self, module: usize) -> &str {
        &self.modules[module].file
    }

    pub(crate) fn folder(&self, module: usize) -> &str {
        &self.modules[module].folder
    }

    pub(crate) fn files(&self) -> BTreeSet<String> {
        self.modules.iter().map(|module| module.file.clone()).collect()
    }

    fn add_module(&mut self, parent: usize, file: &str, folder: &str) -> usize {
        let (file, folder) = (file.to_owned(), folder.to_owned());
        self.modules.push(Module { parent, file, folder, names: BTreeMap::new(), globs: Vec::new() });
        self.modules.len() - 1
    }

    pub(crate) fn add_child(&mut self, parent: usize, name: String, file: &str, folder: &str) -> usize {
        let child = self.add_module(parent, file, folder);
        self.add(parent, name, Name::Module(child));
        child
    }

    pub(crate) fn add_item(&mut self, module: usize, name: String) {
        self.add(module, name, Name::Item);
    }

    pub(crate) fn add_import(&mut self, module: usize, name: String, path: Vec<String>) {
        self.add(module, name, Name::Import(path));
    }

    pub(crate) fn add_glob(&mut self, module: usize, path: Vec<String>) {
        self.modules[module].globs.push(path);
    }

    fn add(&mut self, module: usize, name: String, meaning: Name) {
        self.modules[module].names.entry(name).or_default().push(meaning);
    }

    /// Whether a module is another, or below it.
    pub(crate) fn is_within(&self, mut module: usize, other: usize) -> bool {
        while module != other && module != 0 {
            module = self.modules[module].parent;
        }
        module == other
    }

    /// The modules that define what a path of `module` names: none where that is a module itself, or not of this crate,
    /// and several where the path ends in `*`.
    pub(crate) fn definers(&self, module: usize, path: &[String]) -> BTreeSet<usize> {
        let places = match path.split_last() {
            Some((last, path)) if last == "*" => self.all_in(&self.resolve(module, path, DEEPEST)),
            _ => self.resolve(module, path, DEEPEST),
        };
        places.iter().filter_map(Place::definer).collect()
    }

    /// What a `*` after these names.
    fn all_in(&self, places: &Places) -> Places {
        let names = |module: usize| self.modules[module].names.keys().map(move |name| (module, name));
        let members = places.iter().filter_map(Place::module).flat_map(names);
        let members = members.flat_map(|(module, name)| self.look_up(module, name, DEEPEST));
        members.chain(places.iter().copied()).collect()
    }

    fn resolve(&self, module: usize, path: &[String], depth: u32) -> Places {
        let Some((first, rest)) = path.split_first() else { return Places::new() };
        let start = match first.as_str() {
            "crate" => Places::from([Place::Module(0)]),
            "self" => Places::from([Place::Module(module)]),
            "super" => Places::from([Place::Module(self.modules[module].parent)]),
            name => self.look_up(module, name, depth),
        };
        rest.iter().fold(start, |places, name| self.step(places, name, depth))
    }

    /// Goes one name on. What belongs to an item is defined with it, as far as this is concerned.
    fn step(&self, places: Places, name: &str, depth: u32) -> Places {
        if places.iter().all(|place| place.module().is_none()) {
            return places;
        }
        places.iter().filter_map(Place::module).flat_map(|module| self.member(module, name, depth)).collect()
    }

    /// What `module::name` is. Something unknown was made there by a macro, or comes from another crate.
    fn member(&self, module: usize, name: &str, depth: u32) -> Places {
        if name == "super" {
            return Places::from([Place::Module(self.modules[module].parent)]);
        }
        let found = self.look_up(module, name, depth);
        if found.is_empty() { Places::from([Place::Item(module)]) } else { found }
    }

    fn look_up(&self, module: usize, name: &str, depth: u32) -> Places {
        let Some(depth) = depth.checked_sub(1) else { return Places::new() };
        let Module { names, globs, .. } = &self.modules[module];
        let meanings = names.get(name).into_iter().flatten();
        let named: Places = meanings
            .flat_map(|meaning| match meaning {
                Name::Item => Places::from([Place::Item(module)]),
                Name::Module(inner) => Places::from([Place::Module(*inner)]),
                Name::Import(path) => self.resolve(module, path, depth),
            })
            .collect();
        if !named.is_empty() {
            return named;
        }
        let others = globs.iter().flat_map(|path| self.resolve(module, path, depth));
        others.filter_map(|place| place.module()).flat_map(|other| self.look_up(other, name, depth)).collect()
    }
}

impl Place {
    fn module(&self) -> Option<usize> {
        if let Self::Module(module) = *self { Some(module) } else { None }
    }

    fn definer(&self) -> Option<usize> {
        if let Self::Item(module) = *self { Some(module) } else { None }
    }
}
