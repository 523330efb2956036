//! Why a value was not read by name, and where in it; never what stands there.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::super::limit::{TOO_DEEP, TOO_MANY_FREE};

/// It is made once and moved often, and so kept in one word.
#[derive(Debug)]
pub(super) struct Misread(Box<(Reason, Path)>);

#[derive(Debug)]
pub(super) enum Reason {
    /// The bytes, or the layout, are of no value at all.
    Malformed(&'static str),
    OutOfBounds,
    TooDeep,
    TooManyFree,
    /// So many bytes stand after the value.
    Trailing(usize),
    Differs {
        stored: Cow<'static, str>,
        wanted: Cow<'static, str>,
    },
    DoesNotFit(Cow<'static, str>),
    Missing(&'static str),
    Twice(&'static str),
    /// With its name, where that is part of a type and not of a value.
    UnknownField(Option<String>),
    UnknownVariant(Option<String>),
    /// The layout has several names for the variant.
    Ambiguous,
    /// Of another length than the type has.
    Length,
    /// The type did not take all elements.
    LeftOver,
    /// The type went on after an error.
    PassedOver,
    Refused,
}

/// A step from a value to one of its parts.
#[derive(Debug)]
pub(super) enum Segment {
    Name(String),
    Element(usize),
    /// Of a map: its key is data, and not shown.
    Entry,
}

/// The innermost segment first.
#[derive(Debug, Default)]
struct Path {
    segments: Vec<Segment>,
    /// Whether some are left out in the middle.
    is_cut: bool,
}

/// How many segments are shown at each end of a long path.
const SHOWN: usize = 16;

/// How much is shown of a name, which anyone may have written.
const LONGEST_NAME: usize = 64;

impl Misread {
    /// Adds the step that led to where it went wrong.
    #[cold]
    pub(super) fn within(mut self, segment: Segment) -> Self {
        let Path { segments, is_cut } = &mut self.0.1;
        if segments.len() == 2 * SHOWN {
            segments.remove(SHOWN);
            *is_cut = true;
        }
        segments.push(segment);
        self
    }

    /// Names the field or variant that is unknown: what serde hands on might be data.
    #[cold]
    pub(super) fn naming(mut self, name: Option<&str>) -> Self {
        if let Reason::UnknownField(unknown @ None) | Reason::UnknownVariant(unknown @ None) = &mut self.0.0 {
            *unknown = name.map(ToOwned::to_owned);
        }
        self
    }
}

impl From<Reason> for Misread {
    #[cold]
    fn from(reason: Reason) -> Self {
        Self(Box::new((reason, Path::default())))
    }
}

impl Error for Misread {
    /// Drops the message, which may quote the value.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Reason::Refused.into()
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Reason::Differs { stored: kind(&found).into(), wanted: expected.to_string().into() }.into()
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Reason::DoesNotFit(expected.to_string().into()).into()
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Reason::Length.into()
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Reason::UnknownVariant(None).into()
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Reason::UnknownField(None).into()
    }

    fn missing_field(field: &'static str) -> Self {
        Reason::Missing(field).into()
    }

    fn duplicate_field(field: &'static str) -> Self {
        Reason::Twice(field).into()
    }
}

/// What serde met, without the value that its own text would quote.
fn kind(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "bool",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a float",
        Unexpected::Char(_) => "char",
        Unexpected::Str(_) => "text",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit => "nothing",
        Unexpected::Option => "an option",
        Unexpected::Seq => "a sequence",
        Unexpected::Map => "a map",
        Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant => "an enum",
        _ => "something else",
    }
}

/// The beginning of a name, on one line.
pub(super) fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(LONGEST_NAME).flat_map(char::escape_debug).collect();
    if name.chars().nth(LONGEST_NAME).is_some() {
        shown.push('…');
    }
    shown
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (reason, path) = &*self.0;
        if !path.segments.is_empty() {
            write!(f, "at `{path}`: ")?;
        }
        write!(f, "{reason}")
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.segments.len().saturating_sub(1);
        for (position, segment) in self.segments.iter().enumerate().rev() {
            match segment {
                Segment::Name(name) if position == last => f.write_str(&shown(name))?,
                Segment::Name(name) => write!(f, ".{}", shown(name))?,
                Segment::Element(index) => write!(f, "[{index}]")?,
                Segment::Entry => f.write_str("[…]")?,
            }
            if self.is_cut && position == SHOWN {
                f.write_str("…")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => f.write_str(what),
            Self::OutOfBounds => f.write_str("it claims to be longer or deeper than it can be"),
            Self::TooDeep => f.write_str(TOO_DEEP),
            Self::TooManyFree => f.write_str(TOO_MANY_FREE),
            Self::Trailing(count) => write!(f, "{count} bytes are left over after the value"),
            Self::Differs { stored, wanted } => write!(f, "stored as {stored}, wanted as {wanted}"),
            Self::DoesNotFit(wanted) => write!(f, "it does not fit {wanted}"),
            Self::Missing(field) => write!(f, "`{field}` is missing"),
            Self::Twice(field) => write!(f, "`{field}` is there twice"),
            Self::UnknownField(Some(name)) => write!(f, "the field `{}` is not known", shown(name)),
            Self::UnknownField(None) => f.write_str("it has a field that is not known"),
            Self::UnknownVariant(Some(name)) => write!(f, "the variant `{}` is not known", shown(name)),
            Self::UnknownVariant(None) => f.write_str("it is a variant that is not known"),
            Self::Ambiguous => f.write_str("the variant has several names, and which of them is meant cannot be told"),
            Self::Length => f.write_str("it is of another length than is wanted"),
            Self::LeftOver => f.write_str("it has more elements than are wanted"),
            Self::PassedOver => f.write_str("the type's own `Deserialize` went on after an error"),
            Self::Refused => f.write_str("refused by the type's own `Deserialize`"),
        }
    }
}

impl std::error::Error for Misread {}
