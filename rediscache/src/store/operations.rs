//! How a kind of data is given its operations, once for both stores.

use super::in_flight::InFlight;

/// What one kind of data can do in the store at hand.
pub(crate) enum Slice<'a, M, R> {
    Memory(M),
    Redis(&'a R, &'a InFlight),
}

/// Lists the operations of a slice, each with its meaning, and hands each to the half that the store has. The first argument
/// of every one is the Redis key.
macro_rules! operations {
    ($slice:ty { $($(#[$meaning:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)* }) => {
        impl $slice {$(
            $(#[$meaning])*
            pub(crate) async fn $name(&self, key: &str, $($argument: $type),*) -> $crate::error::Result<$result> {
                match self {
                    Self::Memory(memory) => memory.$name(key, $($argument),*),
                    Self::Redis(redis, in_flight) => {
                        let _in_flight = in_flight.enter();
                        redis.$name(key, $($argument),*).await
                    }
                }
            }
        )*}
    };
}

pub(super) use operations;
