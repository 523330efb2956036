//! The shape that the values of one call rely on, for as long as the call takes.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::session::RedisSession;
use crate::shape::Schema;

/// The values of a call were sent to whoever finds this shape in the store.
#[derive(Debug)]
pub(super) struct Reliance {
    pub(super) schema: &'static Schema,
    /// How many connections had been made when the call began.
    pub(super) connections: u64,
}

impl Reliance {
    /// Called when the call is over. Where a connection was made meanwhile, the server may have lost what was kept before and
    /// have taken the values after: the shape is looked for again, behind the call.
    pub(super) fn end(&self, session: &RedisSession, is_global: bool) {
        let Ok(store) = session.state().store.get() else { return };
        if store.connections_made() == self.connections || Handle::try_current().is_err() {
            return;
        }
        // Not the session, which ends with its last clone.
        let (opened, shapes) = (session.state().store.clone(), Arc::clone(session.state().shapes(is_global)));
        let (schema, mut closing) = (self.schema, opened.closing());
        store.spawn(async move {
            if let Ok(store) = opened.get() {
                tokio::select! {
                    // Where that fails, the next write tries it again.
                    _ = shapes.keep(store, schema) => {}
                    _ = closing.changed() => {}
                }
            }
        });
    }
}
