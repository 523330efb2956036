//! Hands out the parts of a sequence, a map, a tuple and a struct.

use std::cell::{Cell, RefCell};

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use super::error::ProbeError;
use super::naming::{Naming, token};
use super::probe::Probe;

/// Elements of a sequence, which all stand in one place.
pub(super) struct Elements<'a> {
    pub(super) probe: Probe<'a>,
    pub(super) left: usize,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = ProbeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ProbeError> {
        self.probe.step()?;
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        self.probe.within_child(0, |probe| seed.deserialize(probe)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// Entries of a map, whose keys all stand in one place, and its values in another.
pub(super) struct Pairs<'a> {
    pub(super) probe: Probe<'a>,
    pub(super) left: usize,
}

impl<'de> MapAccess<'de> for Pairs<'_> {
    type Error = ProbeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ProbeError> {
        self.probe.step()?;
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        self.probe.within_child(0, |probe| seed.deserialize(probe)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ProbeError> {
        self.probe.step()?;
        self.probe.within_child(1, |probe| seed.deserialize(probe))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// Parts of a tuple or a struct, each in a place of its own.
pub(super) struct Parts<'a, 'c> {
    pub(super) probe: Probe<'a>,
    pub(super) count: usize,
    /// How many were asked for.
    pub(super) asked: &'c Cell<usize>,
}

impl<'de> SeqAccess<'de> for Parts<'_, '_> {
    type Error = ProbeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ProbeError> {
        self.probe.step()?;
        let position = self.asked.get();
        if position >= self.count {
            return Ok(None);
        }
        self.asked.set(position + 1);
        self.probe.with(|trace| {
            let reached = &mut trace.nodes[self.probe.node].reached;
            *reached = (*reached).max(position + 1);
        });
        self.probe.within_child(position, |probe| seed.deserialize(probe)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.count - self.asked.get())
    }
}

/// Fields of a struct, by their names.
pub(super) struct NamedParts<'a, 'c> {
    pub(super) probe: Probe<'a>,
    pub(super) listed: &'static [&'static str],
    /// The names to give, and at which position each field is.
    pub(super) names: std::vec::IntoIter<(usize, usize)>,
    pub(super) position: usize,
    pub(super) naming: &'c RefCell<Naming>,
}

impl<'de> MapAccess<'de> for NamedParts<'_, '_> {
    type Error = ProbeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ProbeError> {
        self.probe.step()?;
        let Some((listed, position)) = self.names.next() else {
            self.naming.borrow_mut().is_over = true;
            return Ok(None);
        };
        self.naming.borrow_mut().pending = Some(listed);
        self.position = position;
        let key = seed.deserialize(StrDeserializer::new(self.listed[listed]))?;
        self.naming.borrow_mut().tokens.push((listed, token(&key)));
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ProbeError> {
        self.probe.step()?;
        self.naming.borrow_mut().pending = None;
        self.probe.within_child(self.position, |probe| seed.deserialize(probe))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.names.len())
    }
}
