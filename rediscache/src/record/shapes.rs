//! The shapes of values: kept before the first value of each is written, and looked up by whoever reads one.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::found;
use crate::codec::{KnownSchema, Shapes};
use crate::error::{Error, ErrorKind, Result};
use crate::refusal;
use crate::shape::{Fingerprint, Schema};
use crate::store::{Packed, Store};

/// For how long a shape is taken to be kept. It can be evicted, or flushed with all data.
const CONFIRMED_FOR: Duration = Duration::from_secs(600);

/// How often a shape is tried to be kept, while answers are lost or others are faster.
const TRIES: usize = 2;

/// What one session knows of the shapes under one prefix.
pub(crate) struct ShapeTable {
    /// The hash: fingerprint → shape as JSON.
    key: String,
    known: RwLock<Known>,
    /// Another number, in this process, whenever something becomes known.
    edition: AtomicU64,
    /// Those that are being kept right now; whoever wants to keep one of them waits until that ends, or fails.
    under_way: Mutex<HashMap<Fingerprint, watch::Receiver<KeepingError>>>,
    /// Those that an event told of that they are not kept.
    warned_of: Mutex<HashSet<Fingerprint>>,
}

/// What went wrong, if anything did.
type KeepingError = Option<Error>;

type Known = HashMap<Fingerprint, KnownShape, foldhash::quality::RandomState>;

struct KnownShape {
    schema: KnownSchema,
    /// When it was last found out whether it is kept.
    seen: Option<Seen>,
}

#[derive(Clone, Copy)]
struct Seen {
    at: Instant,
    /// How many connections were made by then.
    connections: u64,
    is_kept: bool,
}

impl ShapeTable {
    pub(crate) fn new(key: String) -> Self {
        let edition = AtomicU64::new(next_edition());
        Self { key, known: RwLock::default(), edition, under_way: Mutex::default(), warned_of: Mutex::default() }
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a shape, unless that was done; whether values may rely on it. Where they may not, for lack of a right or since
    /// another shape has its fingerprint, they are to be written by names.
    pub(crate) async fn keep(&self, store: &Store, schema: &'static Schema) -> Result<bool> {
        loop {
            if let Some(is_kept) = self.is_kept(store, schema, Instant::now()) {
                return Ok(is_kept);
            }
            let (told, mut other) = self.begin(schema.fingerprint);
            if let Some(told) = told {
                let under_way = UnderWay { table: self, fingerprint: schema.fingerprint, told };
                return self.find_out(store, schema).await.inspect_err(|error| under_way.fail(error));
            }
            // Ends without a failure when the other one is done, or was dropped. What fails, fails for all: one after
            // another, they would wait many times as long as a call may take.
            let failed = async {
                let failed = other.wait_for(Option::is_some).await;
                Ok(failed.ok().map(|failure| failure.as_ref().map_or_else(refusal::unexpected, Error::again)))
            };
            // No longer than a call may take: the other one is in hands that may not poll it.
            if let Some(error) = Box::pin(store.in_time(failed)).await.map_err(Error::without_effect)? {
                return Err(error);
            }
        }
    }

    async fn find_out(&self, store: &Store, schema: &'static Schema) -> Result<bool> {
        // Another one may just have ended.
        if let Some(is_kept) = self.is_kept(store, schema, Instant::now()) {
            return Ok(is_kept);
        }
        let connections = store.connections_made();
        let (known, is_kept) = self.send(store, schema).await?;
        let is_own = known.is(schema);
        self.insert(known, Some(Seen { at: Instant::now(), connections, is_kept }));
        Ok(is_kept && is_own)
    }

    /// Whether values may rely on a shape, where that was found out lately.
    fn is_kept(&self, store: &Store, schema: &'static Schema, now: Instant) -> Option<bool> {
        let known = self.known();
        let KnownShape { schema: known, seen } = known.get(&schema.fingerprint)?;
        let seen = (*seen)?;
        let is_fresh =
            seen.connections == store.connections_made() && now.saturating_duration_since(seen.at) < CONFIRMED_FOR;
        is_fresh.then(|| seen.is_kept && known.is(schema))
    }

    /// A sender for the one who is to keep the shape; others get its receiver.
    fn begin(&self, fingerprint: Fingerprint) -> (Option<watch::Sender<KeepingError>>, watch::Receiver<KeepingError>) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        match under_way.entry(fingerprint) {
            Entry::Occupied(other) => (None, other.get().clone()),
            Entry::Vacant(place) => {
                let (sender, receiver) = watch::channel(None);
                (Some(sender), place.insert(receiver).clone())
            }
        }
    }

    /// Sees to it that the shape is kept: what stands by its fingerprint, and whether that is kept.
    async fn send(&self, store: &Store, schema: &'static Schema) -> Result<(KnownSchema, bool)> {
        let name = schema.fingerprint.to_string();
        let kept = async {
            let hashes = store.hashes();
            for _ in 0..TRIES {
                if let Some(stored) = hashes.get(&self.key, name.as_bytes()).await? {
                    return Ok(Some(stored));
                }
                match hashes.set_if_absent(&self.key, name.as_bytes(), schema.json()).await {
                    Ok(true) => return Ok(None),
                    // Another one was faster.
                    Ok(false) => {}
                    // It may have been kept, which shows at the next look.
                    Err(error) if error.is_outcome_unknown() => {}
                    Err(error) => return Err(error),
                }
            }
            hashes.get(&self.key, name.as_bytes()).await?.map(Some).ok_or_else(refusal::unexpected)
        };
        match store.in_time(kept).await {
            Ok(Some(stored)) if stored != schema.json() => Ok(self.compared(schema, &stored)),
            Ok(_) => Ok((KnownSchema::Own(schema), true)),
            Err(error) if is_refused_for_good(&error) => {
                let key = &self.key;
                if self.is_first_warning(schema.fingerprint) {
                    tracing::warn!(key, %error, "shapes may not be kept: values are written by names, which takes more room");
                }
                Ok((KnownSchema::Own(schema), false))
            }
            Err(error) => Err(self.told(error, "the shape of the value could not be kept")),
        }
    }

    /// What stands by the fingerprint in other words.
    fn compared(&self, schema: &'static Schema, stored: &[u8]) -> (KnownSchema, bool) {
        let (key, fingerprint, other) = (&self.key, schema.fingerprint, read(stored, schema.fingerprint));
        let is_own = other.as_ref().is_some_and(|other| other.is(schema));
        if !is_own && self.is_first_warning(fingerprint) {
            tracing::warn!(key, %fingerprint, "another shape is kept by this fingerprint: values are written by names");
        }
        other.map_or((KnownSchema::Own(schema), false), |other| (other, true))
    }

    fn is_first_warning(&self, fingerprint: Fingerprint) -> bool {
        self.warned_of.lock().unwrap_or_else(PoisonError::into_inner).insert(fingerprint)
    }

    /// An error of a call on this hash, not on the namespace of the caller.
    fn told(&self, error: Error, what: &str) -> Error {
        let told = Error::new(error.kind(), format!("{what} in `{}`", self.key));
        let told = if error.is_retryable() { told.retryable() } else { told };
        told.because(error)
    }

    /// Makes known the shapes that values are read by. What is kept nowhere stays unknown, but for the reader's own.
    pub(crate) async fn learn(&self, store: &Store, own: &'static Schema, unknown: Vec<Fingerprint>) -> Result<()> {
        if unknown.is_empty() {
            return Ok(());
        }
        let (names, connections): (Packed, _) =
            (unknown.iter().map(ToString::to_string).collect(), store.connections_made());
        let stored = match store.hashes().get_many(&self.key, &names).await {
            Ok(stored) => stored,
            Err(error) if is_refused_for_good(&error) => vec![None; unknown.len()],
            Err(error) => return Err(self.told(error, "the shape of the value could not be looked up")),
        };
        for (fingerprint, stored) in unknown.into_iter().zip(stored) {
            match stored.and_then(|stored| read(&stored, fingerprint)) {
                Some(schema) => self.insert(schema, Some(Seen { at: Instant::now(), connections, is_kept: true })),
                None if fingerprint == own.fingerprint => self.insert(KnownSchema::Own(own), None),
                None => {}
            }
        }
        Ok(())
    }

    /// Those of the fingerprints that are to be learned.
    pub(crate) fn unknown(&self, wanted: impl Iterator<Item = Fingerprint>) -> Vec<Fingerprint> {
        let (known, mut last, mut unknown) = (self.known(), None, Vec::new());
        for fingerprint in wanted {
            // Most are of one shape.
            let is_new = last.replace(fingerprint) != Some(fingerprint) && !known.contains_key(&fingerprint);
            if is_new && !unknown.contains(&fingerprint) {
                unknown.push(fingerprint);
            }
        }
        unknown
    }

    fn insert(&self, schema: KnownSchema, seen: Option<Seen>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(schema.fingerprint, KnownShape { schema, seen });
        self.edition.store(next_edition(), Ordering::Release);
    }
}

impl Shapes for ShapeTable {
    fn find(&self, fingerprint: Fingerprint) -> Option<KnownSchema> {
        // Read before the table is: what is remembered by this number is no newer than what it stands for.
        let edition = self.edition.load(Ordering::Acquire);
        if let Some(schema) = found::recall(edition, fingerprint) {
            return Some(KnownSchema::Own(schema));
        }
        let known = self.known().get(&fingerprint)?.schema.clone();
        if let KnownSchema::Own(schema) = known {
            found::remember(edition, schema);
        }
        Some(known)
    }
}

fn next_edition() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

/// What is stored by that fingerprint, if it is that.
fn read(stored: &[u8], fingerprint: Fingerprint) -> Option<KnownSchema> {
    let schema = Schema::from_json(stored).filter(|schema| schema.fingerprint == fingerprint)?;
    Some(schema.own().map_or_else(|| KnownSchema::Foreign(Arc::new(schema)), KnownSchema::Own))
}

/// Whether this user may not do it, or the server cannot.
fn is_refused_for_good(error: &Error) -> bool {
    error.is_forbidden() || error.kind() == ErrorKind::Unsupported
}

/// While it lives, a shape is on its way.
struct UnderWay<'a> {
    table: &'a ShapeTable,
    fingerprint: Fingerprint,
    /// Dropped when it is done, which those who wait are told of.
    told: watch::Sender<KeepingError>,
}

impl UnderWay<'_> {
    /// Tells those who wait what went wrong.
    fn fail(&self, error: &Error) {
        self.told.send_replace(Some(error.again()));
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut under_way = self.table.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.remove(&self.fingerprint);
    }
}
