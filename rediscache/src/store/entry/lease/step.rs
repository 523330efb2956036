//! What a load is begun for, and what comes of that.

use std::time::Duration;

use crate::store::token::Token;

/// What a load is begun for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A value, also a stale one.
    Value,
    /// Another value than the one that is there: it cannot be read.
    Another,
    /// A value for those who come later: whoever asked has one.
    Ahead,
}

/// What came of beginning a load.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// It is this one's from here on.
    Leased(Token),
    /// There is a value, which may be given out. Read for who wants it.
    Fresh(Option<Vec<u8>>),
    /// There is none, and another loads it; its lease ends then, unless it is renewed.
    Held(Duration),
    /// There is one that is past its time, and another loads it, or failed to lately; how long there is no use in asking.
    Stale(Duration, Option<Vec<u8>>),
}
