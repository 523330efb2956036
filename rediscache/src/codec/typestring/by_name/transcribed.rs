//! What is stored, written anew: each part when it is its turn.

use serde::ser::{Error, Serialize, SerializeMap, SerializeTuple, Serializer};

use super::chosen::name_of;
use super::item::{Item, Later};
use super::misread::Misread;
use super::walk::Walk;
use crate::shape::{Contents, Field, PlaceId, Variant};

/// It is to be written once, and after what stands before it.
pub(super) struct Transcribed<'w, 'a> {
    walk: &'w Walk<'a>,
    next: Later<'a>,
}

impl<'w, 'a> Transcribed<'w, 'a> {
    pub(super) fn new(walk: &'w Walk<'a>, next: Later<'a>) -> Self {
        Self { walk, next }
    }

    fn at(&self, place: PlaceId) -> Self {
        Self::new(self.walk, Later::At(place))
    }

    fn elements<S: Serializer>(&self, places: &[PlaceId], to: S) -> Result<S::Ok, S::Error> {
        let mut tuple = to.serialize_tuple(places.len())?;
        places.iter().try_for_each(|place| tuple.serialize_element(&self.at(*place)))?;
        tuple.end()
    }

    fn array<S: Serializer>(&self, place: PlaceId, length: usize, to: S) -> Result<S::Ok, S::Error> {
        let mut tuple = to.serialize_tuple(length)?;
        (0..length).try_for_each(|_| tuple.serialize_element(&self.at(place)))?;
        tuple.end()
    }

    fn entries<S: Serializer>(
        &self,
        (key, value): (PlaceId, PlaceId),
        length: usize,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(length))?;
        (0..length).try_for_each(|_| map.serialize_entry(&self.at(key), &self.at(value)))?;
        map.end()
    }

    fn fields<S: Serializer>(&self, fields: &[Field], to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(fields.len()))?;
        fields.iter().try_for_each(|field| map.serialize_entry(&field.name, &self.at(field.place)))?;
        map.end()
    }

    fn variant<S: Serializer>(&self, variant: &'a Variant, to: S) -> Result<S::Ok, S::Error> {
        let name = self.told(name_of(self.walk, variant, &[]))?;
        if matches!(variant.contents, Contents::Unit) {
            return to.serialize_str(name);
        }
        let contents = self.told(Later::try_from(&variant.contents))?;
        let mut map = to.serialize_map(Some(1))?;
        map.serialize_entry(name, &Self::new(self.walk, contents))?;
        map.end()
    }

    fn item<S: Serializer>(&self, item: Item<'a>, to: S) -> Result<S::Ok, S::Error> {
        match item {
            Item::Unit | Item::Nil(_) => to.serialize_unit(),
            Item::Bool(value) => to.serialize_bool(value),
            Item::Unsigned(_, value) => to.serialize_u64(value),
            Item::Signed(_, value) => to.serialize_i64(value),
            Item::WideUnsigned(_, value) => to.serialize_u128(value.unsigned()),
            Item::WideSigned(_, value) => to.serialize_i128(value.signed()),
            Item::F32(value) => to.serialize_f32(value),
            Item::F64(value) => to.serialize_f64(value),
            Item::Char(value) => to.serialize_char(value),
            Item::Text(text) => to.serialize_str(text),
            Item::Bytes(bytes) => to.serialize_bytes(bytes),
            Item::None => to.serialize_none(),
            Item::Some(inner) => to.serialize_some(&self.at(inner)),
            Item::Sequence(place, length) | Item::Array(place, length) => self.array(place, length, to),
            Item::Tuple(places) => self.elements(places, to),
            Item::Map { key, value, length } => self.entries((key, value), length, to),
            Item::Struct(fields) => self.fields(fields, to),
            Item::Variant(variant) => self.variant(variant, to),
        }
    }

    /// Notes what went wrong: the error of the one who writes has no place for it.
    fn told<T, E: Error>(&self, read: Result<T, Misread>) -> Result<T, E> {
        read.map_err(|misread| {
            self.walk.fail(misread);
            E::custom("it cannot be read")
        })
    }
}

impl Serialize for Transcribed<'_, '_> {
    /// As deep as the one who writes goes along.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let before = self.walk.left();
        let item = self.told(self.walk.later(self.next))?;
        let written = self.item(item, to)?;
        self.told(self.walk.count(before))?;
        Ok(written)
    }
}
