//! What an entry is to its callers: a register that holds a number, or nothing.

use rediscache::{Codec, Json, RedisCache, RedisSession, Result};

pub(super) type Entry = Option<i64>;

/// A cache of registers, whose numbers are stored in the usual form or in plain digits.
#[derive(Clone)]
pub(super) enum Registers {
    Typestring(RedisCache<u64, i64>),
    Digits(RedisCache<u64, i64, Json>),
}

/// What is to be done with a cache of either form.
macro_rules! with {
    ($registers:expr, $cache:ident => $done:expr) => {
        match $registers {
            Registers::Typestring($cache) => $done,
            Registers::Digits($cache) => $done,
        }
    };
}

pub(super) use with;

impl Registers {
    pub(super) fn new(namespace: String, digits: bool) -> Self {
        if digits {
            Self::Digits(RedisCache::with_namespace(namespace))
        } else {
            Self::Typestring(RedisCache::with_namespace(namespace))
        }
    }

    pub(super) fn on(&self, session: &RedisSession) -> Self {
        match self {
            Self::Typestring(cache) => Self::Typestring(cache.on(session)),
            Self::Digits(cache) => Self::Digits(cache.on(session)),
        }
    }
}

/// A call on one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Get,
    Contains,
    Set(i64),
    SetIfAbsent(i64),
    Replace(i64),
    Increment(i64),
    CompareAndSet(i64, i64),
    CompareAndDelete(i64),
    Delete,
    Pop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Flag(bool),
    Value(Entry),
}

impl Call {
    /// What becomes of the entry, and the answer.
    pub(super) fn apply(self, entry: Entry) -> (Entry, Answer) {
        match self {
            Self::Get => (entry, Answer::Value(entry)),
            Self::Contains => (entry, Answer::Flag(entry.is_some())),
            Self::Set(value) => (Some(value), Answer::Done),
            Self::SetIfAbsent(value) => (entry.or(Some(value)), Answer::Flag(entry.is_none())),
            Self::Replace(value) => (Some(value), Answer::Value(entry)),
            Self::Increment(amount) => {
                let sum = Some(entry.unwrap_or(0) + amount);
                (sum, Answer::Value(sum))
            }
            Self::CompareAndSet(old, new) if entry == Some(old) => (Some(new), Answer::Flag(true)),
            Self::CompareAndDelete(old) if entry == Some(old) => (None, Answer::Flag(true)),
            Self::CompareAndSet(..) | Self::CompareAndDelete(_) => (entry, Answer::Flag(false)),
            Self::Delete => (None, Answer::Flag(entry.is_some())),
            Self::Pop => (None, Answer::Value(entry)),
        }
    }

    /// Makes the call.
    pub(super) async fn on<C: Codec>(self, cache: &RedisCache<u64, i64, C>, key: u64) -> Result<Answer> {
        Ok(match self {
            Self::Get => Answer::Value(cache.get(key).await?),
            Self::Contains => Answer::Flag(cache.contains(key).await?),
            Self::Set(value) => {
                cache.set(key, value).await?;
                Answer::Done
            }
            Self::SetIfAbsent(value) => Answer::Flag(cache.set_if_absent(key, value).await?),
            Self::Replace(value) => Answer::Value(cache.replace(key, value).await?),
            Self::Increment(amount) => Answer::Value(Some(cache.increment(key, amount).await?)),
            Self::CompareAndSet(old, new) => Answer::Flag(cache.compare_and_set(key, old, new).await?),
            Self::CompareAndDelete(old) => Answer::Flag(cache.compare_and_delete(key, old).await?),
            Self::Delete => Answer::Flag(cache.delete(key).await?),
            Self::Pop => Answer::Value(cache.pop(key).await?),
        })
    }
}
