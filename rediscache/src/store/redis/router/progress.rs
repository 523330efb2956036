//! How far a call is, and what is noted of it when it is given up there.

use super::attempt::Attempt;
use super::decision::History;
use crate::store::redis::request::Effect;
use crate::store::traces::note_harmless;

/// How far a call is when its time runs out, or it is given up.
pub(super) struct Progress {
    effect: Effect,
    pub(super) under_way: Option<Attempt>,
    pub(super) history: History,
    /// It has its answer, or its error.
    pub(super) is_over: bool,
}

impl Progress {
    pub(super) fn of(effect: Effect) -> Self {
        Self { effect, under_way: None, history: History::default(), is_over: false }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let was_sent = self.under_way.is_some() || self.history.broke;
        if !self.is_over && (self.effect == Effect::Read || !was_sent) {
            note_harmless();
        }
    }
}
