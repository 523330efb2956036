//! What a shape consists of, as later stages use it: what stands at each position, and by which name it is found.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Static where it comes from serde, owned where it was parsed.
pub(crate) type FormName = Cow<'static, str>;

/// One part of a shape. Two are equal when they describe the same values, written in the same positions. Its names in
/// JSON are stored.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    /// Nothing is known: the type did not say, or not always the same.
    Unknown,
    /// The type asks the bytes what they hold.
    #[serde(rename = "any")]
    SelfDescribing,
    Option(Box<Form>),
    Sequence(Box<Form>),
    /// Of keys and values.
    Map(Box<(Form, Form)>),
    Tuple(Box<[Form]>),
    /// A tuple of two or more equal parts, and how many. Such a one is never a `Tuple`.
    Array(Box<Form>, usize),
    /// In the order in which the fields are written.
    Struct(Box<[FieldForm]>),
    /// The position of each is its index.
    Enum(Box<[VariantForm]>),
    /// The same as the form that is so many steps further out: 0 is the innermost option, sequence, map, tuple, array,
    /// struct or enum that this stands in.
    Again(usize),
    /// Asked for in this form, and no made-up value was accepted. Holds no part that is unknown itself.
    Refused(Box<Form>),
    #[serde(untagged)]
    Scalar(Scalar),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scalar {
    Bool,
    I8,
    I16,
    I32,
    I64,
    I128,
    U8,
    U16,
    U32,
    U64,
    U128,
    F32,
    F64,
    Char,
    Text,
    Bytes,
    Unit,
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct FieldForm {
    pub(super) name: FormName,
    pub(super) form: Form,
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct VariantForm {
    /// One, or several where there are aliases: serde does not tell which of them is the name.
    pub(super) names: Box<[FormName]>,
    pub(super) content: Content,
    /// Whether no made-up value of it was accepted, although all of its content is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_refused: bool,
}

/// What a variant holds. It is no form of its own where [`Form::Again`] counts.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Content {
    Unknown,
    Unit,
    Newtype(Form),
    Tuple(Box<[Form]>),
    Struct(Box<[FieldForm]>),
}

impl Form {
    /// Whether every part is known.
    pub(super) fn is_known(&self) -> bool {
        match self {
            Self::Unknown | Self::SelfDescribing | Self::Refused(_) => false,
            Self::Scalar(_) | Self::Again(_) => true,
            Self::Option(inner) | Self::Sequence(inner) | Self::Array(inner, _) => inner.is_known(),
            Self::Map(entry) => entry.0.is_known() && entry.1.is_known(),
            Self::Tuple(parts) => parts.iter().all(Self::is_known),
            Self::Struct(fields) => fields.iter().all(|field| field.form.is_known()),
            Self::Enum(variants) => variants.iter().all(|variant| !variant.is_refused && variant.content.is_known()),
        }
    }
}

impl Content {
    fn is_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Unit => true,
            Self::Newtype(inner) => inner.is_known(),
            Self::Tuple(parts) => parts.iter().all(Form::is_known),
            Self::Struct(fields) => fields.iter().all(|field| field.form.is_known()),
        }
    }
}
