use std::future::Future;
use std::pin::Pin;

use crate::error::Result;

/// A call that was prepared and not yet made: it starts when it is first awaited.
///
/// It owns all it needs, so that it can be spawned, joined and stored even where the cache it came from is a
/// temporary: `tokio::spawn(Channel::topics().get(42))`. Arguments are encoded when the method is called; the session
/// is looked up when the future is first polled, so that `session.scope(Channel::topics().get(42))` uses `session`.
pub type Operation<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;
