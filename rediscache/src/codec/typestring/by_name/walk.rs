//! The way through a stored value: from one item to the next, never further than what is claimed for it.

use std::cell::Cell;

use serde::de::{DeserializeSeed, Deserializer};

use super::input::Input;
use super::item::{Item, Later};
use super::misread::{Misread, Reason};
use super::{message_pack, positional};
use crate::shape::{Layout, Place, PlaceId, Schema, Variant};

pub(super) struct Walk<'a> {
    input: Input<'a>,
    /// Of what stands by position; `None` where values describe themselves.
    layout: Option<&'a Layout>,
    /// That of the type that is wanted.
    wanted: Option<fn() -> &'static Schema>,
    /// Whether it was written for people to read.
    is_readable: bool,
    /// Whether nobody has asked yet for what was given last.
    is_waiting: Cell<bool>,
    /// Whether there was an error in the middle of an item, so that nobody knows where the next one begins.
    is_broken: Cell<bool>,
    is_lossy: Cell<bool>,
    failure: Cell<Option<Misread>>,
}

/// An item for a type to ask for.
pub(super) struct ByName<'w, 'a> {
    pub(super) walk: &'w Walk<'a>,
    /// Where it was read to: to move it takes longer than to look at it.
    pub(super) item: &'w Item<'a>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(body: &'a [u8], layout: Option<&'a Layout>) -> Self {
        let no = || Cell::new(false);
        let (input, failure) = (Input::new(body), Cell::new(None));
        Self {
            input,
            layout,
            wanted: None,
            is_readable: false,
            is_waiting: no(),
            is_broken: no(),
            is_lossy: no(),
            failure,
        }
    }

    pub(super) fn wanting(self, wanted: fn() -> &'static Schema) -> Self {
        Self { wanted: Some(wanted), ..self }
    }

    /// Whether these are names of one variant in the enum that wants all of those; every such enum, if there are several.
    pub(super) fn are_one_variant(&self, names: &[&str], wanted: &[&str]) -> bool {
        let Some(schema) = self.wanted else { return false };
        let is_wanted = |variants: &[Variant]| {
            let mut names = variants.iter().flat_map(|variant| &variant.names);
            names.clone().count() == wanted.len() && names.all(|name| wanted.contains(&&**name))
        };
        let has_one = |variant: &Variant| names.iter().all(|name| variant.names.iter().any(|it| it == name));
        let mut enums = schema().layout.places().iter().filter_map(|place| match place {
            Place::Enum(variants) if is_wanted(variants) => Some(variants.iter().any(has_one)),
            _ => None,
        });
        enums.next() == Some(true) && enums.all(|has_one| has_one)
    }

    pub(super) fn readable(self, is_readable: bool) -> Self {
        Self { is_readable, ..self }
    }

    pub(super) fn is_readable(&self) -> bool {
        self.is_readable
    }

    pub(super) fn describes_itself(&self) -> bool {
        self.layout.is_none()
    }

    #[inline]
    pub(super) fn left(&self) -> usize {
        self.input.rest().len()
    }

    pub(super) fn is_lossy(&self) -> bool {
        self.is_lossy.get()
    }

    /// Notes that something is left out.
    pub(super) fn lose(&self) {
        self.is_lossy.set(true);
    }

    /// Notes that the item which was given last is being read.
    #[inline]
    pub(super) fn take(&self) {
        self.is_waiting.set(false);
    }

    /// Notes an error that cannot be returned.
    pub(super) fn fail(&self, misread: Misread) {
        self.failure.set(Some(misread));
    }

    pub(super) fn failure(&self) -> Option<Misread> {
        self.failure.take()
    }

    /// Counts a part, before which so many bytes were left, if it took none.
    #[inline]
    pub(super) fn count(&self, before: usize) -> Result<(), Misread> {
        self.input.count(before)
    }

    /// Whether all has been read, and nothing in vain.
    pub(super) fn end(&self) -> Result<(), Misread> {
        match self.left() {
            _ if self.is_broken.get() => Err(Reason::PassedOver.into()),
            0 => Ok(()),
            left => Err(Reason::Trailing(left).into()),
        }
    }

    #[inline]
    pub(super) fn item(&self, place: PlaceId) -> Result<Item<'a>, Misread> {
        match self.layout {
            Some(layout) => positional::read(&self.input, layout, place),
            None => message_pack::read(&self.input),
        }
    }

    #[inline]
    pub(super) fn later(&self, later: Later<'a>) -> Result<Item<'a>, Misread> {
        match later {
            Later::At(place) => self.item(place),
            Later::Here(item) => Ok(item),
        }
    }

    /// Goes one level down for the time of `read`.
    #[inline]
    pub(super) fn deeper<T>(&self, read: impl FnOnce() -> Result<T, Misread>) -> Result<T, Misread> {
        self.input.nested(read)
    }

    /// Reads the parts of an item. After an error nothing else can be read, even if the type does not mind it.
    #[inline]
    pub(super) fn parts<T>(&self, read: impl FnOnce() -> Result<T, Misread>) -> Result<T, Misread> {
        self.take();
        let result = self.deeper(read);
        if result.is_err() {
            self.take();
            self.is_broken.set(true);
            self.input.close();
        }
        result
    }

    /// Gives an item, which is over afterwards, to whoever reads it.
    #[inline]
    pub(super) fn give<T>(
        &self,
        item: &Item<'a>,
        read: impl FnOnce(ByName<'_, 'a>) -> Result<T, Misread>,
    ) -> Result<T, Misread> {
        self.is_waiting.set(true);
        let value = read(ByName { walk: self, item })?;
        if self.is_waiting.get() {
            self.ignore(*item)?;
        }
        Ok(value)
    }

    /// Reads an item that is a part of another one.
    #[inline]
    pub(super) fn part<T: DeserializeSeed<'a>>(&self, later: Later<'a>, seed: T) -> Result<T::Value, Misread>
    where
        for<'w> ByName<'w, 'a>: Deserializer<'a, Error = Misread>,
    {
        let before = self.left();
        let value = match self.later(later) {
            Ok(ref item) => self.give(item, |item| seed.deserialize(item))?,
            Err(error) => return Err(error),
        };
        self.input.count(before)?;
        Ok(value)
    }

    /// Leaves out an item.
    pub(super) fn ignore(&self, item: Item<'a>) -> Result<(), Misread> {
        self.lose();
        self.parts(|| self.skip(item))
    }

    /// Leaves out what comes next.
    pub(super) fn ignore_next(&self, later: Later<'a>) -> Result<(), Misread> {
        self.lose();
        self.parts(|| self.skip_next(later))
    }

    fn skip_next(&self, later: Later<'a>) -> Result<(), Misread> {
        let before = self.left();
        self.skip(self.later(later)?)?;
        self.input.count(before)
    }

    fn skip(&self, item: Item<'a>) -> Result<(), Misread> {
        let skip = |place: PlaceId| self.skip_next(Later::At(place));
        match item {
            Item::Some(place) => self.deeper(|| skip(place)),
            Item::Sequence(place, length) | Item::Array(place, length) => {
                self.deeper(|| (0..length).try_for_each(|_| skip(place)))
            }
            Item::Tuple(places) => self.deeper(|| places.iter().try_for_each(|place| skip(*place))),
            Item::Map { key, value, length } => {
                self.deeper(|| (0..length).try_for_each(|_| skip(key).and_then(|()| skip(value))))
            }
            Item::Struct(fields) => self.deeper(|| fields.iter().try_for_each(|field| skip(field.place))),
            Item::Variant(variant) => self.deeper(|| self.skip_next(Later::try_from(&variant.contents)?)),
            _ => Ok(()),
        }
    }
}
