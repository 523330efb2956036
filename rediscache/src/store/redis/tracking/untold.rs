//! Finds changes that the server tells nobody of: `SWAPDB` puts other data in the place of all keys.
//!
//! What it does is mark those who watch a key for a transaction (`WATCH`) that is in one of the two databases, and that shows
//! in the flags of the connection (`CLIENT INFO`). One key serves for all: that of what is on record, which changes seldom.
//! Where there is none, nobody wrote by this library, and the keys that were read are watched.

use std::collections::HashSet;
use std::sync::{Arc, Weak};

use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, RedisResult, Value, cmd};

use crate::near::Change;
use crate::store::redis::invalidation::{InvalidationListener, Reliant, Watch};

/// The keys that a connection watches beside the one that serves for all.
#[derive(Default)]
pub(super) struct UntoldChanges(HashSet<Arc<str>>);

impl UntoldChanges {
    /// What has the server show that it lives, and, where that can be, what it told nobody.
    pub(super) fn question(watch: Watch) -> Cmd {
        match watch {
            Watch::Nothing => cmd("PING"),
            Watch::Record | Watch::Keys => cmd("CLIENT").arg("INFO").take(),
        }
    }

    /// Drops what may have changed, as `answer` says. The error is that nothing is told of any more.
    pub(super) async fn look(
        &mut self,
        answer: &Value,
        weak: &Weak<InvalidationListener>,
        reliant: &[Reliant],
        connection: &mut MultiplexedConnection,
    ) -> RedisResult<()> {
        let Some(listener) = weak.upgrade() else { return Ok(()) };
        let flags = match (listener.watch(), flags(answer)) {
            (Watch::Nothing, _) => return Ok(()),
            // The right to ask was taken away.
            (_, None) => {
                listener.set_watch(Watch::Nothing);
                return Ok(());
            }
            (_, Some(flags)) => flags,
        };
        drop(listener);
        if !flags.contains('t') {
            return Err((ErrorKind::Client, "someone turned the tracking of this connection off").into());
        }
        let is_marked = flags.contains('d');
        if is_marked {
            self.0.clear();
            cmd("UNWATCH").query_async::<()>(connection).await?;
            let watched = weak.upgrade().map(|listener| listener.record().to_owned());
            let watch = Watch::begin(watched.as_deref().unwrap_or_default(), connection).await?;
            weak.upgrade().into_iter().for_each(|listener| listener.set_watch(watch));
        }
        if weak.upgrade().is_some_and(|listener| listener.watch() == Watch::Keys) {
            self.watch_keys(reliant, connection).await?;
        }
        if is_marked && let Some(listener) = weak.upgrade() {
            // What was read after it is watched again stays.
            listener.everything_changed();
        }
        Ok(())
    }

    /// Watches the keys that were read. What was read before that is read again.
    async fn watch_keys(&mut self, reliant: &[Reliant], connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let fresh: Vec<_> = reliant.iter().filter(|reliant| !self.0.contains(&reliant.key)).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let keys: Vec<&str> = fresh.iter().map(|reliant| &*reliant.key).collect();
        cmd("WATCH").arg(keys).query_async::<()>(connection).await?;
        for reliant in fresh {
            self.0.insert(Arc::clone(&reliant.key));
            reliant.coherence.invalidate(Change::All);
        }
        Ok(())
    }
}

/// The flags that `CLIENT INFO` tells of the connection.
fn flags(answer: &Value) -> Option<&str> {
    let text = match answer {
        Value::BulkString(text) => std::str::from_utf8(text).ok()?,
        Value::VerbatimString { text, .. } => text,
        Value::SimpleString(text) => text,
        _ => return None,
    };
    text.split_whitespace().find_map(|part| part.strip_prefix("flags="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_of_a_connection_are_read() {
        let info = "id=5 addr=127.0.0.1:1 name=flags=x flags=td db=0 resp=3\n";
        let text = info.to_owned();
        assert_eq!(flags(&Value::VerbatimString { format: redis::VerbatimFormat::Text, text }), Some("td"));
        assert_eq!(flags(&Value::BulkString(info.into())), Some("td"));
        assert_eq!(flags(&Value::Nil), None);
    }
}
