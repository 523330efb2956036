//! Types made by chance: what is known is right, and only what refuses is unknown.

use std::cell::Cell;
use std::fmt::{self, Write};

use rediscache::Shape;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

/// What a type reads.
#[derive(Debug)]
enum Schema {
    /// Accepts one value in so many.
    Number(&'static str, u64),
    Text(u64),
    Never,
    Option(Box<Schema>),
    Sequence(Box<Schema>),
    Map(Box<Schema>, Box<Schema>),
    Tuple(Vec<Schema>),
    /// With how many names each field has, of which the last is its own, and all names.
    Struct(Vec<(usize, Schema)>, &'static [&'static str]),
    Enum(Vec<(usize, Option<Schema>)>, &'static [&'static str]),
    /// Accepts the inner values when their sum is divisible.
    Checked(Box<Schema>, u64),
}

const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn leaf(&mut self, may_refuse: bool) -> Schema {
        match self.below(if may_refuse { 9 } else { 8 }) {
            0..3 => Schema::Number(["u8", "u32", "u64", "i16"][usize::try_from(self.below(4)).unwrap_or(0)], 1),
            3 => Schema::Number("u16", self.below(5) + 1),
            4..6 => Schema::Text(1),
            6 | 7 => Schema::Text(self.below(4) + 1),
            _ => Schema::Never,
        }
    }

    fn schema(&mut self, depth: u32, may_refuse: bool) -> Schema {
        if depth == 0 {
            return self.leaf(may_refuse);
        }
        let inner = |random: &mut Self| Box::new(random.schema(depth - 1, may_refuse));
        match self.below(14) {
            0 | 1 => self.leaf(may_refuse),
            2 | 3 => Schema::Option(inner(self)),
            4 => Schema::Sequence(inner(self)),
            5 => Schema::Map(inner(self), inner(self)),
            // Never all alike, which would be an array where all is known and none where a part is not.
            6 | 7 => {
                let others = (0..=self.below(3)).map(|_| *inner(self));
                Schema::Tuple(std::iter::once(Schema::Number("i8", 1)).chain(others).collect())
            }
            8..11 => {
                let fields: Vec<_> = (0..=self.below(4)).map(|_| (self.names(), *inner(self))).collect();
                let names = all_names(fields.iter().map(|field| field.0).sum());
                Schema::Struct(fields, names)
            }
            11 | 12 => {
                let variant = |random: &mut Self| (random.below(2) == 0).then(|| *inner(random));
                let variants: Vec<_> = (0..=self.below(4)).map(|_| (self.names(), variant(self))).collect();
                let names = all_names(variants.iter().map(|variant| variant.0).sum());
                Schema::Enum(variants, names)
            }
            _ => Schema::Checked(inner(self), self.below(2) + 2),
        }
    }

    fn names(&mut self) -> usize {
        if self.below(4) == 0 { 2 } else { 1 }
    }
}

fn all_names(count: usize) -> &'static [&'static str] {
    NAMES.get(..count).expect("there are names enough")
}

impl Schema {
    /// As `Shape` writes it, if nothing refuses.
    fn text(&self) -> String {
        match self {
            Self::Number(name, _) => (*name).to_owned(),
            Self::Text(_) | Self::Never => "text".to_owned(),
            Self::Option(inner) => format!("option<{}>", inner.text()),
            Self::Sequence(inner) => format!("[{}]", inner.text()),
            Self::Map(key, value) => format!("map<{}, {}>", key.text(), value.text()),
            Self::Checked(inner, _) => inner.text(),
            Self::Tuple(parts) => {
                let texts: Vec<String> = parts.iter().map(Self::text).collect();
                format!("({})", texts.join(", "))
            }
            Self::Struct(fields, names) => {
                let groups = groups(names, fields.iter().map(|field| field.0));
                let fields = fields.iter().zip(groups);
                let fields =
                    fields.map(|((_, schema), names)| format!("{}: {}", names[names.len() - 1], schema.text()));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
            Self::Enum(variants, names) => {
                let groups = groups(names, variants.iter().map(|variant| variant.0));
                let variants = variants.iter().zip(groups).map(|((_, content), names)| {
                    let mut text = names.join("/");
                    if let Some(content) = content {
                        write!(text, "({})", content.text()).expect("a string takes it");
                    }
                    text
                });
                format!("<{}>", variants.collect::<Vec<_>>().join(" | "))
            }
        }
    }
}

fn groups(names: &'static [&'static str], counts: impl Iterator<Item = usize>) -> Vec<&'static [&'static str]> {
    let mut rest = names;
    let group = |count| {
        let (group, others) = rest.split_at(count);
        rest = others;
        group
    };
    counts.map(group).collect()
}

thread_local! {
    /// The sum of all that was read.
    static SUM: Cell<u64> = const { Cell::new(0) };
}

fn accept<E: Error>(value: u64, one_in: u64) -> Result<(), E> {
    SUM.set(SUM.get() + value);
    if (value + 1).is_multiple_of(one_in) { Ok(()) } else { Err(E::custom("refused")) }
}

/// Reads what a schema says. It gives nothing, so that one type of visitor for all is no recursion.
#[derive(Clone, Copy)]
struct Reader<'s>(&'s Schema);

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            Schema::Number("u8", one_in) => u8::deserialize(deserializer).and_then(|n| accept(n.into(), *one_in)),
            Schema::Number("i8", _) => i8::deserialize(deserializer).map(drop),
            Schema::Number("u16", one_in) => u16::deserialize(deserializer).and_then(|n| accept(n.into(), *one_in)),
            Schema::Number("u32", one_in) => u32::deserialize(deserializer).and_then(|n| accept(n.into(), *one_in)),
            Schema::Number("u64", one_in) => u64::deserialize(deserializer).and_then(|n| accept(n, *one_in)),
            Schema::Number(_, one_in) => {
                i16::deserialize(deserializer).and_then(|n| accept(n.unsigned_abs().into(), *one_in))
            }
            Schema::Text(one_in) => {
                String::deserialize(deserializer).and_then(|text| accept(text.len() as u64 + 1, *one_in))
            }
            Schema::Never => String::deserialize(deserializer).and_then(|_| Err(D::Error::custom("refused"))),
            Schema::Option(_) => deserializer.deserialize_option(self),
            Schema::Sequence(_) => deserializer.deserialize_seq(self),
            Schema::Map(..) => deserializer.deserialize_map(self),
            Schema::Tuple(parts) => deserializer.deserialize_tuple(parts.len(), self),
            Schema::Struct(_, names) => deserializer.deserialize_struct("", names, self),
            Schema::Enum(_, names) => deserializer.deserialize_enum("", names, self),
            Schema::Checked(inner, divisor) => {
                let before = SUM.get();
                Reader(inner).deserialize(deserializer)?;
                if (SUM.get() - before).is_multiple_of(*divisor) { Ok(()) } else { Err(D::Error::custom("odd")) }
            }
        }
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what the schema says")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Schema::Option(inner) = self.0 else { return Err(D::Error::custom("no option")) };
        Reader(inner).deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let parts: Vec<&Schema> = match self.0 {
            Schema::Sequence(inner) => {
                while seq.next_element_seed(Reader(inner))?.is_some() {}
                return Ok(());
            }
            Schema::Tuple(parts) => parts.iter().collect(),
            Schema::Struct(fields, _) => fields.iter().map(|(_, schema)| schema).collect(),
            _ => return Err(A::Error::custom("no sequence")),
        };
        for part in parts {
            seq.next_element_seed(Reader(part))?.ok_or_else(|| A::Error::custom("too short"))?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        match self.0 {
            Schema::Map(key, value) => {
                while map.next_key_seed(Reader(key))?.is_some() {
                    map.next_value_seed(Reader(value))?;
                }
                Ok(())
            }
            Schema::Struct(fields, names) => {
                let groups = groups(names, fields.iter().map(|field| field.0));
                let mut seen = vec![false; fields.len()];
                while let Some(field) = next_field(&mut map, &groups)? {
                    if std::mem::replace(&mut seen[field], true) {
                        return Err(A::Error::duplicate_field(groups[field][groups[field].len() - 1]));
                    }
                    map.next_value_seed(Reader(&fields[field].1))?;
                }
                let missing = seen.iter().position(|seen| !seen);
                missing.map_or(Ok(()), |field| Err(A::Error::missing_field(groups[field][groups[field].len() - 1])))
            }
            _ => Err(A::Error::custom("no map")),
        }
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<(), A::Error> {
        let Schema::Enum(variants, names) = self.0 else { return Err(A::Error::custom("no enum")) };
        let counts = variants.iter().map(|variant| variant.0);
        let (tag, content) = data.variant_seed(TagReader(&groups(names, counts)))?;
        match &variants[tag as usize].1 {
            None => content.unit_variant(),
            Some(inner) => content.newtype_variant_seed(Reader(inner)),
        }
    }
}

/// Half the structs read the names of fields as text.
fn next_field<'de, A: MapAccess<'de>>(map: &mut A, groups: &[&[&'static str]]) -> Result<Option<usize>, A::Error> {
    if groups.len().is_multiple_of(2) {
        return Ok(map.next_key_seed(TagReader(groups))?.map(|tag| tag as usize));
    }
    let Some(name) = map.next_key::<String>()? else { return Ok(None) };
    let field = groups.iter().position(|group| group.contains(&&*name));
    field.map(Some).ok_or_else(|| A::Error::unknown_field(&name, &[]))
}

/// Tags, which differ as those of enums do.
#[derive(Clone, Copy)]
enum Tag {
    First,
    Second,
    Third,
    Fourth,
    Fifth,
}

struct TagReader<'s>(&'s [&'s [&'static str]]);

impl<'de> DeserializeSeed<'de> for TagReader<'_> {
    type Value = Tag;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tag, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for TagReader<'_> {
    type Value = Tag;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tag")
    }

    fn visit_u64<E: Error>(self, index: u64) -> Result<Tag, E> {
        let index = usize::try_from(index).ok().filter(|index| *index < self.0.len());
        let tag =
            index.and_then(|index| [Tag::First, Tag::Second, Tag::Third, Tag::Fourth, Tag::Fifth].get(index).copied());
        tag.ok_or_else(|| E::custom("too large"))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Tag, E> {
        let index = self.0.iter().position(|group| group.contains(&name)).ok_or_else(|| E::custom("unknown"))?;
        self.visit_u64(index as u64)
    }
}

/// A type for each number, some of which refuse parts of it for good.
struct Made<const SEED: u64, const REFUSES: bool>;

fn schema_of(seed: u64, refuses: bool) -> Schema {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1);
    random.schema(4, refuses)
}

impl<'de, const SEED: u64, const REFUSES: bool> Deserialize<'de> for Made<SEED, REFUSES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SUM.set(0);
        Reader(&schema_of(SEED, REFUSES)).deserialize(deserializer).map(|()| Self)
    }
}

/// Whether a text is another where parts are unknown: `u8?` and `?` stand for any part.
fn agrees(found: &str, expected: &str) -> bool {
    if found == expected {
        return true;
    }
    let mut rest = expected;
    found.split('?').enumerate().all(|(position, piece)| {
        let place = if position == 0 { rest.starts_with(piece).then_some(0) } else { rest.find(piece) };
        place.is_some_and(|place| {
            rest = &rest[place + piece.len()..];
            true
        })
    })
}

#[derive(Default, Debug)]
struct Count {
    known: usize,
    all: usize,
}

fn check<const SEED: u64>(strict: &mut Count, refusing: &mut Count) {
    let shape = Shape::of::<Made<SEED, false>>();
    let expected = schema_of(SEED, false).text();
    assert!(agrees(&shape.to_string(), &expected), "{SEED}: {shape}\n{expected}");
    assert!(!shape.is_known() || shape.to_string() == expected, "{SEED}: {shape}\n{expected}");
    strict.all += 1;
    strict.known += usize::from(shape.is_known());
    let shape = Shape::of::<Made<SEED, true>>();
    let expected = schema_of(SEED, true).text();
    assert!(agrees(&shape.to_string(), &expected), "{SEED}: {shape}\n{expected}");
    assert!(!shape.is_known() || shape.to_string() == expected, "{SEED}: {shape}\n{expected}");
    refusing.all += 1;
    refusing.known += usize::from(shape.is_known());
}

macro_rules! check_all {
    ($strict:ident, $refusing:ident: $($hundred:literal)*) => {$(
        check_all!(@ $strict $refusing $hundred 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);
    )*};
    (@ $strict:ident $refusing:ident $hundred:literal $($seed:literal)*) => {$(
        check::<{ $hundred * 20 + $seed }>(&mut $strict, &mut $refusing);
    )*};
}

#[test]
fn what_is_known_of_a_type_made_by_chance_is_right() {
    let (mut strict, mut refusing) = (Count::default(), Count::default());
    check_all!(strict, refusing: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24);
    assert!(strict.known * 100 >= strict.all * 95, "{strict:?}");
    assert!(refusing.known > 0 && refusing.known < refusing.all, "{refusing:?}");
}
