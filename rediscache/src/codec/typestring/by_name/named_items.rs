//! What has names or keys: fields, entries of maps, and a variant for those who ask for none.

use serde::de::{DeserializeSeed, Deserializer, MapAccess};

use super::item::{Item, Later};
use super::misread::{Misread, Reason, Segment};
use super::walk::{ByName, Walk};
use crate::shape::{Field, PlaceId};

pub(super) struct NamedItems<'w, 'a> {
    walk: &'w Walk<'a>,
    next: Named<'a>,
    /// What belongs to the name that was read last, until it is read, too.
    pending: Option<Later<'a>>,
    /// That name.
    name: Option<&'a str>,
    /// The names that are wanted.
    wanted: &'static [&'static str],
}

/// What has not been read yet.
#[derive(Clone, Copy)]
pub(super) enum Named<'a> {
    Fields(&'a [Field]),
    Entries { key: PlaceId, value: PlaceId, length: usize },
    One(&'a str, Later<'a>),
}

impl<'w, 'a> NamedItems<'w, 'a> {
    pub(super) fn new(walk: &'w Walk<'a>, next: Named<'a>, wanted: &'static [&'static str]) -> Self {
        Self { walk, next, pending: None, name: None, wanted }
    }

    /// Leaves out what the type did not read.
    #[inline]
    pub(super) fn end(mut self) -> Result<(), Misread> {
        while let Some(name) = self.next_name()? {
            self.walk.ignore_next(name)?;
        }
        Ok(())
    }

    /// The next name or key; what belongs to the last one is left out if it was not read.
    #[inline]
    fn next_name(&mut self) -> Result<Option<Later<'a>>, Misread> {
        if let Some(pending) = self.pending.take() {
            self.walk.ignore_next(pending)?;
        }
        let (name, pending, next) = match self.next {
            Named::Fields([]) | Named::Entries { length: 0, .. } => return Ok(None),
            Named::Fields([field, rest @ ..]) => {
                self.name = Some(&field.name);
                (Later::Here(Item::Text(&field.name)), Later::At(field.place), Named::Fields(rest))
            }
            Named::Entries { key, value, length } => {
                (Later::At(key), Later::At(value), Named::Entries { key, value, length: length - 1 })
            }
            Named::One(name, contents) => {
                self.name = Some(name);
                (Later::Here(Item::Text(name)), contents, Named::Fields(&[]))
            }
        };
        (self.pending, self.next) = (Some(pending), next);
        Ok(Some(name))
    }

    /// Whether the name that was read last is a part of the type that was written, and no data.
    #[inline]
    fn is_of_type(&self) -> bool {
        matches!(self.next, Named::Fields(_))
    }

    /// The name that was read last, unless it is data.
    fn told_name(&self) -> Option<&'a str> {
        let name = self.name?;
        if self.is_of_type() { Some(name) } else { self.wanted.iter().copied().find(|wanted| *wanted == name) }
    }

    #[cold]
    fn in_name(&self, error: Misread) -> Misread {
        let error = error.naming(self.told_name());
        if self.is_of_type() || !self.wanted.is_empty() { error } else { error.within(Segment::Entry) }
    }

    #[cold]
    fn in_value(&self, error: Misread) -> Misread {
        error.within(self.told_name().map_or(Segment::Entry, |name| Segment::Name(name.to_owned())))
    }
}

impl<'a> MapAccess<'a> for NamedItems<'_, 'a>
where
    for<'w> ByName<'w, 'a>: Deserializer<'a, Error = Misread>,
{
    type Error = Misread;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Misread> {
        let Some(name) = self.next_name()? else { return Ok(None) };
        let walk = self.walk;
        let key = match name {
            // The name of a field, which takes no bytes of its own.
            Later::Here(item) => seed.deserialize(ByName { walk, item: &item }),
            Later::At(place) => {
                let (before, item) = (walk.left(), walk.item(place)?);
                self.name = if let Item::Text(name) = item { Some(name) } else { None };
                let key = walk.give(&item, |item| seed.deserialize(item));
                key.and_then(|key| walk.count(before).map(|()| key))
            }
        };
        key.map(Some).map_err(|error| self.in_name(error))
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Misread> {
        let value = self.pending.take().ok_or(Reason::Refused)?;
        self.walk.part(value, seed).map_err(|error| self.in_value(error))
    }

    /// No more than there can be.
    fn size_hint(&self) -> Option<usize> {
        Some(match self.next {
            Named::Fields(fields) => fields.len(),
            Named::Entries { length, .. } => length.min(self.walk.left()),
            Named::One(..) => 1,
        })
    }
}
