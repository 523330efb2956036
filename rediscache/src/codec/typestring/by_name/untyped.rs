//! What is stored, as a value that is of no type of the program.

use super::item::{Item, Later};
use super::misread::Misread;
use super::walk::Walk;
use crate::codec::StoredValue;
use crate::shape::{Contents, Field, PlaceId, Variant};

/// Reads what comes next, with all that is in it.
pub(super) fn read<'a>(walk: &Walk<'a>, next: Later<'a>) -> Result<StoredValue, Misread> {
    let before = walk.left();
    let value = match walk.later(next)? {
        Item::Unit | Item::Nil(_) | Item::None => StoredValue::Nothing,
        Item::Bool(value) => StoredValue::Bool(value),
        Item::Unsigned(_, value) => StoredValue::Integer(value.to_string()),
        Item::Signed(_, value) => StoredValue::Integer(value.to_string()),
        Item::WideUnsigned(_, value) => StoredValue::Integer(value.unsigned().to_string()),
        Item::WideSigned(_, value) => StoredValue::Integer(value.signed().to_string()),
        // With the digits that it was written with.
        Item::F32(value) => StoredValue::Float(value.to_string().parse().unwrap_or_else(|_| value.into())),
        Item::F64(value) => StoredValue::Float(value),
        Item::Char(value) => StoredValue::Text(value.into()),
        Item::Text(text) => StoredValue::Text(text.to_owned()),
        Item::Bytes(bytes) => StoredValue::Bytes(bytes.to_vec()),
        composite => walk.deeper(|| parts(walk, composite))?,
    };
    walk.count(before)?;
    Ok(value)
}

/// Reads what has parts. No room is made for them ahead: their number is what somebody claims.
fn parts<'a>(walk: &Walk<'a>, item: Item<'a>) -> Result<StoredValue, Misread> {
    let at = |place: PlaceId| read(walk, Later::At(place));
    Ok(match item {
        Item::Some(inner) => at(inner)?,
        Item::Sequence(place, length) | Item::Array(place, length) => {
            let mut list = Vec::new();
            for _ in 0..length {
                list.push(at(place)?);
            }
            StoredValue::List(list)
        }
        Item::Tuple(places) => StoredValue::List(places.iter().map(|place| at(*place)).collect::<Result<_, _>>()?),
        Item::Map { key, value, length } => {
            let mut map = Vec::new();
            for _ in 0..length {
                map.push((at(key)?, at(value)?));
            }
            StoredValue::Map(map)
        }
        Item::Struct(fields) => fields_of(walk, fields)?,
        Item::Variant(variant) => {
            let contents = match &variant.contents {
                Contents::Unit => None,
                contents => Some(Box::new(read(walk, Later::try_from(contents)?)?)),
            };
            StoredValue::Variant(name_of(variant), contents)
        }
        _ => StoredValue::Nothing,
    })
}

fn fields_of(walk: &Walk<'_>, fields: &[Field]) -> Result<StoredValue, Misread> {
    let field = |field: &Field| Ok((field.name.to_string(), read(walk, Later::At(field.place))?));
    Ok(StoredValue::Struct(fields.iter().map(field).collect::<Result<_, Misread>>()?))
}

/// All names, where serde did not tell which of them is written.
fn name_of(variant: &Variant) -> String {
    variant.names.join("|")
}
