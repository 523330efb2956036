//! The objects that a dashboard shows, by the names under which the page asks for them.

use std::sync::Arc;

use rediscache::inspect::{Inspector, Window};
use rediscache::{RedisNamespaced, RedisSession};

/// One object of a struct.
#[derive(Debug)]
pub(crate) struct Shown {
    /// The namespace, with a number behind it where another object has the same.
    pub(crate) name: String,
    /// The struct, without the path to it.
    pub(crate) owner: &'static str,
    pub(crate) window: Box<dyn Window>,
}

/// All of them, in the order of the program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Objects(Vec<Arc<Shown>>);

impl Objects {
    pub(crate) fn add<T: RedisNamespaced>(&mut self, session: &RedisSession) {
        T::inspect(session, &mut Adding { objects: self, owner: short(std::any::type_name::<T>()) });
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Shown>> {
        self.0.iter()
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Shown>> {
        self.iter().find(|object| object.name == name)
    }
}

/// Names what is added of one struct.
struct Adding<'a> {
    objects: &'a mut Objects,
    owner: &'static str,
}

impl Inspector for Adding<'_> {
    fn window(&mut self, window: Box<dyn Window>) {
        let namespace = window.info().namespace().to_owned();
        let others = self.objects.iter().filter(|object| object.window.info().namespace() == namespace).count();
        let name = if others == 0 { namespace } else { format!("{namespace}~{}", others + 1) };
        self.objects.0.push(Arc::new(Shown { name, owner: self.owner, window }));
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
