//! What stands at one place, however it is written.

use std::borrow::Cow;

use super::misread::{Misread, Reason, shown};
use crate::shape::{Contents, Field, PlaceId, Scalar, Variant};

/// Of a composite, what is needed to read its parts, which come next.
///
/// It is moved in whole words: with a tag of one byte, the rest is copied across words that were just written, and the
/// processor waits for those.
#[derive(Clone, Copy)]
#[repr(usize)]
pub(super) enum Item<'a> {
    Unit,
    /// `None` or unit, which are written alike where a value describes itself, in so many `Some`s.
    Nil(u8),
    Bool(bool),
    /// With the kind that it was written as, where that is told.
    Unsigned(Option<Scalar>, u64),
    Signed(Option<Scalar>, i64),
    /// The kinds of 128 bits. Few integers are of those, and the others are read faster without them.
    WideUnsigned(Option<Scalar>, Wide),
    WideSigned(Option<Scalar>, Wide),
    F32(f32),
    F64(f64),
    Char(char),
    Text(&'a str),
    Bytes(&'a [u8]),
    None,
    Some(PlaceId),
    Sequence(PlaceId, usize),
    Tuple(&'a [PlaceId]),
    Array(PlaceId, usize),
    Map {
        key: PlaceId,
        value: PlaceId,
        length: usize,
    },
    Struct(&'a [Field]),
    Variant(&'a Variant),
}

/// The halves of a 128-bit integer, so that an item need not stand where such a one must.
#[derive(Clone, Copy)]
pub(super) struct Wide(u64, u64);

impl From<u128> for Wide {
    #[expect(clippy::cast_possible_truncation, reason = "they are the two halves")]
    fn from(value: u128) -> Self {
        Self((value >> u64::BITS) as u64, value as u64)
    }
}

impl From<i128> for Wide {
    fn from(value: i128) -> Self {
        Self::from(value.cast_unsigned())
    }
}

impl Wide {
    pub(super) fn unsigned(self) -> u128 {
        u128::from(self.0) << u64::BITS | u128::from(self.1)
    }

    pub(super) fn signed(self) -> i128 {
        self.unsigned().cast_signed()
    }
}

/// An item, or where it is to be read when its turn comes.
#[derive(Clone, Copy)]
#[repr(usize)]
pub(super) enum Later<'a> {
    At(PlaceId),
    Here(Item<'a>),
}

impl Item<'_> {
    /// For errors: what it is, and nothing of the value.
    pub(super) fn kind(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Unit | Self::Nil(_) | Self::None => "nothing",
            Self::Some(_) => "an option",
            Self::Bool(_) => "bool",
            Self::Unsigned(scalar, _)
            | Self::Signed(scalar, _)
            | Self::WideUnsigned(scalar, _)
            | Self::WideSigned(scalar, _) => scalar.map_or("an integer", integer),
            Self::F32(_) => "f32",
            Self::F64(_) => "f64",
            Self::Char(_) => "char",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Sequence(..) => "a sequence",
            Self::Tuple(_) | Self::Array(..) => "a tuple",
            Self::Map { .. } => "a map",
            Self::Struct(_) => "a struct",
            Self::Variant(variant) => {
                return variant.names.first().map_or("an enum".into(), |name| variant_named(name).into());
            }
        })
    }
}

fn variant_named(name: &str) -> String {
    format!("the variant `{}`", shown(name))
}

fn integer(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::I8 => "i8",
        Scalar::I16 => "i16",
        Scalar::I32 => "i32",
        Scalar::I64 => "i64",
        Scalar::I128 => "i128",
        Scalar::U8 => "u8",
        Scalar::U16 => "u16",
        Scalar::U32 => "u32",
        Scalar::U64 => "u64",
        Scalar::U128 => "u128",
        _ => "an integer",
    }
}

impl<'a> TryFrom<&'a Contents> for Later<'a> {
    type Error = Misread;

    fn try_from(contents: &'a Contents) -> Result<Self, Misread> {
        Ok(match contents {
            Contents::Unknown => return Err(Reason::Malformed(UNKNOWN).into()),
            Contents::Unit => Self::Here(Item::Unit),
            Contents::Newtype(place) => Self::At(*place),
            Contents::Tuple(places) => Self::Here(Item::Tuple(places)),
            Contents::Struct(fields) => Self::Here(Item::Struct(fields)),
        })
    }
}

pub(super) const UNKNOWN: &str = "its shape does not say what stands there";
