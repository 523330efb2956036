//! Connections: to whom they are made, how, and how they come back.

mod backoff;
mod barrier_finder;
mod connecting;
mod connector;
mod endpoint;
mod live;
mod presence;
mod reconnecting;
mod sentinel;
mod state;
#[cfg(feature = "tls")]
mod tls;

pub(super) use backoff::Backoff;
pub(super) use connecting::HEDGE_AFTER;
pub(super) use connector::{Connector, at};
pub(super) use endpoint::{Connected, Endpoint, Endpoints};
pub(super) use live::Live;
pub(super) use presence::{Presence, WeakConnection};
pub(super) use reconnecting::{Connection, WeakLive};
