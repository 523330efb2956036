//! What a transaction expects of an entry.

use std::fmt;

use futures_util::future::BoxFuture;

use super::place::UnplacedEntry;
use crate::error::{Error, Result};
use crate::session::RedisSession;
use crate::store::Expectation;
use crate::types::object::{Object, Target};

/// What was said to be there, before the session is known.
pub(in crate::types) struct PlannedExpectation {
    pub(in crate::types) object: Object,
    pub(super) place: Result<UnplacedEntry>,
    pub(super) value: Result<Option<Vec<u8>>>,
    pub(super) is_form: IsForm,
}

/// Whether what is stored is another form of the value whose form of today this is.
type IsForm = for<'a> fn(&'a Target, &'a [u8], &'a [u8]) -> BoxFuture<'a, Result<bool>>;

/// What is to be there, and what else is equal to that.
pub(in crate::types) struct ExpectedEntry {
    pub(in crate::types) at: Target,
    is_form: IsForm,
}

impl PlannedExpectation {
    /// The same in this session.
    pub(in crate::types) fn of(self, session: &RedisSession) -> Result<(ExpectedEntry, Expectation)> {
        let named = |error: Error| error.during("commit", Some(self.object.namespace()));
        let at = self.object.target_in(session).map_err(named)?;
        let place = self.place.map_err(named)?.at(&at);
        let value = self.value.map_err(named)?;
        Ok((ExpectedEntry { at, is_form: self.is_form }, Expectation { place, value }))
    }
}

impl ExpectedEntry {
    /// Whether what is stored is another form of the value that was said to be there.
    pub(in crate::types) async fn is_met_by(&self, stored: &[u8], today: &[u8]) -> Result<bool> {
        (self.is_form)(&self.at, stored, today).await
    }
}

impl fmt::Debug for PlannedExpectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PlannedExpectation").field(&self.object.namespace()).finish()
    }
}
