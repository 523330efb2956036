//! Answers every question that a type can ask with a made-up value.

use serde::de::{Deserializer, Visitor};

use super::access::{Elements, Pairs};
use super::candidate;
use super::error::ProbeError;
use super::form::Scalar;
use super::node::{Ask, Identity};
use super::probe::Probe;
use super::record::{read_by_position, read_struct};
use super::trace::Cause;
use super::variant::Picked;

impl Probe<'_> {
    fn scalar<'de, V: Visitor<'de>>(
        self,
        scalar: Scalar,
        visitor: V,
        visit: impl FnOnce(V, usize) -> Result<V::Value, ProbeError>,
    ) -> Result<V::Value, ProbeError> {
        let is_first = self.with(|trace| trace.nodes[self.node].ask == Ask::Nothing);
        self.ask(Ask::Scalar(scalar), Identity::NONE)?;
        let identity = Identity::of::<V, V::Value>();
        let choice = self.with(|trace| {
            if let Some(choice) = is_first.then(|| trace.accepted_elsewhere(identity)).flatten() {
                trace.nodes[self.node].choice = choice;
            }
            trace.choose(self.node)
        });
        let result = visit(visitor, choice);
        if result.is_err() {
            self.with(|trace| trace.nodes[self.node].picky = Some(identity));
        }
        result
    }

    fn self_describing<T>(self) -> Result<T, ProbeError> {
        self.ask(Ask::SelfDescribing, Identity::NONE)?;
        Err(self.stop(Cause::Impossible))
    }

    fn composite<'de, V: Visitor<'de>>(self, ask: Ask, _: &V) -> Result<Self, ProbeError> {
        self.ask(ask, Identity::of::<V, V::Value>())
    }

    /// How many elements to give: one at least while there is something to find out about them.
    fn length(&self) -> usize {
        let choice = self.with(|trace| trace.choose(self.node));
        let is_empty = self.is_least() || self.is_child_hopeless(0) || self.is_child_hopeless(1);
        if is_empty { 0 } else { candidate::length(choice).max(usize::from(self.has_work_inside())) }
    }
}

macro_rules! scalars {
    ($($method:ident, $scalar:ident, $visit:ident, $value:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ProbeError> {
            self.scalar(Scalar::$scalar, visitor, |visitor, choice| visitor.$visit($value(choice)))
        }
    )*};
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = ProbeError;

    scalars! {
        deserialize_bool, Bool, visit_bool, |choice| choice == 1;
        deserialize_i8, I8, visit_i8, candidate::integer;
        deserialize_i16, I16, visit_i16, candidate::integer;
        deserialize_i32, I32, visit_i32, candidate::integer;
        deserialize_i64, I64, visit_i64, candidate::integer;
        deserialize_i128, I128, visit_i128, candidate::integer;
        deserialize_u8, U8, visit_u8, candidate::integer;
        deserialize_u16, U16, visit_u16, candidate::integer;
        deserialize_u32, U32, visit_u32, candidate::integer;
        deserialize_u64, U64, visit_u64, candidate::integer;
        deserialize_u128, U128, visit_u128, candidate::integer;
        deserialize_f32, F32, visit_f32, candidate::float;
        deserialize_f64, F64, visit_f64, |choice| f64::from(candidate::float(choice));
        deserialize_char, Char, visit_char, candidate::character;
        deserialize_str, Text, visit_str, candidate::text;
        deserialize_string, Text, visit_string, |choice| candidate::text(choice).to_owned();
        deserialize_bytes, Bytes, visit_bytes, candidate::bytes;
        deserialize_byte_buf, Bytes, visit_byte_buf, |choice| candidate::bytes(choice).to_owned();
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ProbeError> {
        self.scalar(Scalar::Unit, visitor, |visitor, _| visitor.visit_unit())
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ProbeError> {
        self.deserialize_unit(visitor)
    }

    /// The same place: bytes hold nothing of it, and a number that becomes a newtype stays what it was.
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ProbeError> {
        self.step()?;
        self.within(self.node, |probe| visitor.visit_newtype_struct(probe))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ProbeError> {
        let probe = self.composite(Ask::Option, &visitor)?;
        let choice = probe.with(|trace| trace.choose(probe.node));
        let is_empty = choice == 1 && !probe.has_work_inside();
        if is_empty || probe.is_least() || probe.is_child_hopeless(0) {
            return visitor.visit_none();
        }
        probe.within_child(0, |probe| visitor.visit_some(probe))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ProbeError> {
        let probe = self.composite(Ask::Sequence, &visitor)?;
        let left = probe.length();
        visitor.visit_seq(Elements { probe, left })
    }

    /// A map that itself refuses an entry, or how many there are, has keys that mean something, as a struct has.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ProbeError> {
        let probe = self.composite(Ask::Map, &visitor)?;
        let left = probe.length();
        let faults = probe.with(|trace| trace.faults());
        let result = visitor.visit_map(Pairs { probe, left });
        if result.is_err() && probe.with(|trace| trace.faults() == faults) {
            return Err(probe.with(|trace| trace.varies(probe.node)));
        }
        result
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, count: usize, visitor: V) -> Result<V::Value, ProbeError> {
        let probe = self.composite(Ask::Tuple(count), &visitor)?;
        read_by_position(probe, count, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        count: usize,
        visitor: V,
    ) -> Result<V::Value, ProbeError> {
        self.deserialize_tuple(count, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ProbeError> {
        let probe = self.composite(Ask::Struct(fields), &visitor)?;
        read_struct(probe, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ProbeError> {
        let probe = self.composite(Ask::Enum(variants), &visitor)?;
        let is_least = probe.is_least();
        let (pick, depth) = probe.with(|trace| (trace.pick(probe.node, is_least), trace.active.len()));
        let result = visitor.visit_enum(Picked { probe, listed: variants, pick: pick?, is_least });
        probe.with(|trace| trace.end_variant(probe.node, depth, result.is_ok()));
        result
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, ProbeError> {
        self.self_describing()
    }

    /// Only keys and tags are, and they are answered elsewhere: here it is a struct that takes what keys there are.
    fn deserialize_identifier<V: Visitor<'de>>(self, _: V) -> Result<V::Value, ProbeError> {
        self.self_describing()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, ProbeError> {
        self.self_describing()
    }

    /// As the codecs are.
    fn is_human_readable(&self) -> bool {
        false
    }
}
