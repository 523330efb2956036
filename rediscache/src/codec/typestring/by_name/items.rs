//! Elements, in their order.

use serde::de::{DeserializeSeed, Deserializer, SeqAccess};

use super::item::{Item, Later};
use super::misread::{Misread, Reason, Segment};
use super::walk::{ByName, Walk};
use crate::shape::{PlaceId, Scalar};

pub(super) struct Items<'w, 'a> {
    walk: &'w Walk<'a>,
    run: Run<'a>,
    /// How many have been read.
    read: usize,
}

/// What the elements are.
pub(super) enum Run<'a> {
    Alike(PlaceId, usize),
    Each(&'a [PlaceId]),
    Bytes(&'a [u8]),
}

impl<'w, 'a> Items<'w, 'a> {
    pub(super) fn new(walk: &'w Walk<'a>, run: Run<'a>) -> Self {
        Self { walk, run, read: 0 }
    }

    #[inline]
    fn next(&self) -> Option<Later<'a>> {
        match self.run {
            Run::Alike(place, length) => (self.read < length).then_some(Later::At(place)),
            Run::Each(places) => places.get(self.read).map(|place| Later::At(*place)),
            Run::Bytes(bytes) => {
                bytes.get(self.read).map(|byte| Later::Here(Item::Unsigned(Some(Scalar::U8), (*byte).into())))
            }
        }
    }

    #[inline]
    fn length(&self) -> usize {
        match self.run {
            Run::Alike(_, length) => length,
            Run::Each(places) => places.len(),
            Run::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether all have been read: none is left out unnoticed.
    #[inline]
    pub(super) fn end(&self) -> Result<(), Misread> {
        if self.read == self.length() { Ok(()) } else { Err(Reason::LeftOver.into()) }
    }
}

impl<'a> SeqAccess<'a> for Items<'_, 'a>
where
    for<'w> ByName<'w, 'a>: Deserializer<'a, Error = Misread>,
{
    type Error = Misread;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Misread> {
        let Some(next) = self.next() else { return Ok(None) };
        let element = self.walk.part(next, seed).map_err(|error| error.within(Segment::Element(self.read)))?;
        self.read += 1;
        Ok(Some(element))
    }

    /// No more than there can be.
    fn size_hint(&self) -> Option<usize> {
        let most = if let Run::Bytes(bytes) = self.run { bytes.len() } else { self.walk.left() };
        Some(self.length().saturating_sub(self.read).min(most))
    }
}
