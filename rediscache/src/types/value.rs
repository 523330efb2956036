//! Values on their way into a store, and out of one.

use std::fmt;
use std::marker::PhantomData;

use tokio::time::Instant;

use super::object::{Target, none_if_unreadable};
use crate::bounds::{Key, Value};
use crate::codec::{
    Codec, KnownSchema, Meaning, Shapes, append, append_new, append_value, decode_owned_value, decode_value,
    describe_value, fingerprint_of,
};
use crate::error::Result;
use crate::lend::Lend;
use crate::number::Number;
use crate::record::ShapeTable;
use crate::refusal::no_numbers;
use crate::session::LoadedBytes;
use crate::shape::{Fingerprint, Schema};
use crate::store::{Increment, Packed};

/// Values that were encoded, and what whoever reads them has to know.
pub(super) struct Encoded<B> {
    pub(super) bytes: B,
    pub(super) schema: Option<&'static Schema>,
}

/// Encoded values that can be turned into such as tell their shape themselves.
pub(super) trait Describe: Sized {
    fn described(self, schema: &Schema) -> Result<Self>;

    /// How many bytes the values have.
    fn bytes(&self) -> usize;
}

impl<B: Describe> Encoded<B> {
    /// What is to be sent, when the shape is kept. Where it may not be, the values tell it themselves.
    pub(super) async fn ready(self, at: &mut Target) -> Result<B> {
        let (now, connections) = (Instant::now(), at.store()?.connections_made());
        at.counts().wrote(self.bytes.bytes());
        if let Some(schema) = self.schema {
            at.rely_on(schema, connections);
        }
        if at.write_kind(self.schema, connections).is_settled(now) {
            return Ok(self.bytes);
        }
        // Rare, and large: in the futures of all writes it would take them beyond what `malloc` keeps at hand.
        Box::pin(self.settle(at, connections, now)).await
    }

    async fn settle(self, at: &Target, connections: u64, now: Instant) -> Result<B> {
        at.note(now);
        if let Some(schema) = self.schema
            && !at.shapes().keep(at.store()?, schema).await?
        {
            return self.bytes.described(schema);
        }
        at.write_kind(self.schema, connections).settle(now);
        Ok(self.bytes)
    }
}

/// The stored form of one value.
pub(super) fn encode_value<C: Codec, V: Value>(value: &impl Lend<V>, meaning: Meaning) -> Result<Encoded<Vec<u8>>> {
    let mut bytes = Vec::new();
    let schema = append_value::<C, V>(value, meaning.version, &mut bytes)?;
    Ok(Encoded { bytes, schema })
}

/// A key and its value, encoded end to end.
pub(super) struct EncodedEntry {
    bytes: Vec<u8>,
    split: usize,
}

/// The stored form of a key and its value, in one buffer.
pub(super) fn encode_entry<C: Codec, K: Key, V: Value>(
    key: &impl Lend<K>,
    value: &impl Lend<V>,
    meaning: Meaning,
) -> Result<Encoded<EncodedEntry>> {
    // Enough for a number and a small struct, so that most entries take one allocation.
    let mut bytes = Vec::with_capacity(96);
    append_new::<C, K>(key, &mut bytes)?;
    let split = bytes.len();
    let schema = append_value::<C, V>(value, meaning.version, &mut bytes)?;
    Ok(Encoded { bytes: EncodedEntry { bytes, split }, schema })
}

impl Describe for EncodedEntry {
    /// The key stays as it is.
    fn described(mut self, schema: &Schema) -> Result<Self> {
        let value = describe_value(self.value(), schema)?;
        self.bytes.truncate(self.split);
        self.bytes.extend_from_slice(&value);
        Ok(self)
    }

    #[inline]
    fn bytes(&self) -> usize {
        self.value().len()
    }
}

impl EncodedEntry {
    pub(super) fn field(&self) -> &[u8] {
        &self.bytes[..self.split]
    }

    pub(super) fn value(&self) -> &[u8] {
        &self.bytes[self.split..]
    }

    /// What adds the value, which is a number.
    pub(super) fn increment<C: Codec, V: Number>(&self) -> Result<Increment> {
        Increment::by(self.value(), C::NUMBERS.ok_or_else(no_numbers)?, V::KIND.0)
    }
}

/// The stored forms of keys.
pub(super) fn pack_keys<C: Codec, K: Key, A: Lend<K>>(keys: impl IntoIterator<Item = A>) -> Result<Packed> {
    let mut packed = Packed::default();
    for key in keys {
        packed.push_with(|out| append::<C, K>(&key, out))?;
    }
    Ok(packed)
}

/// Keys and values in turn.
pub(super) struct PackedPairs(pub(super) Packed);

/// The stored forms of keys and their values.
pub(super) fn pack_pairs<C: Codec, K: Key, V: Value, A: Lend<K>, B: Lend<V>>(
    pairs: impl IntoIterator<Item = (A, B)>,
    meaning: Meaning,
) -> Result<Encoded<PackedPairs>> {
    let (mut packed, mut schema, version) = (Packed::default(), None, meaning.version);
    for (key, value) in pairs {
        packed.push_with(|out| append_new::<C, K>(&key, out))?;
        schema = schema.or(packed.push_with(|out| append_value::<C, V>(&value, version, out))?);
    }
    Ok(Encoded { bytes: PackedPairs(packed), schema })
}

impl Describe for PackedPairs {
    fn described(self, schema: &Schema) -> Result<Self> {
        let mut pairs = Packed::default();
        for (at, part) in self.0.iter().enumerate() {
            if at % 2 == 0 { pairs.push(part) } else { pairs.push(&describe_value(part, schema)?) }
        }
        Ok(Self(pairs))
    }

    fn bytes(&self) -> usize {
        self.0.iter().skip(1).step_by(2).map(<[u8]>::len).sum()
    }
}

impl Describe for Vec<u8> {
    fn described(self, schema: &Schema) -> Result<Self> {
        describe_value(&self, schema)
    }

    fn bytes(&self) -> usize {
        self.len()
    }
}

/// All of them.
impl Describe for Packed {
    fn described(self, schema: &Schema) -> Result<Self> {
        self.iter().map(|value| describe_value(value, schema)).collect()
    }

    fn bytes(&self) -> usize {
        Self::bytes(self)
    }
}

/// Reads the values of one call.
pub(super) struct Reader<'a, V, C> {
    shapes: &'a dyn Shapes,
    at: &'a Target,
    types: PhantomData<fn() -> (V, C)>,
}

impl Target {
    /// The shapes that these values take and that are not known yet.
    pub(super) fn unknown_shapes<C: Codec>(&self, stored: impl IntoIterator<Item: AsRef<[u8]>>) -> Vec<Fingerprint> {
        let mut wanted = stored.into_iter().filter_map(|stored| fingerprint_of::<C>(stored.as_ref())).peekable();
        if wanted.peek().is_some() { self.shapes().unknown(wanted) } else { Vec::new() }
    }

    /// What reads values, when the shapes are looked up that were not known.
    pub(super) async fn reader<V: Value, C: Codec>(&self, unknown: Vec<Fingerprint>) -> Result<Reader<'_, V, C>> {
        self.learn::<V>(unknown).await?;
        Ok(self.knowing_reader())
    }

    /// Looks up shapes that were not known.
    pub(super) async fn learn<V: Value>(&self, unknown: Vec<Fingerprint>) -> Result<()> {
        if !unknown.is_empty() {
            let (own, store) = (Schema::of::<V>(self.meaning.version), self.open_store().while_closing());
            // Large and rare: kept out of the futures of all reads.
            Box::pin(self.shapes().learn(store, own, unknown)).await?;
        }
        Ok(())
    }

    /// What reads values whose shapes were looked up.
    pub(super) fn knowing_reader<V, C>(&self) -> Reader<'_, V, C> {
        self.reader_by(self.shapes())
    }

    fn reader_by<'a, V, C>(&'a self, shapes: &'a dyn Shapes) -> Reader<'a, V, C> {
        Reader { shapes, at: self, types: PhantomData }
    }

    /// Reads one value that was asked for, if there is one.
    pub(super) fn read<V: Value, C: Codec>(
        &self,
        stored: Option<Vec<u8>>,
    ) -> impl Future<Output = Result<Option<V>>> + Send {
        self.counts().asked(stored.as_ref().map(Vec::len));
        self.read_uncounted::<V, C>(stored)
    }

    async fn read_uncounted<V: Value, C: Codec>(&self, stored: Option<Vec<u8>>) -> Result<Option<V>> {
        let mut known = None;
        if let Some(fingerprint) = stored.as_deref().and_then(fingerprint_of::<C>) {
            known = self.shapes().find(fingerprint);
            if known.is_none() {
                self.learn::<V>(vec![fingerprint]).await?;
                known = self.shapes().find(fingerprint);
            }
        }
        self.reader_by::<V, C>(&known).take(stored)
    }

    /// Reads what a loader of this process brought, or another found in the store.
    pub(super) async fn read_loaded<V: Value, C: Codec>(&self, loaded: &LoadedBytes) -> Result<Option<V>> {
        match loaded.schema {
            // The store need not be asked for the shape, and cannot be while it is away.
            Some(schema) => {
                let shape = Some(KnownSchema::Own(schema));
                self.reader_by::<V, C>(&shape).decode(&loaded.bytes).map(Some)
            }
            None => self.read_uncounted::<V, C>(Some(loaded.bytes.clone())).await,
        }
    }

    /// Whether `stored` is another form of the value whose stored form is `today`. What would lose something is not.
    pub(super) async fn is_form_of<V: Value, C: Codec>(&self, stored: &[u8], today: &[u8]) -> Result<bool> {
        let reader = self.reader::<V, C>(self.unknown_shapes::<C>([stored])).await?;
        let value = reader.read_whole(stored).ok().flatten();
        let again = value.and_then(|value| encode_value::<C, V>(&value, self.meaning).ok());
        Ok(again.is_some_and(|again| again.bytes == today && C::is_whole(stored, &again.bytes)))
    }

    fn shapes(&self) -> &ShapeTable {
        self.session.state().shapes(self.is_global)
    }
}

impl<V: Value, C: Codec> Reader<'_, V, C> {
    /// The value, if there is one; where what cannot be read is taken for absent, `None` for that, too.
    pub(super) fn read_if_any(&self, stored: Option<&[u8]>) -> Result<Option<V>> {
        self.at.counts().asked(stored.map(<[u8]>::len));
        none_if_unreadable(self.at.unreadable_is_absent, stored.map(|stored| self.decode(stored)).transpose())
    }

    /// As [`read_if_any`](Self::read_if_any), of bytes that nobody needs any more.
    #[inline]
    pub(super) fn take_if_any(&self, stored: Option<Vec<u8>>) -> Result<Option<V>> {
        self.at.counts().asked(stored.as_ref().map(Vec::len));
        self.take(stored)
    }

    #[inline]
    fn take(&self, stored: Option<Vec<u8>>) -> Result<Option<V>> {
        let take = |stored| decode_owned_value::<C, V>(stored, &self.at.meaning, self.shapes);
        none_if_unreadable(self.at.unreadable_is_absent, stored.map(take).transpose())
    }

    /// A value that is there.
    pub(super) fn read(&self, stored: &[u8]) -> Result<V> {
        self.at.counts().read(stored.len());
        self.decode(stored)
    }

    fn decode(&self, stored: &[u8]) -> Result<V> {
        decode_value::<C, V>(stored, &self.at.meaning, self.shapes).map(|decoded| decoded.value)
    }

    /// The value, unless it would lose something of what is stored.
    pub(super) fn read_whole(&self, stored: &[u8]) -> Result<Option<V>> {
        let decoded = decode_value::<C, V>(stored, &self.at.meaning, self.shapes)?;
        Ok((!decoded.is_lossy).then_some(decoded.value))
    }
}

impl<V, C> fmt::Debug for Reader<'_, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("meaning", &self.at.meaning).finish_non_exhaustive()
    }
}
