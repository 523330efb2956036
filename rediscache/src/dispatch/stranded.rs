//! What the dispatchers of a session could not bring back yet, for whoever closes it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, ErrorKind};

/// By the name of their dispatcher, what is in hand and was tried to be put somewhere.
#[derive(Default)]
pub(crate) struct StrandedItems(Mutex<HashMap<String, Stranded>>);

struct Stranded {
    key: String,
    count: usize,
    /// Why the last try failed; `None` while the first is under way.
    refusal: Option<Error>,
}

/// The longest key that is repeated in full.
const LONGEST: usize = 256;

impl StrandedItems {
    /// Notes so many items that are being tried, and what became of the last try.
    pub(super) fn note(&self, name: &str, key: &str, count: usize, refusal: Option<Error>) {
        let mut stranded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key.chars().take(LONGEST).collect();
        let refusal = refusal.or_else(|| stranded.remove(name).and_then(|stranded| stranded.refusal));
        stranded.insert(name.to_owned(), Stranded { key, count, refusal });
    }

    pub(super) fn forget(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// What closing says of them, if there are any: the kind is that of the last refusal.
    pub(crate) fn error(&self) -> Option<Error> {
        let stranded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut whose: Vec<String> = stranded.values().map(Stranded::to_text).collect();
        whose.sort_unstable();
        let refusal = stranded.values().find_map(|stranded| stranded.refusal.as_ref());
        let kind = refusal.map_or(ErrorKind::Timeout, Error::kind);
        let first = whose.first()?;
        let more = if whose.len() > 1 { format!(", and of {} more queues", whose.len() - 1) } else { String::new() };
        let message =
            format!("{first}{more} could not be brought back yet; the session goes on trying in the background");
        let error = Error::new(kind, message);
        let error = if refusal.is_none_or(Error::is_retryable) { error.retryable() } else { error };
        Some(match refusal {
            Some(refusal) => error.because(refusal.again()),
            None => error,
        })
    }
}

impl Stranded {
    fn to_text(&self) -> String {
        let noun = if self.count == 1 { "item" } else { "items" };
        format!("{} {noun} of `{}`", self.count, self.key)
    }
}
