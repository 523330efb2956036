use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type that can be a key: any that serde can write and read, and that is `Eq` and `Hash`.
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
