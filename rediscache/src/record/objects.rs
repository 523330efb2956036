//! What each namespace holds: put on record behind the first write of an object, in the hash `$objects`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::namespace::{NamespaceRecord, ObjectEntry};
use super::written::{NotedKey, WrittenObject};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Compared, OpenStore, Store, WeakStore};
use crate::swept::SweptMap;

/// For how long an object that was put on record is not looked for there: it can be evicted, or flushed with all data.
const CONFIRMED_FOR: Duration = Duration::from_secs(60 * 60);

/// How long to wait after a failure.
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// How often the record is read again when others write it meanwhile.
const MOST_TRIES: usize = 8;

/// How many objects of one namespace are on record.
const MOST_OBJECTS: usize = 8;

/// The field for objects whose names are made at run time. No namespace begins with `$`.
const RUNTIME: &str = "$runtime";

/// How many of those are on record, each for all names that its types are used with.
const MOST_RUNTIME_OBJECTS: usize = 64;

/// What one session put on record under one prefix.
pub(crate) struct ObjectTable(Arc<NotedObjects>);

struct NotedObjects {
    /// The hash: namespace → what it holds, as JSON.
    key: String,
    /// Until when each is left alone.
    noted: RwLock<NotedUntil>,
    /// Whether the server does not let this user keep records.
    is_forbidden: AtomicBool,
}

/// Names that a program makes up as it goes do not pile up.
type NotedUntil = SweptMap<NotedKey, Instant, 1024>;

impl WrittenObject<'_> {
    /// The field it is kept under, how many objects are kept there, and what is kept of it.
    fn record(&self) -> (String, usize, ObjectEntry) {
        let mut entry = ObjectEntry::new(self.types, self.version);
        entry.program = self.program;
        match self.namespace.constant_part() {
            Some(name) => (name.to_owned(), MOST_OBJECTS, entry),
            None => {
                entry.namespace = Some(self.namespace.as_str().to_owned());
                (RUNTIME.to_owned(), MOST_RUNTIME_OBJECTS, entry)
            }
        }
    }
}

impl ObjectTable {
    pub(crate) fn new(key: String) -> Self {
        Self(Arc::new(NotedObjects { key, noted: RwLock::default(), is_forbidden: AtomicBool::new(false) }))
    }

    /// The hash.
    pub(crate) fn key(&self) -> &str {
        &self.0.key
    }

    /// Puts an object on record, unless that was done lately: behind the write that it is called by, and whatever becomes
    /// of it.
    #[inline]
    pub(crate) fn note(&self, store: &OpenStore, object: WrittenObject<'_>, now: Instant) {
        let key = object.key();
        if !self.0.is_noted(&key, now) {
            self.begin(store, key, object, now);
        }
    }

    #[cold]
    fn begin(&self, store: &OpenStore, key: NotedKey, object: WrittenObject<'_>, now: Instant) {
        let known = {
            let mut noted = self.0.noted_mut();
            noted.sweep(|until| now < *until);
            noted.insert(key, now + CONFIRMED_FOR)
        };
        if known.is_some_and(|until| now < until) || store.is_closed() {
            return;
        }
        let (inner, weak) = (Arc::clone(&self.0), store.downgrade());
        let (namespace, WrittenObject { types, version, program, .. }) = (object.namespace.clone(), object);
        store.while_closing().run_aside(async move {
            let object = WrittenObject { namespace: &namespace, types, version, program };
            inner.put(&weak, key, object).await;
        });
    }
}

impl NotedObjects {
    fn is_noted(&self, key: &NotedKey, now: Instant) -> bool {
        self.is_forbidden.load(Ordering::Relaxed)
            || self.noted.read().unwrap_or_else(PoisonError::into_inner).get(key).is_some_and(|until| now < *until)
    }

    fn noted_mut(&self) -> RwLockWriteGuard<'_, NotedUntil> {
        self.noted.write().unwrap_or_else(PoisonError::into_inner)
    }

    async fn put(&self, store: &WeakStore, noted: NotedKey, object: WrittenObject<'_>) {
        let Some(opened) = store.upgrade() else { return };
        let ((field, most, entry), mut closing) = (object.record(), opened.closing());
        let merged = tokio::select! {
            biased;
            merged = self.merge(&opened, &field, &entry, most) => merged,
            // It must not hold up whoever closes the session.
            _ = closing.changed() => return,
        };
        match merged {
            Ok(()) => {}
            Err(error) if is_final(&error) => {
                if !self.is_forbidden.swap(true, Ordering::Relaxed) {
                    let key = &self.key;
                    tracing::warn!(key, %error, "what namespaces hold cannot be put on record: it is done without");
                }
            }
            Err(error) => {
                let key = &self.key;
                tracing::debug!(key, %error, "what a namespace holds was not put on record; a later write tries again");
                self.noted_mut().insert(noted, Instant::now() + RETRY_AFTER);
            }
        }
    }

    /// Adds an object to what is on record of its namespace, and leaves alone what others write meanwhile.
    async fn merge(&self, opened: &OpenStore, field: &str, entry: &ObjectEntry, most: usize) -> Result<()> {
        let mut stored = opened.get()?.hashes().get(&self.key, field.as_bytes()).await?;
        for _ in 0..MOST_TRIES {
            let record = stored.as_deref().map(NamespaceRecord::read).unwrap_or_default();
            let Some(new) = record.with(entry, seconds_since_1970(), most) else { return Ok(()) };
            stored = match self.swap(opened.get()?, field, stored.as_deref(), &new).await? {
                Compared::Equal => return Ok(()),
                Compared::Different(other) => Some(other),
                Compared::Absent => None,
            };
        }
        Ok(())
    }

    async fn swap(&self, store: &Store, field: &str, old: Option<&[u8]>, new: &[u8]) -> Result<Compared> {
        let (hashes, field) = (store.hashes(), field.as_bytes());
        match old {
            Some(old) => hashes.compare_and_swap(&self.key, field, old, Some(new)).await,
            None if hashes.set_if_absent(&self.key, field, new).await? => Ok(Compared::Equal),
            None => Ok(hashes.get(&self.key, field).await?.map_or(Compared::Absent, Compared::Different)),
        }
    }
}

/// Whether it will be the same again: the user may not do it, or the key is somebody else's.
fn is_final(error: &Error) -> bool {
    let is_refused = matches!(error.kind(), ErrorKind::Server | ErrorKind::Unsupported | ErrorKind::WrongType);
    is_refused && !error.is_retryable()
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
