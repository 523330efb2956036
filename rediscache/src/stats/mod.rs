//! Figures of a session: what is counted while it is used, and the plain structs in which they are handed out. Knows no
//! store and no session.

mod batch_sizes;
mod counts;
mod latency;
mod object;
mod recorder;
mod table;
mod whole;
mod wire;

pub use batch_sizes::BatchSizes;
pub(crate) use counts::ObjectCounts;
pub use latency::LatencyHistogram;
pub use object::ObjectStats;
pub(crate) use recorder::RecordedCall;
pub(crate) use table::{CountPlace, CountTable};
pub use whole::SessionStats;
pub(crate) use wire::WireCounts;
