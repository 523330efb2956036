//! What differs between two shapes, in short lines.

use std::fmt::{self, Display};

use super::Shape;
use super::form::{Content, FieldForm, Form, VariantForm};

/// How many lines are told in full.
const MOST: usize = 16;

/// How many characters of a name or a shape are told.
const LONGEST: usize = 80;

impl Shape {
    /// What is different from what was before, in the order of today's shape; nothing, where only the order differs.
    pub(crate) fn differences(&self, before: &Self) -> Vec<String> {
        let mut differences = Differences::default();
        differences.forms("", self.form(), before.form());
        differences.told()
    }
}

#[derive(Default)]
struct Differences {
    lines: Vec<String>,
    /// How many are not told.
    more: usize,
}

impl Differences {
    fn told(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("and {} more", self.more));
        }
        self.lines
    }

    fn add(&mut self, line: impl FnOnce() -> String) {
        if self.lines.len() < MOST { self.lines.push(line()) } else { self.more += 1 }
    }

    fn forms(&mut self, path: &str, now: &Form, before: &Form) {
        match (now, before) {
            (now, before) if now == before => {}
            (Form::Option(now), Form::Option(before)) => self.forms(path, now, before),
            (Form::Sequence(now), Form::Sequence(before)) => self.forms(&format!("{path}[]"), now, before),
            (Form::Array(now, length), Form::Array(before, other)) if length == other => {
                self.forms(&format!("{path}[]"), now, before);
            }
            (Form::Map(now), Form::Map(before)) => {
                self.forms(&format!("{path}[key]"), &now.0, &before.0);
                self.forms(&format!("{path}[]"), &now.1, &before.1);
            }
            (Form::Tuple(now), Form::Tuple(before)) if now.len() == before.len() => self.parts(path, now, before),
            (Form::Struct(now), Form::Struct(before)) => self.fields(path, now, before),
            (Form::Enum(now), Form::Enum(before)) => self.variants(path, now, before),
            (now, before) => self.changed(path, now, before),
        }
    }

    fn changed(&mut self, path: &str, now: impl Display, before: impl Display) {
        self.add(|| match path {
            "" => format!("{}, was {}", short(now), short(before)),
            path => format!("{}, was {}", NamedPart(path, &short(now)), short(before)),
        });
    }

    fn parts(&mut self, path: &str, now: &[Form], before: &[Form]) {
        for (position, (now, before)) in now.iter().zip(before).enumerate() {
            self.forms(&below(path, &position.to_string()), now, before);
        }
    }

    fn fields(&mut self, path: &str, now: &[FieldForm], before: &[FieldForm]) {
        let same = |fields: &[FieldForm], name: &str| fields.iter().position(|field| field.name == name);
        for field in now {
            let path = below(path, &field.name);
            match same(before, &field.name) {
                Some(at) => self.forms(&path, &field.form, &before[at].form),
                None => self.add(|| format!("{} is new", NamedPart(&path, &short(&field.form)))),
            }
        }
        for field in before.iter().filter(|field| same(now, &field.name).is_none()) {
            self.add(|| format!("`{}` is gone", short(below(path, &field.name))));
        }
    }

    fn variants(&mut self, path: &str, now: &[VariantForm], before: &[VariantForm]) {
        let same = |variants: &[VariantForm], names: &VariantForm| {
            variants.iter().position(|variant| variant.names.iter().any(|name| names.names.contains(name)))
        };
        for variant in now {
            let path = below(path, first_name(variant));
            match same(before, variant) {
                Some(at) => self.contents(&path, &variant.content, &before[at].content),
                None => self.add(|| format!("variant `{}` is new", short(&path))),
            }
        }
        for variant in before.iter().filter(|variant| same(now, variant).is_none()) {
            self.add(|| format!("variant `{}` is gone", short(below(path, first_name(variant)))));
        }
    }

    fn contents(&mut self, path: &str, now: &Content, before: &Content) {
        match (now, before) {
            (now, before) if now == before => {}
            (Content::Newtype(now), Content::Newtype(before)) => self.forms(path, now, before),
            (Content::Tuple(now), Content::Tuple(before)) if now.len() == before.len() => self.parts(path, now, before),
            (Content::Struct(now), Content::Struct(before)) => self.fields(path, now, before),
            (now, before) => self.changed(path, described(now), described(before)),
        }
    }
}

/// A path, and what stands there.
struct NamedPart<'a>(&'a str, &'a str);

impl Display for NamedPart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", short(self.0), self.1)
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn first_name(variant: &VariantForm) -> &str {
    variant.names.first().map_or("", |name| name)
}

fn described(content: &Content) -> String {
    let list = |parts: &[Form]| parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match content {
        Content::Unknown => "(..)".to_owned(),
        Content::Unit => "without content".to_owned(),
        Content::Newtype(inner) => format!("({inner})"),
        Content::Tuple(parts) => format!("({})", list(parts)),
        Content::Struct(fields) => Form::Struct(fields.clone()).to_string(),
    }
}

/// In one short line, since names may be anybody's.
fn short(text: impl Display) -> String {
    let text = text.to_string();
    let mut characters = text.chars().flat_map(|character| {
        let escaped = character.is_control().then(|| character.escape_default());
        let plain = (!character.is_control()).then_some(character);
        escaped.into_iter().flatten().chain(plain)
    });
    let start: String = characters.by_ref().take(LONGEST).collect();
    if characters.next().is_some() { format!("{start}…") } else { start }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::shape::Schema;

    fn differences<Now: serde::de::DeserializeOwned + 'static, Before: serde::de::DeserializeOwned + 'static>()
    -> Vec<String> {
        Shape::of::<Now>().differences(&Shape::of::<Before>())
    }

    mod before {
        use super::*;

        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only its shape is looked at")]
        pub(super) struct Item {
            pub(super) gift: bool,
            pub(super) price: u64,
            pub(super) profile: Profile,
            pub(super) kind: Kind,
            pub(super) tags: Vec<u8>,
            pub(super) by_name: BTreeMap<u8, u8>,
        }

        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only its shape is looked at")]
        pub(super) struct Profile {
            pub(super) level: u8,
        }

        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only its shape is looked at")]
        pub(super) enum Kind {
            Plain,
            Sized(u8),
            Old,
        }
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Item {
        stock: u32,
        by_name: BTreeMap<u16, u32>,
        tags: Vec<u16>,
        kind: Kind,
        profile: Profile,
        price: u32,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Profile {
        level: Option<u8>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    enum Kind {
        Review { by: String },
        Sized(u16),
        Plain(u8),
    }

    #[test]
    fn each_is_told_with_its_path_whatever_the_order() {
        assert_eq!(
            differences::<Item, before::Item>(),
            [
                "`stock`: u32 is new",
                "`by_name[key]`: u16, was u8",
                "`by_name[]`: u32, was u8",
                "`tags[]`: u16, was u8",
                "variant `kind.Review` is new",
                "`kind.Sized`: u16, was u8",
                "`kind.Plain`: (u8), was without content",
                "variant `kind.Old` is gone",
                "`profile.level`: option<u8>, was u8",
                "`price`: u32, was u64",
                "`gift` is gone",
            ]
        );
    }

    #[test]
    fn what_has_no_parts_in_common_is_told_as_a_whole() {
        assert_eq!(differences::<String, u64>(), ["text, was u64"]);
        assert_eq!(differences::<(u8, u8, String), (u8, u8)>(), ["(u8, u8, text), was [u8; 2]"]);
        assert_eq!(differences::<(u8, String), (u8, u16)>(), ["`1`: text, was u16"]);
        assert_eq!(differences::<[u8; 2], [u8; 3]>(), ["[u8; 2], was [u8; 3]"]);
    }

    #[test]
    fn what_is_the_same_is_not_told() {
        assert_eq!(differences::<Item, Item>(), [""; 0]);
        assert_eq!(differences::<Option<Box<u8>>, Option<u8>>(), [""; 0]);
    }

    #[test]
    fn there_are_never_many_lines_nor_long_ones() {
        let field = |n: usize| format!(r#"{{"name":"{}\n{n}","form":"u8"}}"#, "x".repeat(n * 10));
        let fields: Vec<String> = (0..40).map(field).collect();
        let json = format!(r#"{{"shape":{{"struct":[{}]}}}}"#, fields.join(","));
        let hostile = Schema::from_json(json.as_bytes()).expect("it is a shape");
        let lines = Shape::of::<Profile>().differences(&hostile.shape);
        assert_eq!((lines.len(), lines[16].as_str()), (17, "and 25 more"));
        assert!(lines.iter().all(|line| line.chars().count() < 100 && !line.contains('\n')), "{lines:?}");
        assert_eq!(lines[1], r"`\n0` is gone");
    }
}
