//! Values as data, and how types write them.

use serde::ser::{SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple};
use serde::ser::{SerializeTupleVariant, Serializer};
use serde::{Serialize, ser};

use super::super::hostile::Numbers;
use super::kind::{FieldKind, Held, Kind, NAMES};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Bool(bool),
    Negative(i128),
    Natural(u128),
    /// By its bits, as an `f64`.
    Float(u64),
    Char(char),
    Text(String),
    Unit,
    None,
    Some(Box<Data>),
    /// Of a sequence, or a tuple.
    Parts(Vec<Data>),
    Map(Vec<(Data, Data)>),
    Struct(Vec<(&'static str, Data)>),
    Variant(&'static str, Box<Data>),
    /// What a variant holds that holds nothing.
    Empty,
    /// Nothing, or unit, in so many `Some`s, where the two are alike.
    Nil(u8),
    /// What a field is that was not stored.
    Default,
}

impl Data {
    pub(super) fn integer(value: i128) -> Self {
        u128::try_from(value).map_or(Self::Negative(value), Self::Natural)
    }

    pub(super) fn any(kind: &Kind, numbers: &mut Numbers) -> Self {
        match kind {
            Kind::Bool => Self::Bool(numbers.below(2) == 0),
            Kind::Integer(is_signed, bits) => integer(*is_signed, *bits, numbers),
            Kind::F32 => Self::Float(f64::from(narrow(float(numbers))).to_bits()),
            Kind::F64 => Self::Float(float(numbers).to_bits()),
            Kind::Char => Self::Char(['a', 'b', 'é', '1'][numbers.below(4)]),
            Kind::Text => Self::Text(["", "a", "b", "second", "é", "two words"][numbers.below(6)].to_owned()),
            Kind::Unit => Self::Unit,
            Kind::Option(_) if numbers.below(3) == 0 => Self::None,
            Kind::Option(inner) => Self::Some(Box::new(Self::any(inner, numbers))),
            Kind::Sequence(inner) => Self::Parts((0..numbers.below(4)).map(|_| Self::any(inner, numbers)).collect()),
            Kind::Map(entry) => {
                let mut entries: Vec<(Self, Self)> = Vec::new();
                for _ in 0..numbers.below(4) {
                    let key = Self::any(&entry.0, numbers);
                    if entries.iter().all(|(other, _)| *other != key) {
                        entries.push((key, Self::any(&entry.1, numbers)));
                    }
                }
                Self::Map(entries)
            }
            Kind::Tuple(parts) => Self::Parts(parts.iter().map(|part| Self::any(part, numbers)).collect()),
            Kind::Struct(fields) => {
                Self::Struct(fields.iter().map(|field| (field.name, Self::any(&field.kind, numbers))).collect())
            }
            Kind::Enum(variants) => {
                let variant = &variants[numbers.below(variants.len())];
                let contents = match &variant.held {
                    Held::Unit => Self::Empty,
                    held => Self::any(&held.kind(), numbers),
                };
                Self::Variant(variant.name, Box::new(contents))
            }
        }
    }
}

/// One at an end of what integers of some width can be, or a small one.
fn integer(is_signed: bool, bits: u32, numbers: &mut Numbers) -> Data {
    let width = (8 << numbers.below(5)).min(bits);
    let most = u128::MAX >> (128 - width + u32::from(is_signed));
    let value = [0, 1, 7, most / 2 + 1, most - 1, most][numbers.below(6)];
    match i128::try_from(value) {
        Ok(value) if is_signed && numbers.below(2) == 0 => Data::integer(-value - i128::from(numbers.below(2) == 0)),
        _ => Data::Natural(value),
    }
}

fn float(numbers: &mut Numbers) -> f64 {
    const FLOATS: [f64; 12] = [
        0.0,
        -0.0,
        1.0,
        -3.0,
        0.5,
        0.1,
        255.0,
        16_777_217.0,
        9_223_372_036_854_775_808.0,
        1e300,
        f64::INFINITY,
        f64::NAN,
    ];
    FLOATS[numbers.below(FLOATS.len())]
}

#[expect(clippy::cast_possible_truncation, reason = "whether it is exact is for others to find out")]
pub(super) fn narrow(float: f64) -> f32 {
    float as f32
}

/// A value, as its type writes it.
pub(super) struct Typed<'a>(pub(super) &'a Kind, pub(super) &'a Data);

impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match (self.0, self.1) {
            (Kind::Bool, Data::Bool(value)) => to.serialize_bool(*value),
            (Kind::Integer(..), _) => self.integer(to),
            (Kind::F32, Data::Float(bits)) => to.serialize_f32(narrow(f64::from_bits(*bits))),
            (Kind::F64, Data::Float(bits)) => to.serialize_f64(f64::from_bits(*bits)),
            (Kind::Char, Data::Char(value)) => to.serialize_char(*value),
            (Kind::Text, Data::Text(value)) => to.serialize_str(value),
            (Kind::Unit, Data::Unit) => to.serialize_unit(),
            (Kind::Option(_), Data::None) => to.serialize_none(),
            (Kind::Option(kind), Data::Some(value)) => to.serialize_some(&Typed(kind, value)),
            (Kind::Sequence(kind), Data::Parts(parts)) => {
                let mut seq = to.serialize_seq(Some(parts.len()))?;
                parts.iter().try_for_each(|part| seq.serialize_element(&Typed(kind, part)))?;
                seq.end()
            }
            (Kind::Map(kinds), Data::Map(entries)) => {
                let mut map = to.serialize_map(Some(entries.len()))?;
                entries
                    .iter()
                    .try_for_each(|(key, value)| map.serialize_entry(&Typed(&kinds.0, key), &Typed(&kinds.1, value)))?;
                map.end()
            }
            (Kind::Tuple(kinds), Data::Parts(parts)) => {
                let mut tuple = to.serialize_tuple(parts.len())?;
                kinds.iter().zip(parts).try_for_each(|(kind, part)| tuple.serialize_element(&Typed(kind, part)))?;
                tuple.end()
            }
            (Kind::Struct(kinds), Data::Struct(fields)) => {
                let mut to = to.serialize_struct("Struct", fields.len())?;
                typed(kinds, fields).try_for_each(|(name, value)| to.serialize_field(name, &value))?;
                to.end()
            }
            (Kind::Enum(_), Data::Variant(name, contents)) => self.variant(name, contents, to),
            _ => Err(ser::Error::custom("it is not of this type")),
        }
    }
}

fn typed<'a>(
    kinds: &'a [FieldKind],
    fields: &'a [(&'static str, Data)],
) -> impl Iterator<Item = (&'static str, Typed<'a>)> {
    kinds.iter().zip(fields).map(|(field, (name, value))| (*name, Typed(&field.kind, value)))
}

impl Typed<'_> {
    fn integer<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(Kind::Integer(is_signed, bits), data) = self else { return to.serialize_unit() };
        let (signed, unsigned) = match data {
            Data::Natural(value) => (i128::try_from(*value).unwrap_or_default(), *value),
            Data::Negative(value) => (*value, 0),
            _ => (0, 0),
        };
        match (*is_signed, *bits) {
            (true, 8) => to.serialize_i8(i8::try_from(signed).unwrap_or_default()),
            (true, 16) => to.serialize_i16(i16::try_from(signed).unwrap_or_default()),
            (true, 32) => to.serialize_i32(i32::try_from(signed).unwrap_or_default()),
            (true, 64) => to.serialize_i64(i64::try_from(signed).unwrap_or_default()),
            (true, _) => to.serialize_i128(signed),
            (false, 8) => to.serialize_u8(u8::try_from(unsigned).unwrap_or_default()),
            (false, 16) => to.serialize_u16(u16::try_from(unsigned).unwrap_or_default()),
            (false, 32) => to.serialize_u32(u32::try_from(unsigned).unwrap_or_default()),
            (false, 64) => to.serialize_u64(u64::try_from(unsigned).unwrap_or_default()),
            (false, _) => to.serialize_u128(unsigned),
        }
    }

    fn variant<S: Serializer>(&self, name: &str, contents: &Data, to: S) -> Result<S::Ok, S::Error> {
        let Kind::Enum(variants) = self.0 else { return to.serialize_unit() };
        let index = variants.iter().position(|variant| variant.name == name).unwrap_or_default();
        let (variant, at) = (&variants[index], u32::try_from(index).unwrap_or_default());
        let name = NAMES.into_iter().find(|it| *it == name).unwrap_or_default();
        match (&variant.held, contents) {
            (Held::Newtype(kind), value) => to.serialize_newtype_variant("Enum", at, name, &Typed(kind, value)),
            (Held::Tuple(kinds), Data::Parts(parts)) => {
                let mut to = to.serialize_tuple_variant("Enum", at, name, parts.len())?;
                kinds.iter().zip(parts).try_for_each(|(kind, part)| to.serialize_field(&Typed(kind, part)))?;
                to.end()
            }
            (Held::Struct(kinds), Data::Struct(fields)) => {
                let mut to = to.serialize_struct_variant("Enum", at, name, fields.len())?;
                typed(kinds, fields).try_for_each(|(name, value)| to.serialize_field(name, &value))?;
                to.end()
            }
            _ => to.serialize_unit_variant("Enum", at, name),
        }
    }
}
