//! Types that ask serde for themselves as derived code does.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess};
use serde::de::{VariantAccess, Visitor};

use super::kind::{FieldKind, Held, Kind, VariantKind};
use super::value::Data;

#[derive(Clone, Copy)]
pub(super) struct Wanted<'k>(pub(super) &'k Kind);

/// Serde asks for names that live as long as the program.
fn leaked(names: impl Iterator<Item = &'static str>) -> &'static [&'static str] {
    Box::leak(names.collect())
}

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Data;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Data, D::Error> {
        match self.0 {
            Kind::Bool => from.deserialize_bool(self),
            Kind::Integer(true, 8) => from.deserialize_i8(self),
            Kind::Integer(true, 16) => from.deserialize_i16(self),
            Kind::Integer(true, 32) => from.deserialize_i32(self),
            Kind::Integer(true, 64) => from.deserialize_i64(self),
            Kind::Integer(true, _) => from.deserialize_i128(self),
            Kind::Integer(false, 8) => from.deserialize_u8(self),
            Kind::Integer(false, 16) => from.deserialize_u16(self),
            Kind::Integer(false, 32) => from.deserialize_u32(self),
            Kind::Integer(false, 64) => from.deserialize_u64(self),
            Kind::Integer(false, _) => from.deserialize_u128(self),
            Kind::F32 => from.deserialize_f32(self),
            Kind::F64 => from.deserialize_f64(self),
            Kind::Char => from.deserialize_char(self),
            Kind::Text => from.deserialize_string(self),
            Kind::Unit => from.deserialize_unit(self),
            Kind::Option(_) => from.deserialize_option(self),
            Kind::Sequence(_) => from.deserialize_seq(self),
            Kind::Map(_) => from.deserialize_map(self),
            Kind::Tuple(parts) => from.deserialize_tuple(parts.len(), self),
            Kind::Struct(fields) => {
                from.deserialize_struct("Struct", leaked(fields.iter().map(|field| field.name)), Fields(fields))
            }
            Kind::Enum(variants) => {
                from.deserialize_enum("Enum", leaked(variants.iter().map(|variant| variant.name)), Variants(variants))
            }
        }
    }
}

macro_rules! visit {
    ($($method:ident($type:ty) $pattern:pat => |$value:ident| $data:expr;)*) => {$(
        fn $method<E: Error>(self, $value: $type) -> Result<Data, E> {
            if matches!(self.0, $pattern) { Ok($data) } else { Err(E::custom("it is of another kind")) }
        }
    )*};
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this type")
    }

    visit! {
        visit_bool(bool) Kind::Bool => |value| Data::Bool(value);
        visit_i8(i8) Kind::Integer(true, 8) => |value| Data::integer(value.into());
        visit_i16(i16) Kind::Integer(true, 16) => |value| Data::integer(value.into());
        visit_i32(i32) Kind::Integer(true, 32) => |value| Data::integer(value.into());
        visit_i64(i64) Kind::Integer(true, 64) => |value| Data::integer(value.into());
        visit_i128(i128) Kind::Integer(true, 128) => |value| Data::integer(value);
        visit_u8(u8) Kind::Integer(false, 8) => |value| Data::Natural(value.into());
        visit_u16(u16) Kind::Integer(false, 16) => |value| Data::Natural(value.into());
        visit_u32(u32) Kind::Integer(false, 32) => |value| Data::Natural(value.into());
        visit_u64(u64) Kind::Integer(false, 64) => |value| Data::Natural(value.into());
        visit_u128(u128) Kind::Integer(false, 128) => |value| Data::Natural(value);
        visit_f32(f32) Kind::F32 => |value| Data::Float(f64::from(value).to_bits());
        visit_f64(f64) Kind::F64 => |value| Data::Float(value.to_bits());
        visit_char(char) Kind::Char => |value| Data::Char(value);
        visit_str(&str) Kind::Text => |value| Data::Text(value.to_owned());
    }

    fn visit_unit<E: Error>(self) -> Result<Data, E> {
        match self.0 {
            Kind::Unit => Ok(Data::Unit),
            Kind::Option(_) => Ok(Data::None),
            _ => Err(E::custom("it is of another kind")),
        }
    }

    fn visit_none<E: Error>(self) -> Result<Data, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Data, D::Error> {
        let Kind::Option(inner) = self.0 else { return Err(D::Error::custom("it is of another kind")) };
        Wanted(inner).deserialize(from).map(|value| Data::Some(Box::new(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
        let mut parts = Vec::new();
        match self.0 {
            Kind::Tuple(kinds) => {
                for (index, kind) in kinds.iter().enumerate() {
                    let part = seq.next_element_seed(Wanted(kind))?;
                    parts.push(part.ok_or_else(|| A::Error::invalid_length(index, &self))?);
                }
            }
            Kind::Sequence(kind) => {
                while let Some(part) = seq.next_element_seed(Wanted(kind))? {
                    parts.push(part);
                }
            }
            _ => return Err(A::Error::custom("it is of another kind")),
        }
        Ok(Data::Parts(parts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let Kind::Map(kinds) = self.0 else { return Err(A::Error::custom("it is of another kind")) };
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(Wanted(&kinds.0))? {
            entries.push((key, map.next_value_seed(Wanted(&kinds.1))?));
        }
        Ok(Data::Map(entries))
    }
}

/// Which of several names it is.
struct Name<'n, T>(&'n [T], fn(&T) -> &'static str);

impl<'de, T> DeserializeSeed<'de> for Name<'_, T> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<usize>, D::Error> {
        from.deserialize_identifier(self)
    }
}

impl<T> Visitor<'_> for Name<'_, T> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|it| self.1(it) == text))
    }
}

/// The fields of a struct.
struct Fields<'k>(&'k [FieldKind]);

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a struct")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut values = vec![None; self.0.len()];
        while let Some(name) = map.next_key_seed(Name(self.0, |field| field.name))? {
            match name {
                None => drop(map.next_value::<IgnoredAny>()?),
                Some(at) if values[at].is_some() => return Err(A::Error::duplicate_field(self.0[at].name)),
                Some(at) => values[at] = Some(map.next_value_seed(Wanted(&self.0[at].kind))?),
            }
        }
        let fields = self.0.iter().zip(values).map(|(field, value)| {
            let value = match (value, &field.kind) {
                (Some(value), _) => value,
                (None, _) if field.has_default => Data::Default,
                (None, Kind::Option(_)) => Data::None,
                (None, _) => return Err(A::Error::missing_field(field.name)),
            };
            Ok((field.name, value))
        });
        fields.collect::<Result<_, _>>().map(Data::Struct)
    }
}

/// The variants of an enum.
struct Variants<'k>(&'k [VariantKind]);

impl<'de> Visitor<'de> for Variants<'_> {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an enum")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Data, A::Error> {
        let (at, contents) = data.variant_seed(Name(self.0, |variant| variant.name))?;
        let VariantKind { name, held } = &self.0[at.ok_or_else(|| A::Error::unknown_variant("", &[]))?];
        let contents = match held {
            Held::Unit => contents.unit_variant().map(|()| Data::Empty)?,
            Held::Newtype(kind) => contents.newtype_variant_seed(Wanted(kind))?,
            Held::Tuple(kinds) => contents.tuple_variant(kinds.len(), Wanted(&held.kind()))?,
            Held::Struct(fields) => {
                contents.struct_variant(leaked(fields.iter().map(|field| field.name)), Fields(fields))?
            }
        };
        Ok(Data::Variant(name, Box::new(contents)))
    }
}
