//! Rust types of a shape, to be pasted. Names come from a database, and so are made into such as Rust takes.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

use crate::shape::{Contents, Field, Layout, Place, PlaceId, Scalar, Variant};

/// A type, and what has to be defined for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustCode {
    /// The type, as it stands in a field.
    pub name: String,
    /// The structs and enums that it names, outermost first.
    pub definitions: Vec<String>,
}

/// What stands for a place that nothing is known of.
const UNKNOWN: &str = "serde_json::Value";

const KEYWORDS: [&str; 41] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut",
    "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "unsafe", "use",
];

/// Writes the type that values of this layout have.
pub(super) fn write(layout: &Layout, name: &str) -> RustCode {
    let mut writer =
        CodeWriter { layout, names: HashMap::new(), taken: BTreeSet::new(), open: Vec::new(), definitions: Vec::new() };
    let name = writer.place(Layout::WHOLE, name);
    RustCode { name, definitions: writer.definitions.into_iter().map(|(_, definition)| definition).collect() }
}

struct CodeWriter<'a> {
    layout: &'a Layout,
    names: HashMap<PlaceId, String>,
    taken: BTreeSet<String>,
    /// The places around.
    open: Vec<PlaceId>,
    definitions: Vec<(PlaceId, String)>,
}

impl CodeWriter<'_> {
    /// The type at a place, which is named like this if it is to have a name.
    fn place(&mut self, place: PlaceId, hint: &str) -> String {
        let times = self.open.iter().filter(|open| **open == place).count();
        match self.names.get(&place) {
            Some(name) if times > 0 => return format!("Box<{name}>"),
            // Of what has no name, what is in it may have one.
            None if times > 1 => return UNKNOWN.to_owned(),
            _ => {}
        }
        self.open.push(place);
        let name = match self.layout.at(place) {
            Place::Unknown => UNKNOWN.to_owned(),
            Place::Scalar(scalar) => name_of(*scalar).to_owned(),
            Place::Option(inner) => format!("Option<{}>", self.place(*inner, hint)),
            Place::Sequence(inner) => format!("Vec<{}>", self.place(*inner, hint)),
            Place::Array(inner, length) => format!("[{}; {length}]", self.place(*inner, hint)),
            Place::Map(key, value) => {
                let key = self.place(*key, &format!("{hint}Key"));
                format!("std::collections::BTreeMap<{key}, {}>", self.place(*value, hint))
            }
            Place::Tuple(parts) => self.tuple(parts, hint),
            Place::Struct(fields) => self.define(place, "struct", hint, |it| it.fields(fields, hint, "pub ", 1)),
            Place::Enum(variants) => self.define(place, "enum", hint, |it| it.variants(variants, hint)),
        };
        self.open.pop();
        name
    }

    fn tuple(&mut self, parts: &[PlaceId], hint: &str) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.place(*part, hint)).collect();
        match &*parts {
            [only] => format!("({only},)"),
            parts => format!("({})", parts.join(", ")),
        }
    }

    fn define(&mut self, place: PlaceId, what: &str, hint: &str, body: impl FnOnce(&mut Self) -> String) -> String {
        let name = self.new_name(hint);
        self.names.insert(place, name.clone());
        let at = self.definitions.len();
        let body = body(self);
        let derive = "#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]";
        self.definitions.insert(at, (place, format!("{derive}\npub {what} {name} {body}\n")));
        name
    }

    fn new_name(&mut self, hint: &str) -> String {
        let name = camel_case(hint);
        let names = (2..).map(|number| format!("{name}{number}"));
        let name = std::iter::once(name.clone()).chain(names).find(|name| !self.taken.contains(name)).unwrap_or(name);
        self.taken.insert(name.clone());
        name
    }

    /// In braces, a line for each.
    fn fields(&mut self, fields: &[Field], around: &str, visibility: &str, depth: usize) -> String {
        let (indent, mut text, mut taken) = ("    ".repeat(depth), "{\n".to_owned(), BTreeSet::new());
        for field in fields {
            let kind = self.place(field.place, &format!("{around}{}", camel_case(&field.name)));
            let name = distinct(identifier(&field.name), &mut taken);
            if name.trim_start_matches("r#") != field.name {
                let _ = writeln!(text, "{indent}#[serde(rename = {:?})]", field.name);
            }
            let _ = writeln!(text, "{indent}{visibility}{name}: {kind},");
        }
        text + &"    ".repeat(depth - 1) + "}"
    }

    fn variants(&mut self, variants: &[Variant], around: &str) -> String {
        let (mut text, mut taken) = ("{\n".to_owned(), BTreeSet::new());
        for variant in variants {
            let stored = variant.names.first().map_or("", |name| &**name);
            let name = distinct(camel_case(stored), &mut taken);
            if name != stored {
                let _ = writeln!(text, "    #[serde(rename = {stored:?})]");
            }
            for alias in variant.names.iter().skip(1) {
                let _ = writeln!(text, "    #[serde(alias = {alias:?})]");
            }
            let hint = format!("{around}{name}");
            let contents = match &variant.contents {
                Contents::Unknown => format!("({UNKNOWN})"),
                Contents::Unit => String::new(),
                Contents::Newtype(place) => format!("({})", self.place(*place, &hint)),
                Contents::Tuple(parts) => {
                    let parts: Vec<String> = parts.iter().map(|part| self.place(*part, &hint)).collect();
                    format!("({})", parts.join(", "))
                }
                Contents::Struct(fields) => format!(" {}", self.fields(fields, &hint, "", 2)),
            };
            let _ = writeln!(text, "    {name}{contents},");
        }
        text + "}"
    }
}

fn name_of(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Text => "String",
        Scalar::Bytes => "serde_bytes::ByteBuf",
        Scalar::Unit => "()",
        number => number.name(),
    }
}

/// A name that nothing else has beside it.
fn distinct(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut distinct = name;
    while !taken.insert(distinct.clone()) {
        distinct.push('_');
    }
    distinct
}

/// A name such as fields have.
pub fn identifier(name: &str) -> String {
    let mut plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if plain.is_empty()
        || plain.starts_with(|c: char| c.is_ascii_digit())
        || ["_", "self", "Self", "super", "crate"].contains(&&*plain)
    {
        plain.insert_str(0, "field_");
    }
    if KEYWORDS.contains(&&*plain) { format!("r#{plain}") } else { plain }
}

/// A name such as types have.
pub fn camel_case(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let capitalized = words.map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or_default();
        first.to_ascii_uppercase() + rest
    });
    let name: String = capitalized.collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || name == "Self" {
        format!("T{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::shape::{FIRST_VERSION, Schema};

    fn code<T: serde::de::DeserializeOwned + 'static>(name: &str) -> RustCode {
        write(&Schema::of::<T>(FIRST_VERSION).layout, name)
    }

    #[derive(Serialize, Deserialize)]
    struct Tree {
        label: String,
        #[serde(rename = "type")]
        kind: Kind,
        branches: Vec<Tree>,
        #[serde(rename = "a b")]
        odd: Option<(u8, f32)>,
    }

    #[derive(Serialize, Deserialize)]
    enum Kind {
        Leaf,
        #[serde(rename = "in-ner")]
        Inner {
            depth: i64,
        },
        Both(BTreeMap<String, u8>, bool),
    }

    #[test]
    fn a_shape_becomes_the_structs_and_enums_that_have_it() {
        let RustCode { name, definitions } = code::<Vec<Tree>>("forest");
        assert_eq!((&*name, definitions.len()), ("Vec<Forest>", 2));
        assert!(definitions[0].ends_with(
            "pub struct Forest {\n    pub label: String,\n    pub r#type: ForestType,\n    pub branches: Vec<Box<Forest>>,\n    \
             #[serde(rename = \"a b\")]\n    pub a_b: Option<(u8, f32)>,\n}\n"
        ), "{}", definitions[0]);
        assert!(definitions[1].ends_with(
            "pub enum ForestType {\n    Leaf,\n    #[serde(rename = \"in-ner\")]\n    InNer {\n        depth: i64,\n    },\n    \
             Both(std::collections::BTreeMap<String, u8>, bool),\n}\n"
        ), "{}", definitions[1]);
    }

    #[test]
    fn scalars_need_no_definition() {
        assert_eq!(code::<u64>("x"), RustCode { name: "u64".to_owned(), definitions: Vec::new() });
        assert_eq!(code::<Option<Vec<String>>>("x").name, "Option<Vec<String>>");
    }

    #[test]
    fn names_of_a_database_become_names_of_rust() {
        assert_eq!(
            ["a-b", "", "9", "self", "fn", "_"].map(identifier),
            ["a_b", "field_", "field_9", "field_self", "r#fn", "field__"]
        );
        assert_eq!(["a.b_c", "9x", "", "\u{1b}[31m"].map(camel_case), ["ABC", "T9x", "T", "T31m"]);
    }
}
