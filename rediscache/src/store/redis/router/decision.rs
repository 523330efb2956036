//! What becomes of a call that failed: a decision, made of what is known and of nothing else.

use redis::RedisError;

use crate::error::Error;
use crate::store::redis::error::{broke_twice, from_driver};
use crate::store::redis::remedy::Remedy;
use crate::store::redis::request::Effect;

/// How often one call is sent on to another node.
const REDIRECTIONS: u32 = 16;

/// What a call went through so far.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Whether a connection broke under it, so that it may have taken effect.
    pub(super) broke: bool,
    found_master: bool,
    redirections: u32,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Send it again, over a fresh connection.
    Again,
    /// Look for the master, and send it again.
    FindMaster,
    /// Note that the node has the slot for good, and send it again.
    Follow(u16, String),
    /// Send it to this node once.
    Ask(String),
    /// Wait a little, and send it again.
    Pause,
    /// Wait a little, see who serves the key then, and send it again.
    PauseAndLook,
    Fail(Failure),
}

/// What is known of a call that failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// What the failure itself says.
    AsTold,
    /// It may have taken effect, the first time or in part.
    Unknown,
    /// It was sent twice, and the connection broke each time.
    BrokeTwice,
}

impl History {
    /// What to do after a failure. `may_wait` says whether there is time left.
    pub(super) fn next(&mut self, remedy: Remedy, effect: Effect, has_one_key: bool, may_wait: bool) -> Next {
        let may_redirect = self.redirections < REDIRECTIONS;
        match remedy {
            Remedy::Reconnect if effect == Effect::Once => Next::Fail(Failure::AsTold),
            Remedy::Reconnect if self.broke => Next::Fail(Failure::BrokeTwice),
            Remedy::Reconnect => {
                self.broke = true;
                Next::Again
            }
            Remedy::FindMaster if !self.found_master => {
                self.found_master = true;
                Next::FindMaster
            }
            Remedy::Move(slot, node) if may_redirect => {
                self.redirections += 1;
                Next::Follow(slot, node)
            }
            Remedy::Ask(node) if may_redirect && has_one_key => {
                self.redirections += 1;
                Next::Ask(node)
            }
            Remedy::Halfway if effect == Effect::Once || !may_wait => Next::Fail(Failure::Unknown),
            Remedy::Ask(_) | Remedy::Stay | Remedy::Halfway if may_wait => Next::Pause,
            Remedy::Wait if may_wait => Next::PauseAndLook,
            _ if self.broke => Next::Fail(Failure::Unknown),
            _ => Next::Fail(Failure::AsTold),
        }
    }
}

impl Failure {
    pub(super) fn error(&self, failure: &RedisError) -> Error {
        match self {
            Self::AsTold => from_driver(failure),
            Self::Unknown => from_driver(failure).outcome_unknown(),
            Self::BrokeTwice => broke_twice(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(remedy: Remedy, effect: Effect) -> Next {
        History::default().next(remedy, effect, true, true)
    }

    #[test]
    fn what_may_be_sent_twice_is_sent_once_more_when_a_connection_breaks() {
        for effect in [Effect::Read, Effect::Idempotent] {
            let mut history = History::default();
            assert_eq!(history.next(Remedy::Reconnect, effect, true, true), Next::Again);
            assert_eq!(history.next(Remedy::Reconnect, effect, true, true), Next::Fail(Failure::BrokeTwice));
        }
        assert_eq!(first(Remedy::Reconnect, Effect::Once), Next::Fail(Failure::AsTold));
    }

    #[test]
    fn a_refusal_after_a_connection_broke_leaves_the_outcome_unknown() {
        let mut history = History::default();
        history.next(Remedy::Reconnect, Effect::Idempotent, true, true);
        assert_eq!(history.next(Remedy::None, Effect::Idempotent, true, true), Next::Fail(Failure::Unknown));
        assert_eq!(first(Remedy::None, Effect::Idempotent), Next::Fail(Failure::AsTold));
    }

    #[test]
    fn the_master_is_looked_for_once() {
        let mut history = History::default();
        assert_eq!(history.next(Remedy::FindMaster, Effect::Once, true, true), Next::FindMaster);
        assert_eq!(history.next(Remedy::FindMaster, Effect::Once, true, true), Next::Fail(Failure::AsTold));
    }

    #[test]
    fn redirections_are_followed_sixteen_times() {
        let mut history = History::default();
        for _ in 0..8 {
            let moved = Remedy::Move(7, "a:1".into());
            assert_eq!(history.next(moved, Effect::Once, true, true), Next::Follow(7, "a:1".into()));
            assert_eq!(history.next(Remedy::Ask("b:1".into()), Effect::Once, true, true), Next::Ask("b:1".into()));
        }
        let moved = Remedy::Move(7, "a:1".into());
        assert_eq!(history.next(moved, Effect::Once, true, true), Next::Fail(Failure::AsTold));
        assert_eq!(history.next(Remedy::Ask("b:1".into()), Effect::Once, true, true), Next::Pause);
    }

    #[test]
    fn a_call_of_several_keys_waits_until_they_are_at_one_node() {
        let ask = || Remedy::Ask("b:1".into());
        assert_eq!(History::default().next(ask(), Effect::Once, false, true), Next::Pause);
        assert_eq!(History::default().next(ask(), Effect::Once, false, false), Next::Fail(Failure::AsTold));
        assert_eq!(first(Remedy::Stay, Effect::Once), Next::Pause);
    }

    #[test]
    fn a_script_that_stopped_halfway_is_not_sent_again_where_that_would_do_more() {
        assert_eq!(first(Remedy::Halfway, Effect::Once), Next::Fail(Failure::Unknown));
        assert_eq!(first(Remedy::Halfway, Effect::Idempotent), Next::Pause);
        let late = History::default().next(Remedy::Halfway, Effect::Idempotent, true, false);
        assert_eq!(late, Next::Fail(Failure::Unknown));
    }

    #[test]
    fn a_server_that_is_not_ready_is_waited_for_while_there_is_time() {
        assert_eq!(first(Remedy::Wait, Effect::Once), Next::PauseAndLook);
        assert_eq!(History::default().next(Remedy::Wait, Effect::Once, true, false), Next::Fail(Failure::AsTold));
    }
}
