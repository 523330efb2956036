//! Where in its layout a value is that is being written: whether it may be there, and what comes next.
//!
//! Levels are counted as `limit` counts them while it reads: an option, newtype struct, tuple, struct, enum, sequence or
//! map is one each, and so is one that is empty.

use std::cell::Cell;
use std::slice;

use serde::ser::Error;

use super::limit::{DEEPEST, MOST_FREE};
use crate::shape::{Contents, Field, Layout, Place, PlaceId, Scalar};

/// Why a value is not written to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It is not what the layout says.
    Differs,
    TooDeep,
    TooManyFree,
}

/// What is known while one value is written.
pub(super) struct Check<'a> {
    layout: &'a Layout,
    /// How many more elements may take none.
    free: Cell<u64>,
    stop: Cell<Option<Stop>>,
}

impl<'a> Check<'a> {
    #[inline]
    pub(super) fn new(layout: &'a Layout) -> Self {
        Self { layout, free: Cell::new(MOST_FREE), stop: Cell::new(None) }
    }

    #[inline]
    pub(super) fn whole(&self) -> Spot<'_> {
        Spot { place: self.layout.at(Layout::WHOLE), depth: DEEPEST, check: self }
    }

    /// Why the value was not written to its end, whatever its type made of the error.
    pub(super) fn stopped(&self) -> Option<Stop> {
        self.stop.get()
    }

    fn stop<E: Error>(&self, why: Stop) -> E {
        self.stop.set(Some(why));
        E::custom("stopped")
    }

    /// Counts an element that takes no bytes.
    #[cold]
    fn count<E: Error>(&self) -> Result<(), E> {
        let left = self.free.get().checked_sub(1).ok_or_else(|| self.stop(Stop::TooManyFree))?;
        self.free.set(left);
        Ok(())
    }
}

/// One place, and how many levels are left there.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    place: &'a Place,
    depth: u32,
    check: &'a Check<'a>,
}

impl<'a> Spot<'a> {
    #[cold]
    pub(super) fn differs<E: Error>(self) -> E {
        self.check.stop(Stop::Differs)
    }

    /// The same place, one level further down.
    #[inline]
    pub(super) fn nested<E: Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| self.check.stop(Stop::TooDeep))?;
        Ok(Self { depth, ..self })
    }

    #[inline]
    pub(super) fn at(self, place: PlaceId) -> Self {
        Self { place: self.check.layout.at(place), ..self }
    }

    #[inline]
    pub(super) fn scalar<E: Error>(self, scalar: Scalar) -> Result<(), E> {
        match self.place {
            Place::Scalar(expected) if *expected == scalar => Ok(()),
            _ => Err(self.differs()),
        }
    }

    pub(super) fn unit<E: Error>(self) -> Result<(), E> {
        if matches!(self.place, Place::Scalar(Scalar::Unit)) { Ok(()) } else { Err(self.differs()) }
    }

    /// What an option holds.
    #[inline]
    pub(super) fn option<E: Error>(self) -> Result<Self, E> {
        let Place::Option(inner) = self.place else { return Err(self.differs()) };
        Ok(self.nested()?.at(*inner))
    }

    #[inline]
    pub(super) fn sequence<E: Error>(self, length: Option<usize>) -> Result<AheadInTuple<'a>, E> {
        let (Place::Sequence(element), Some(length)) = (self.place, length) else { return Err(self.differs()) };
        Ok(self.nested()?.equal(*element, length))
    }

    pub(super) fn map<E: Error>(self, length: Option<usize>) -> Result<AheadInMap<'a>, E> {
        let (Place::Map(key, value), Some(left)) = (self.place, length) else { return Err(self.differs()) };
        let inside = self.nested()?;
        Ok(AheadInMap { keys: inside.equal(*key, left), value: inside.at(*value) })
    }

    pub(super) fn tuple<E: Error>(self, length: usize) -> Result<AheadInTuple<'a>, E> {
        match self.place {
            Place::Tuple(parts) => self.parts(parts, length),
            Place::Array(part, parts) if *parts == length => Ok(self.nested()?.equal(*part, length)),
            _ => Err(self.differs()),
        }
    }

    #[inline]
    pub(super) fn structure<E: Error>(self, length: usize) -> Result<AheadInStruct<'a>, E> {
        let Place::Struct(fields) = self.place else { return Err(self.differs()) };
        self.fields(fields, length)
    }

    /// The contents of this very variant. Where it has several names, serde did not tell which of them is written.
    fn variant<E: Error>(self, index: u32, name: &str) -> Result<&'a Contents, E> {
        let Place::Enum(variants) = self.place else { return Err(self.differs()) };
        let variant = usize::try_from(index).ok().and_then(|index| variants.get(index));
        let variant = variant.filter(|it| matches!(&*it.names, [only] if is_same(only, name)));
        variant.map(|variant| &variant.contents).ok_or_else(|| self.differs())
    }

    pub(super) fn unit_variant<E: Error>(self, index: u32, name: &str) -> Result<(), E> {
        let Contents::Unit = self.variant(index, name)? else { return Err(self.differs()) };
        self.nested().map(drop)
    }

    pub(super) fn newtype_variant<E: Error>(self, index: u32, name: &str) -> Result<Self, E> {
        let Contents::Newtype(place) = self.variant(index, name)? else { return Err(self.differs()) };
        Ok(self.nested()?.at(*place))
    }

    pub(super) fn tuple_variant<E: Error>(self, index: u32, name: &str, length: usize) -> Result<AheadInTuple<'a>, E> {
        let Contents::Tuple(parts) = self.variant(index, name)? else { return Err(self.differs()) };
        self.parts(parts, length)
    }

    pub(super) fn struct_variant<E: Error>(
        self,
        index: u32,
        name: &str,
        length: usize,
    ) -> Result<AheadInStruct<'a>, E> {
        let Contents::Struct(fields) = self.variant(index, name)? else { return Err(self.differs()) };
        self.fields(fields, length)
    }

    fn equal(self, part: PlaceId, length: usize) -> AheadInTuple<'a> {
        AheadInTuple::Equal { part: self.at(part), left: length, is_free: self.check.layout.is_free(part) }
    }

    fn parts<E: Error>(self, parts: &'a [PlaceId], length: usize) -> Result<AheadInTuple<'a>, E> {
        if parts.len() == length { Ok(AheadInTuple::Each(self.nested()?, parts.iter())) } else { Err(self.differs()) }
    }

    fn fields<E: Error>(self, fields: &'a [Field], length: usize) -> Result<AheadInStruct<'a>, E> {
        if fields.len() != length {
            return Err(self.differs());
        }
        Ok(AheadInStruct { inside: self.nested()?, fields: fields.iter() })
    }

    /// The part that stands at another place; counted when it takes no bytes.
    #[inline]
    fn part<E: Error>(self, place: PlaceId) -> Result<Self, E> {
        if self.check.layout.is_free(place) {
            self.check.count()?;
        }
        Ok(self.at(place))
    }
}

/// Whether both are the same; literals mostly are one and the same.
#[inline]
fn is_same(one: &str, other: &str) -> bool {
    std::ptr::eq(one, other) || one == other
}

/// The parts of a sequence or tuple that are still to come.
pub(super) enum AheadInTuple<'a> {
    Each(Spot<'a>, slice::Iter<'a, PlaceId>),
    Equal { part: Spot<'a>, left: usize, is_free: bool },
}

impl<'a> AheadInTuple<'a> {
    #[inline]
    pub(super) fn next<E: Error>(&mut self) -> Result<Spot<'a>, E> {
        match self {
            Self::Each(inside, parts) => inside.part(*parts.next().ok_or_else(|| inside.differs())?),
            Self::Equal { part, left, is_free } => {
                *left = left.checked_sub(1).ok_or_else(|| part.differs())?;
                if *is_free {
                    part.check.count()?;
                }
                Ok(*part)
            }
        }
    }

    /// Whether all of them came.
    #[inline]
    pub(super) fn end<E: Error>(&self) -> Result<(), E> {
        match self {
            Self::Each(inside, parts) if parts.len() > 0 => Err(inside.differs()),
            Self::Equal { part, left: 1.., .. } => Err(part.differs()),
            _ => Ok(()),
        }
    }
}

/// The entries of a map that are still to come.
pub(super) struct AheadInMap<'a> {
    keys: AheadInTuple<'a>,
    pub(super) value: Spot<'a>,
}

impl<'a> AheadInMap<'a> {
    #[inline]
    pub(super) fn next_key<E: Error>(&mut self) -> Result<Spot<'a>, E> {
        self.keys.next()
    }

    #[inline]
    pub(super) fn end<E: Error>(&self) -> Result<(), E> {
        self.keys.end()
    }
}

/// The fields of a struct that are still to come.
pub(super) struct AheadInStruct<'a> {
    inside: Spot<'a>,
    fields: slice::Iter<'a, Field>,
}

impl<'a> AheadInStruct<'a> {
    /// The next one, if it is of this name.
    #[inline]
    pub(super) fn next<E: Error>(&mut self, name: &str) -> Result<Spot<'a>, E> {
        match self.fields.next() {
            Some(field) if is_same(&field.name, name) => self.inside.part(field.place),
            _ => Err(self.inside.differs()),
        }
    }

    pub(super) fn skip<E: Error>(&self) -> Result<(), E> {
        Err(self.inside.differs())
    }

    #[inline]
    pub(super) fn end<E: Error>(&self) -> Result<(), E> {
        if self.fields.len() == 0 { Ok(()) } else { Err(self.inside.differs()) }
    }
}
