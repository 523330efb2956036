//! A variant, by its name, and what it holds.

use std::borrow::Cow;
use std::cell::Cell;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, VariantAccess, Visitor};

use super::item::{Item, Later};
use super::misread::{Misread, Reason, Segment};
use super::walk::{ByName, Walk};
use crate::shape::Variant;

pub(super) struct Chosen<'w, 'a> {
    walk: &'w Walk<'a>,
    name: &'a str,
    /// The name, unless it is data that nobody knows to be a name.
    told_name: Option<&'a str>,
    /// Until it is read.
    contents: &'w Cell<Option<Later<'a>>>,
}

/// The name of a variant that is among the wanted: the only one, or one of several for the same variant.
pub(super) fn name_of<'a>(
    walk: &Walk<'_>,
    variant: &'a Variant,
    wanted: &'static [&'static str],
) -> Result<&'a str, Misread> {
    let is_wanted = |name: &&Cow<'static, str>| wanted.contains(&&***name);
    match &*variant.names {
        [name] => Ok(name),
        names => {
            let meant: Vec<&str> = names.iter().filter(is_wanted).map(|name| &**name).collect();
            match (&*meant, names) {
                ([name], _) => Ok(name),
                ([name, ..], _) if walk.are_one_variant(&meant, wanted) => Ok(name),
                // None is wanted: so says whoever wants others.
                ([], [name, ..]) if !wanted.is_empty() => Ok(name),
                _ => Err(Reason::Ambiguous.into()),
            }
        }
    }
}

/// Gives a variant to an enum, and leaves out what the type did not read of it.
pub(super) fn visit<'a, V: Visitor<'a>>(
    walk: &Walk<'a>,
    (name, told_name): (&'a str, Option<&'a str>),
    contents: Later<'a>,
    visitor: V,
) -> Result<V::Value, Misread>
where
    for<'w> ByName<'w, 'a>: Deserializer<'a, Error = Misread>,
{
    let contents = Cell::new(Some(contents));
    let value = visitor.visit_enum(Chosen { walk, name, told_name, contents: &contents })?;
    if let Some(contents) = contents.take() {
        walk.ignore_next(contents)?;
    }
    Ok(value)
}

impl<'a> EnumAccess<'a> for Chosen<'_, 'a>
where
    for<'i> ByName<'i, 'a>: Deserializer<'a, Error = Misread>,
{
    type Error = Misread;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<(T::Value, Self), Misread> {
        let name = self.walk.give(&Item::Text(self.name), |item| seed.deserialize(item));
        Ok((name.map_err(|error| error.naming(self.told_name))?, self))
    }
}

impl<'a> Chosen<'_, 'a> {
    fn read<T>(self, read: impl FnOnce(ByName<'_, 'a>) -> Result<T, Misread>) -> Result<T, Misread> {
        let Some(contents) = self.contents.take() else { return Err(Reason::Refused.into()) };
        let value = self.walk.later(contents).and_then(|item| self.walk.give(&item, read));
        let segment = || self.told_name.map_or(Segment::Entry, |name| Segment::Name(name.to_owned()));
        value.map_err(|error| error.within(segment()))
    }
}

impl<'a> VariantAccess<'a> for Chosen<'_, 'a>
where
    for<'i> ByName<'i, 'a>: Deserializer<'a, Error = Misread>,
{
    type Error = Misread;

    fn unit_variant(self) -> Result<(), Misread> {
        self.read(|item| serde::Deserialize::deserialize(item))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, Misread> {
        self.read(|item| seed.deserialize(item))
    }

    fn tuple_variant<V: Visitor<'a>>(self, length: usize, visitor: V) -> Result<V::Value, Misread> {
        self.read(|item| item.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'a>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Misread> {
        self.read(|item| item.deserialize_struct("", fields, visitor))
    }
}
