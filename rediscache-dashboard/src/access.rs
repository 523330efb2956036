//! Who is shown what.

/// What whoever sends a request may do.
///
/// # Examples
///
/// ```
/// use rediscache::RedisSession;
/// use rediscache_dashboard::{Access, Dashboard};
///
/// let dashboard = Dashboard::new(&RedisSession::in_memory()).access(|_request| Access::Reader);
/// # let _ = dashboard;
/// assert_eq!(Access::default(), Access::Nobody);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Access {
    /// Nothing: every request is refused.
    #[default]
    Nobody,
    /// Sees everything but values of `#[rediscache(secret)]` objects, which nobody is shown, and changes nothing.
    Reader,
    /// Sees as much, and may edit, delete and put tasks back into their queues.
    All,
}
