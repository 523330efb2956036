//! The refusals that several parts share, so that the same mistake reads the same everywhere.

use std::borrow::Cow;
use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// An option, a name or a URL is not acceptable; nothing was done.
pub(crate) fn config(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, message)
}

pub(crate) fn unsupported(message: &'static str) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}

pub(crate) fn no_numbers() -> Error {
    unsupported("the codec has no notation for numbers; set `Codec::NUMBERS`")
}

pub(crate) fn wrong_type() -> Error {
    Error::new(
        ErrorKind::WrongType,
        "the key holds another data type and was left as it is; use another namespace, or see with `TYPE` what is there",
    )
}

pub(crate) fn not_a_number() -> Error {
    Error::new(ErrorKind::NotANumber, "the stored value is not a number and was left as it is")
}

pub(crate) fn not_an_integer() -> Error {
    Error::new(
        ErrorKind::Decode,
        "the stored value is a float and was left as it is; declare the cache with a float value type",
    )
}

pub(crate) fn overflow() -> Error {
    Error::new(ErrorKind::Overflow, "the result does not fit the value type; the stored value was left as it is")
}

pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the session was closed; connect a new one")
}

/// A name in which a hash tag cannot be put.
pub(crate) fn no_tag() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "on a cluster, the name of a queue must not have a `}` in it, but for a hash tag such as `{jobs}`",
    )
}

/// Sets of several slots.
pub(crate) fn not_together() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "on a cluster, only sets of one slot are taken together, and these lie in several; name all of them with one hash \
         tag, by `with_namespace(\"{tag}.name\")`, or read each with `members` and take those together",
    )
}

/// What should not happen: an answer of another shape, or none.
pub(crate) fn unexpected() -> Error {
    Error::new(ErrorKind::Server, "the server's answer has an unexpected form")
}

/// A value that others change all the time.
pub(crate) fn contended() -> Error {
    Error::new(
        ErrorKind::Timeout,
        "others changed the value each time that it was to be updated, and it was left as they made it",
    )
    .without_effect()
}

/// What was to answer runs in a runtime that stands still.
pub(crate) fn stuck(limit: Duration) -> Error {
    let message = format!(
        "no answer within {limit:?}, since nobody runs the runtime in which the session was connected; keep that one \
         running, or connect in one that is"
    );
    Error::new(ErrorKind::Timeout, message)
}

/// The runtime that a call went out on ended.
pub(crate) fn interrupted() -> Error {
    Error::new(ErrorKind::Connection, "the runtime that made the call ended").outcome_unknown()
}

/// Functions that stop a constant's evaluation with their names in the compiler's message, and do nothing at run time.
macro_rules! refusals {
    ($($name:ident)*) => {$(
        const fn $name() {
            // Const evaluation cannot say whether a pointer past its allocation is null; running code can.
            let _ = "".as_ptr().wrapping_add(8).is_null();
        }
    )*};
}

pub(crate) use refusals;
