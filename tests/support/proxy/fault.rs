use std::time::Duration;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    Requests,
    /// From the server to the client.
    Replies,
    /// Both ways.
    Both,
}

/// What happens to one request, once; given to [`Proxy::strike`](super::Proxy::strike).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strike {
    /// The connection is reset; the server never sees the request.
    Before,
    /// The server gets half of the request, and the connection is reset.
    During,
    /// The server carries the request out, and the connection is reset in place of the reply.
    After,
    /// The client gets half of the reply, and the connection is reset.
    InReply,
    /// The server never sees the request, and nothing passes on this connection any more.
    Vanish,
    /// The server carries the request out, and nothing passes on this connection any more.
    VanishAfter,
    /// The server carries the request out, and the client gets these bytes in place of the reply.
    Reply(Vec<u8>),
    /// The client gets these bytes; the server never sees the request.
    Instead(Vec<u8>),
}

/// What holds of all connections that are aimed at, until it is healed.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    pub(super) refuse: bool,
    /// Those that sent such a request; all if there is none.
    pub(super) aim: Option<String>,
    pub(super) requests: Way,
    pub(super) replies: Way,
}

/// How bytes go one way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Way {
    pub(super) swallow: bool,
    pub(super) hold: bool,
    pub(super) delay: Duration,
    pub(super) bytes_per_second: Option<u32>,
}

impl Faults {
    pub(super) fn change(&mut self, direction: Direction, change: impl Fn(&mut Way)) {
        if direction != Direction::Replies {
            change(&mut self.requests);
        }
        if direction != Direction::Requests {
            change(&mut self.replies);
        }
    }
}

/// Whether a request of these words is one that is meant by `name`, such as `HGET`, `CLIENT TRACKING` or, for any that is
/// no part of connecting, the empty string.
pub(super) fn is_meant(words: &[String], name: &str) -> bool {
    if name.is_empty() {
        return words.first().is_some_and(|command| !is_part_of_connecting(command));
    }
    let mut words = words.iter();
    name.split_whitespace().all(|part| words.next().is_some_and(|word| word.eq_ignore_ascii_case(part)))
}

/// Or what is sent to see whether a connection stands.
pub(super) fn is_part_of_connecting(command: &str) -> bool {
    ["HELLO", "AUTH", "SELECT", "CLIENT", "PING"].iter().any(|part| command.eq_ignore_ascii_case(part))
}
