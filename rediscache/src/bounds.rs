//! What can be a key, a value, and a value that is kept in this process.

use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type that can be a key, or a member of a set or ranking: any that serde can write and read, and that is `Eq` and `Hash`.
///
/// There is nothing to implement by hand. Floats are not `Eq`, so that they cannot be keys.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    note = "a key type needs `#[derive(serde::Serialize, serde::Deserialize, PartialEq, Eq, Hash)]`",
    note = "floats are neither `Eq` nor `Hash`: use an integer or a `String`"
)]
pub trait Key: Serialize + DeserializeOwned + Eq + Hash + 'static {}

// So that the message above is the one that is shown, once.
#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Eq + Hash + 'static> Key for T {}

/// A type that can be a value: any that serde can write and read.
///
/// There is nothing to implement by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored",
    note = "a value type needs `#[derive(serde::Serialize, serde::Deserialize)]`"
)]
pub trait Value: Serialize + DeserializeOwned + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + 'static> Value for T {}

/// A value that a near cache can keep: a [`Value`] that is `Clone`, `Send` and `Sync`.
///
/// There is nothing to implement by hand. A clone is made while a part of the near cache is locked, so that `clone` must
/// not read from caches itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in a near cache",
    note = "each hit hands out a clone of the value that is kept: derive `Clone`, or put the value in an `Arc`",
    note = "all threads are served the same value, so that it must be `Send` and `Sync` too"
)]
pub trait NearValue: Value + Clone + Send + Sync {}

#[diagnostic::do_not_recommend]
impl<T: Value + Clone + Send + Sync> NearValue for T {}
