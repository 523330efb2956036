//! Figures of a session: what is counted while it is used, and the plain structs in which they are handed out. Knows no
//! store and no session.

mod batch_sizes;
mod latency;
mod object;
mod whole;

pub use batch_sizes::BatchSizes;
pub use latency::LatencyHistogram;
pub use object::ObjectStats;
pub use whole::SessionStats;
