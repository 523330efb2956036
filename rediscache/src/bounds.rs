use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type that can be a key: any that serde can write and read, and that is `Eq` and `Hash`.
///
/// There is nothing to implement by hand. Floats are not `Eq`, so that they cannot be keys.
pub trait Key: Serialize + DeserializeOwned + Eq + Hash + 'static {}

impl<T: Serialize + DeserializeOwned + Eq + Hash + 'static> Key for T {}

/// A type that can be a value: any that serde can write and read.
///
/// There is nothing to implement by hand.
pub trait Value: Serialize + DeserializeOwned + 'static {}

impl<T: Serialize + DeserializeOwned + 'static> Value for T {}
