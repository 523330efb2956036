//! Hands out the variants of an enum.

use serde::de::value::{StrDeserializer, U32Deserializer};
use serde::de::{DeserializeSeed, EnumAccess, VariantAccess, Visitor};

use super::error::ProbeError;
use super::form::Scalar;
use super::naming::token;
use super::node::{Ask, Identity};
use super::pick::Pick;
use super::probe::Probe;
use super::record::{read_by_position, read_struct};

/// A variant that was picked.
pub(super) struct Picked<'a> {
    pub(super) probe: Probe<'a>,
    pub(super) listed: &'static [&'static str],
    pub(super) pick: Pick,
    pub(super) is_least: bool,
}

impl<'de, 'a> EnumAccess<'de> for Picked<'a> {
    type Error = ProbeError;
    type Variant = PickedContent<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, PickedContent<'a>), ProbeError> {
        let Self { probe, pick, .. } = self;
        probe.step()?;
        let tag = match pick {
            // As bincode does.
            Pick::Index(index) => seed.deserialize(U32Deserializer::new(u32::try_from(index).unwrap_or(u32::MAX))),
            Pick::Name(name) => seed.deserialize(StrDeserializer::new(self.listed[name])),
        };
        let token = tag.as_ref().ok().map(token);
        let index = probe.with(|trace| trace.identified(probe.node, pick, token))?;
        probe.with(|trace| trace.begin_variant(probe.node, index, self.is_least));
        Ok((tag?, PickedContent { probe, index }))
    }
}

/// What a variant holds.
pub(super) struct PickedContent<'a> {
    probe: Probe<'a>,
    index: usize,
}

impl<'a> PickedContent<'a> {
    fn within<R>(self, ask: Ask, read: impl FnOnce(Probe<'a>) -> Result<R, ProbeError>) -> Result<R, ProbeError> {
        self.probe.within_child(self.index, |probe| read(probe.ask(ask, Identity::NONE)?))
    }
}

impl<'de> VariantAccess<'de> for PickedContent<'_> {
    type Error = ProbeError;

    fn unit_variant(self) -> Result<(), ProbeError> {
        self.within(Ask::Scalar(Scalar::Unit), |_| Ok(()))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ProbeError> {
        self.within(Ask::Newtype, |probe| probe.within_child(0, |probe| seed.deserialize(probe)))
    }

    fn tuple_variant<V: Visitor<'de>>(self, count: usize, visitor: V) -> Result<V::Value, ProbeError> {
        self.within(Ask::Tuple(count), |probe| read_by_position(probe, count, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ProbeError> {
        self.within(Ask::Struct(fields), |probe| read_struct(probe, fields, visitor))
    }
}
