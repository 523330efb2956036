//! Reads values by the names of their parts, whatever type wrote them.
//!
//! What a type asks for through serde is given to it if what is stored says the same, in the same or in another form:
//! fields and variants by name, numbers where nothing is rounded, what is in an option without it. All else is an error.

mod chosen;
mod deserializer;
mod exact;
mod input;
mod item;
mod items;
mod message_pack;
mod misread;
mod named_items;
mod positional;
#[cfg(test)]
mod tests;
mod transcribed;
mod untyped;
mod walk;

use serde::de::DeserializeOwned;

use self::item::Later;
use self::transcribed::Transcribed;
use self::walk::Walk;
use super::described;
use crate::codec::decoded::Decoded;
use crate::codec::{CodecError, StoredValue};
use crate::shape::{FIRST_VERSION, Layout, Schema};

/// Reads a value that stands by position, as that layout has it.
pub(super) fn read_positional<T: DeserializeOwned + 'static>(
    body: &[u8],
    layout: &Layout,
) -> Result<Decoded<T>, CodecError> {
    read(&Walk::new(body, Some(layout)).wanting(|| Schema::of::<T>(FIRST_VERSION)))
}

/// Reads a value that describes itself, and was written for people to read or not.
pub(super) fn read_described<T: DeserializeOwned>(body: &[u8], is_readable: bool) -> Result<Decoded<T>, CodecError> {
    read(&Walk::new(body, None).readable(is_readable))
}

fn read<T: DeserializeOwned>(walk: &Walk<'_>) -> Result<Decoded<T>, CodecError> {
    let item = walk.item(Layout::WHOLE)?;
    let value = walk.give(&item, |item| T::deserialize(item))?;
    walk.end()?;
    Ok(Decoded { value, is_lossy: walk.is_lossy() })
}

/// Turns a value that stands by position into one that describes itself.
pub(super) fn describe(body: &[u8], layout: &Layout, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let walk = Walk::new(body, Some(layout));
    let written = described::write(&Transcribed::new(&walk, Later::At(Layout::WHOLE)), None, false, out);
    walk.failure().map_or(written, |misread| Err(misread.into()))?;
    Ok(walk.end()?)
}

/// Reads a value without its type: one that stands by position, as that layout has it, or one that describes itself.
pub(super) fn read_untyped(body: &[u8], layout: Option<&Layout>) -> Result<StoredValue, CodecError> {
    let walk = Walk::new(body, layout);
    let value = untyped::read(&walk, Later::At(Layout::WHOLE))?;
    walk.end()?;
    Ok(value)
}
