//! What can be done about a failure, as far as the answer tells.

use redis::{ErrorKind, RedisError, ServerErrorKind};

use super::error::first_refusal;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// The server answered: none.
    None,
    /// The connection is of no use any more.
    Reconnect,
    /// The server has become a replica, and did nothing.
    FindMaster,
    /// A server will do it in a moment, maybe another one; this one did nothing.
    Wait,
    /// The same server will do it when the keys are all at one node again; it did nothing.
    Stay,
    /// The same of a script that may have done a part.
    Halfway,
    /// Another node has the slot for good.
    Move(u16, String),
    /// Another node has this key already.
    Ask(String),
}

impl Remedy {
    pub(super) fn of(error: &RedisError) -> Self {
        if let Some(refusal) = first_refusal(error) {
            return Self::of_refusal(&refusal);
        }
        match error.kind() {
            ErrorKind::Io | ErrorKind::Parse => Self::Reconnect,
            _ => Self::None,
        }
    }

    /// The server, or a part of what it did, answered with an error.
    fn of_refusal(error: &RedisError) -> Self {
        let redirection = || error.redirect_node().map(|(node, slot)| (slot, node.to_owned()));
        match error.code().unwrap_or_default() {
            "MOVED" => redirection().map_or(Self::None, |(slot, node)| Self::Move(slot, node)),
            "ASK" => redirection().map_or(Self::None, |(_, node)| Self::Ask(node)),
            "READONLY" => Self::FindMaster,
            "LOADING" | "MASTERDOWN" | "CLUSTERDOWN" => Self::Wait,
            "TRYAGAIN" => Self::Stay,
            // Where a key is missing when it begins, the node says so. Once it has emptied a key, that counts as moved already.
            _ if error.detail().is_some_and(|detail| detail.contains("non local key")) => Self::Halfway,
            _ => Self::None,
        }
    }
}

/// Whether the server does not know the script by its digest.
pub(super) fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}
