use std::collections::BTreeMap;
use std::fmt;

use rediscache::{Codec, CodecError, RedisCache, RedisSession};
use serde::de::value::BytesDeserializer;
use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes `value` under `field` of the hash of `namespace`, byte for byte, on any store.
///
/// # Panics
///
/// When the store refuses.
pub async fn poke(session: &RedisSession, namespace: &str, field: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
    let (field, value) = (RawBytes::from(field), RawBytes::from(value));
    raw_cache(session, namespace).set(field, value).await.expect("raw bytes can be written");
}

/// The bytes stored under `field` of the hash of `namespace`, on any store.
///
/// # Panics
///
/// When the store refuses.
pub async fn peek(session: &RedisSession, namespace: &str, field: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    let stored = raw_cache(session, namespace).get(RawBytes::from(field)).await;
    stored.expect("raw bytes can be read").map(|bytes| bytes.0)
}

/// All that is stored in the hash of `namespace`, fields and values byte for byte, on any store.
///
/// # Panics
///
/// When the store refuses.
pub async fn peek_all(session: &RedisSession, namespace: &str) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let stored = raw_cache(session, namespace).items().await.expect("raw bytes can be read");
    stored.into_iter().map(|(field, value)| (field.0, value.0)).collect()
}

/// The hash of `namespace` as it is stored, with the global namespace of `session`.
pub fn raw_cache(session: &RedisSession, namespace: &str) -> RedisCache<RawBytes, RawBytes, Raw> {
    RedisCache::with_namespace(namespace).on(session)
}

/// The codec of [`RawBytes`], and of nothing else: what is stored is the bytes.
#[derive(Clone, Copy, Debug)]
pub struct Raw;

impl Codec for Raw {
    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
        // The shortest way from an unknown type to its bytes: serde_json writes them as an array of numbers.
        let numbers = serde_json::to_vec(value)?;
        out.extend(serde_json::from_slice::<Vec<u8>>(&numbers)?);
        Ok(())
    }

    fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, CodecError> {
        let bytes = T::deserialize(BytesDeserializer::<serde::de::value::Error>::new(stored))?;
        Ok(bytes)
    }
}

/// Bytes as they are stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RawBytes(pub Vec<u8>);

impl<T: AsRef<[u8]>> From<T> for RawBytes {
    fn from(bytes: T) -> Self {
        Self(bytes.as_ref().to_vec())
    }
}

impl Serialize for RawBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for RawBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(BytesVisitor)
    }
}

struct BytesVisitor;

impl Visitor<'_> for BytesVisitor {
    type Value = RawBytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<RawBytes, E> {
        Ok(RawBytes::from(bytes))
    }
}
