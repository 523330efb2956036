//! Lets a visitor read a tuple or a struct: by position, as it is stored, or by names.

use std::cell::{Cell, RefCell};

use serde::de::Visitor;

use super::access::{NamedParts, Parts};
use super::error::ProbeError;
use super::naming::Naming;
use super::probe::Probe;

/// Reads the fields of a struct at its place.
pub(super) fn read_struct<'de, V: Visitor<'de>>(
    probe: Probe<'_>,
    listed: &'static [&'static str],
    visitor: V,
) -> Result<V::Value, ProbeError> {
    let is_least = probe.is_least();
    if probe.with(|trace| trace.reads_by_name(probe.node, is_least)) {
        read_by_name(probe, listed, visitor)
    } else {
        read_by_position(probe, listed.len(), visitor)
    }
}

/// Reads the parts of a tuple or a struct in order.
pub(super) fn read_by_position<'de, V: Visitor<'de>>(
    probe: Probe<'_>,
    count: usize,
    visitor: V,
) -> Result<V::Value, ProbeError> {
    let asked = Cell::new(0);
    let value = visitor.visit_seq(Parts { probe, count, asked: &asked })?;
    probe.with(|trace| trace.asked(probe.node, asked.get()))?;
    Ok(value)
}

fn read_by_name<'de, V: Visitor<'de>>(
    probe: Probe<'_>,
    listed: &'static [&'static str],
    visitor: V,
) -> Result<V::Value, ProbeError> {
    let naming = RefCell::new(Naming::default());
    let (names, faults) = probe.with(|trace| (trace.names_to_give(probe.node).into_iter(), trace.faults()));
    let result = visitor.visit_map(NamedParts { probe, listed, names, position: 0, naming: &naming });
    probe.with(|trace| {
        let is_explained = trace.faults() > faults;
        trace.named(probe.node, &naming.borrow(), result.as_ref().err().copied(), is_explained);
    });
    result
}
