//! The objects that a dashboard shows, by the names under which the page asks for them.

use std::sync::Arc;

use rediscache::inspect::{FamilyWindow, Inspector, Window};
use rediscache::{Error, RedisNamespaced, RedisSession};

/// One object of a struct.
#[derive(Debug)]
pub(crate) struct Shown {
    /// The namespace, with a number behind it where another object has the same.
    pub(crate) name: String,
    /// The struct, without the path to it.
    pub(crate) owner: &'static str,
    pub(crate) window: Box<dyn Window>,
}

/// A struct that has such objects for each of many ids.
#[derive(Debug)]
pub(crate) struct Family {
    /// The namespace, as of an object.
    pub(crate) name: String,
    pub(crate) owner: &'static str,
    pub(crate) window: Box<dyn FamilyWindow>,
    /// Those of no one, by which the program says what it declares. They hold nothing.
    pub(crate) objects: Vec<Shown>,
}

/// All of them, in the order of the program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Objects {
    alone: Vec<Arc<Shown>>,
    families: Vec<Arc<Family>>,
}

/// Why an object is not there.
#[derive(Debug)]
pub(crate) enum NotFound {
    /// None has such a name.
    Name,
    /// It is one of a family, and whose was not said.
    NoId,
    /// What was given is no id.
    Id(Error),
}

impl Objects {
    pub(crate) fn add<T: RedisNamespaced>(&mut self, session: &RedisSession) {
        T::inspect(session, &mut Adding { objects: self, owner: short(std::any::type_name::<T>()) });
    }

    /// Those that are no family's.
    pub(crate) fn alone(&self) -> &[Arc<Shown>] {
        &self.alone
    }

    pub(crate) fn families(&self) -> &[Arc<Family>] {
        &self.families
    }

    /// What is declared: of families that of all ids.
    pub(crate) fn declared(&self) -> impl Iterator<Item = &Shown> {
        self.alone.iter().map(|object| &**object).chain(self.families.iter().flat_map(|family| &family.objects))
    }

    pub(crate) fn family(&self, name: &str) -> Option<&Family> {
        self.families.iter().map(|family| &**family).find(|family| family.name == name)
    }

    /// The object of this name; of a family, that of the one with this id, given in JSON.
    pub(crate) fn find(&self, name: &str, id: Option<&str>) -> Result<Arc<Shown>, NotFound> {
        if let Some(object) = self.alone.iter().find(|object| object.name == name) {
            return Ok(Arc::clone(object));
        }
        let place = |family: &Family| family.objects.iter().position(|object| object.name == name);
        let found = self.families.iter().find_map(|family| Some((family, place(family)?)));
        let (family, place) = found.ok_or(NotFound::Name)?;
        let windows = family.window.one(id.ok_or(NotFound::NoId)?).map_err(NotFound::Id)?;
        let window = windows.into_iter().nth(place).ok_or(NotFound::Name)?;
        Ok(Arc::new(Shown { name: name.to_owned(), owner: family.owner, window }))
    }
}

/// Names what is added of one struct.
struct Adding<'a> {
    objects: &'a mut Objects,
    owner: &'static str,
}

impl Inspector for Adding<'_> {
    fn window(&mut self, window: Box<dyn Window>) {
        let others = self.objects.declared().map(|object| object.window.info().namespace());
        let name = name_beside(window.info().namespace(), others);
        self.objects.alone.push(Arc::new(Shown { name, owner: self.owner, window }));
    }

    fn family(&mut self, window: Box<dyn FamilyWindow>) {
        let name =
            name_beside(window.namespace(), self.objects.families.iter().map(|family| family.window.namespace()));
        let objects = window.objects().into_iter().map(|window| {
            let others = self.objects.declared().map(|object| object.window.info().namespace());
            Shown { name: name_beside(window.info().namespace(), others), owner: self.owner, window }
        });
        let objects = objects.collect();
        self.objects.families.push(Arc::new(Family { name, owner: self.owner, window, objects }));
    }
}

/// The namespace, with a number behind it where others have the same.
fn name_beside<'a>(namespace: &'a str, others: impl Iterator<Item = &'a str>) -> String {
    match others.filter(|other| *other == namespace).count() {
        0 => namespace.to_owned(),
        others => format!("{namespace}~{}", others + 1),
    }
}

/// A type's name without paths: `Option<String>` of `core::option::Option<alloc::string::String>`.
pub(crate) fn short_type(name: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    let mut short = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(if end == 0 { first.len_utf8() } else { end });
        short.push_str(if end == 0 { part } else { part.rsplit("::").next().unwrap_or(part) });
        rest = after;
    }
    short
}

/// The last part of a path.
fn short(name: &'static str) -> &'static str {
    name.split('<').next().and_then(|path| path.rsplit("::").next()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::short_type;

    #[test]
    fn names_of_types_are_shown_without_paths() {
        for (name, shown) in [
            ("u64", "u64"),
            ("alloc::string::String", "String"),
            ("core::option::Option<(a::B, &[c::d::É; 3])>", "Option<(B, &[É; 3])>"),
        ] {
            assert_eq!(short_type(name), shown);
        }
    }
}
