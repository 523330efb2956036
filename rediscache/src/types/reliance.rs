//! The shape that the values of one call rely on, for as long as the call takes.

use std::fmt;

use tokio::runtime::Handle;

use crate::session::RedisSession;
use crate::shape::Schema;

/// Dropped with the call. Where a connection was made meanwhile, the server may have lost what was kept before and have taken
/// the values after: the shape is looked for again, behind the call.
pub(super) struct Reliance {
    session: RedisSession,
    is_global: bool,
    schema: &'static Schema,
    /// How many were made when the call began.
    connections: u64,
}

impl Reliance {
    pub(super) fn new(session: &RedisSession, is_global: bool, schema: &'static Schema, connections: u64) -> Self {
        Self { session: session.clone(), is_global, schema, connections }
    }
}

impl Drop for Reliance {
    fn drop(&mut self) {
        let Ok(store) = self.session.state().store.get() else { return };
        if store.connections_made() == self.connections || Handle::try_current().is_err() {
            return;
        }
        let Self { session, is_global, schema, .. } = &*self;
        let (session, is_global, schema) = (session.clone(), *is_global, *schema);
        store.spawn(async move {
            let state = session.state();
            if let Ok(store) = state.store.get() {
                // Where that fails, the next write tries it again.
                let _ = state.shapes(is_global).keep(store, schema).await;
            }
        });
    }
}

impl fmt::Debug for Reliance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reliance").field("fingerprint", &self.schema.fingerprint).finish_non_exhaustive()
    }
}
