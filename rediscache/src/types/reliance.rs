//! The shape that the values of one call rely on, for as long as the call takes.

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
        let (session, schema) = (session.clone(), self.schema);
        store.spawn(async move {
            let state = session.state();
            let mut closing = state.store.closing();
            if let Ok(store) = state.store.get() {
                tokio::select! {
                    // Where that fails, the next write tries it again.
                    _ = state.shapes(is_global).keep(store, schema) => {}
                    _ = closing.changed() => {}
                }
            }
        });
    }
}
