//! One entry.

use super::RedisTtlCache;
use super::name::entry_name;
use crate::bounds::{Key, Value};
use crate::codec::{Codec, EncodedKey, append_new, encode};
use crate::error::Result;
use crate::lend::Lend;
use crate::types::operation::Operation;
use crate::types::value::encode_value;

impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// The value of `key`; `None` where there is none.
    pub fn get(&self, key: impl Lend<K>) -> Operation<Option<V>> {
        let (stored, options) = (EncodedKey::of::<C, K>(&key), self.options);
        Operation::reading(&self.object, "get", move |at| async move {
            options.check()?;
            let name = entry_name(&at.key, stored?.as_slice());
            let stored = at.store()?.entries().get(&name, options.life).await?;
            at.read::<V, C>(stored).await
        })
    }

    /// Stores `value`, whatever was there.
    pub fn set(&self, key: impl Lend<K>, value: impl Lend<V>) -> Operation<()> {
        let (stored, options) = (Self::new_key(&key), self.options);
        let value = encode_value::<C, V>(&value, self.object.meaning);
        Operation::new(&self.object, "set", move |mut at| async move {
            options.check()?;
            let name = entry_name(&at.key, &stored?);
            let value = value?.ready(&mut at).await?;
            at.store()?.entries().set(&name, &value, options.life).await
        })
    }

    /// Removes `key`; `false` where there was nothing.
    pub fn delete(&self, key: impl Lend<K>) -> Operation<bool> {
        let (stored, options) = (encode::<C, K>(&key), self.options);
        Operation::new(&self.object, "delete", move |at| async move {
            options.check()?;
            at.store()?.entries().delete(&entry_name(&at.key, &stored?), options.life).await
        })
    }

    /// The stored form of a key that is to be stored.
    pub(super) fn new_key(key: &impl Lend<K>) -> Result<Vec<u8>> {
        let mut stored = Vec::new();
        append_new::<C, K>(key, &mut stored)?;
        Ok(stored)
    }
}
