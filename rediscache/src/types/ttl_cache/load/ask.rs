//! One who asks for a value: it is there, another brings it, or a load is begun.

use std::any::TypeId;
use std::future::Future;
use std::marker::PhantomData;
use std::mem;
use std::sync::Arc;

use tokio::runtime::Handle;
use tracing::{Instrument, Span};

use super::at::{At, SeenValue, Want};
use super::error::LoadError;
use super::future::{GetOrLoad, Prepared};
use super::loaded::Loaded;
use super::loader::Loader;
use super::nested::Loading;
use super::run::{LoadLease, LoadRun};
use crate::bounds::Value;
use crate::codec::{Codec, EncodedKey};
use crate::error::{Error, ErrorKind, Result};
use crate::refusal::{config, interrupted};
use crate::session::{Brought, Joined, LoadCounts, LoadKind, LoadOutcome, LoadUnderWay};
use crate::store::Wanted;
use crate::types::measured::Measured;
use crate::types::object::{Object, span, tell_failure};
use crate::types::ttl_cache::options::Options;
use crate::types::ttl_cache::reads::LoadReads;

const OPERATION: &str = "get_or_load";

/// One call of `get_or_load`.
pub(in crate::types::ttl_cache) struct LoadCall<V, C, L, R, E> {
    object: Object,
    options: Options,
    /// Until it is asked for.
    key: Result<EncodedKey>,
    /// How this process keeps what is read, if it does.
    kept: Option<LoadReads<V>>,
    /// Until it is asked.
    loader: Option<L>,
    /// Around the call, for the loader.
    span: Span,
    types: LoadTypes<V, C, R, E>,
}

/// Holds none of them.
type LoadTypes<V, C, R, E> = PhantomData<fn() -> (V, C, R, E)>;

type LoadResult<V, E> = std::result::Result<V, LoadError<E>>;

impl<V, C, L, F, R, E> LoadCall<V, C, L, R, E>
where
    V: Value,
    C: Codec,
    L: FnOnce() -> F + Send + 'static,
    F: Future<Output = std::result::Result<R, E>> + Send + 'static,
    R: Into<Loaded<V>> + 'static,
    E: Send + Sync + 'static,
{
    #[inline]
    pub(in crate::types::ttl_cache) fn new(
        object: Object,
        options: Options,
        key: Result<EncodedKey>,
        kept: Option<LoadReads<V>>,
        loader: L,
    ) -> Self {
        Self { object, options, key, kept, loader: Some(loader), span: Span::none(), types: PhantomData }
    }

    /// The call as a future, which looks first whether this process keeps the value.
    #[inline]
    pub(in crate::types::ttl_cache) fn prepared(self) -> GetOrLoad<V, E> {
        if self.kept.is_some() { GetOrLoad::looking(Box::new(self)) } else { self.begin() }
    }

    /// Asks for the value, with a span around it and errors of the cache told where they happened.
    fn begin(mut self) -> GetOrLoad<V, E> {
        GetOrLoad::of(async move {
            self.span = Span::current();
            let (span, mut measured) = (span(OPERATION, self.object.name(), || self.object.session()), None);
            let outcome = self.call(&mut measured).instrument(span.clone()).await;
            let failure = outcome.as_ref().err().and_then(LoadError::cache);
            tell_failure(&span, failure);
            if let Some(measured) = measured {
                measured.end_with(OPERATION, failure.map(Error::kind));
            }
            outcome.map_err(|error| match error {
                LoadError::Cache(error) => LoadError::Cache(error.during(OPERATION, Some(self.object.namespace()))),
                LoadError::Load(error) => LoadError::Load(error),
            })
        })
    }

    async fn call(&mut self, measured: &mut Option<Measured>) -> LoadResult<V, E> {
        let key = mem::replace(&mut self.key, Ok([].as_slice().into()))?;
        let mut at = At::of(&mut self.object, &self.options, key)?;
        *measured = Some(Measured::begin(&at.target));
        loop {
            let want = match at.find::<V, C>(&self.object, &self.options, self.kept.as_ref()).await? {
                SeenValue::Value(value, ahead) => {
                    if let Some(left) = ahead {
                        self.load_ahead(&at, left);
                    }
                    return Ok(value);
                }
                SeenValue::Missing(want) => want,
            };
            // Rare, and large: kept out of the futures of those who find what they ask for.
            if let Some(value) = Box::pin(self.miss(&at, want)).await? {
                return Ok(value);
            }
        }
    }

    /// What a load brings; `None` when it is of no use, and there is another value or another load now.
    async fn miss(&mut self, at: &At, want: Want) -> LoadResult<Option<V>, E> {
        LoadCounts::add(&at.counts.misses);
        match at.loads().join(&at.entry, Self::kind(&self.object)) {
            Joined::First(load) => {
                let wait = load.wait();
                at.target.store()?.move_if_stuck().await;
                self.start(at, load, want)?;
                let outcome = at.outcome(wait).await.ok_or_else(interrupted)?;
                self.keep_near(at);
                Self::take(at, &outcome).await?.map(Some).ok_or_else(|| changed().into())
            }
            Joined::Shares(wait) => {
                LoadCounts::add(&at.counts.shared);
                match at.outcome(wait).await {
                    // Also where the store is away: others may have written before this one asked.
                    Some(outcome) if outcome.is_for(at.asked) => Self::take(at, &outcome).await,
                    _ => Ok(None),
                }
            }
            Joined::Waits(wait) => {
                at.outcome(wait).await;
                Ok(None)
            }
        }
    }

    /// Has this process keep what it loaded. Nobody waits for it.
    fn keep_near(&self, at: &At) {
        let Some(reads) = self.kept else { return };
        let (object, key) = (self.object.on(&at.target.session), at.key.clone());
        if let (Ok(store), Ok(target)) = (at.target.store(), object.clone().target()) {
            store.run_aside(async move {
                let kept = reads.bring(&target, &object, key).await;
                kept.unwrap_or_else(|error| tracing::debug!(%error, "what was loaded is not kept in this process"));
            });
        }
    }

    /// Loads anew for those who come later, unless another does. Nobody waits for it.
    fn load_ahead(&mut self, at: &At, left: i64) {
        if at.loads().is_resting(&at.entry) {
            return;
        }
        if let Joined::First(load) = at.loads().join(&at.entry, Self::kind(&self.object)) {
            let want = Want { wanted: Wanted::Ahead, above: left, is_away: false };
            let started = self.start(at, load, want);
            started.unwrap_or_else(|error| tracing::debug!(%error, "nothing was loaded ahead"));
        }
    }

    /// Has the loader asked by a task of its own.
    fn start(&mut self, at: &At, load: LoadUnderWay, want: Want) -> Result<()> {
        let runtime = Handle::try_current().map_err(|_| no_runtime())?;
        let session = &at.target.session;
        let loading = Loading::of(session.state().near_caches.session(), &at.entry);
        let loader = self.loader.take().ok_or_else(interrupted)?;
        let loader = Loader::of::<V, C, _, _, _, _>(loader, (self.object.meaning, self.span.clone()), loading, runtime);
        let run = LoadRun {
            at: self.object.on(session).target()?,
            entry: at.entry.clone(),
            options: self.options,
            budget: at.budget,
            counts: Arc::clone(&at.counts),
            wanted: want.wanted,
            above: want.above,
            lease: if want.is_away { LoadLease::Nowhere } else { LoadLease::Wanted },
        };
        at.target.store()?.spawn(run.run(load, loader));
        Ok(())
    }

    /// What a load brought.
    async fn take(at: &At, outcome: &LoadOutcome) -> LoadResult<Option<V>, E> {
        match &outcome.brought {
            Brought::Value(loaded) => Ok(at.target.read_loaded::<V, C>(loaded).await?),
            Brought::Failure(error) => match Arc::clone(error).downcast() {
                Ok(error) => Err(LoadError::Load(error)),
                Err(_) => Ok(None),
            },
            Brought::Refusal(error) => Err(error.again().into()),
            Brought::Nothing => Ok(None),
        }
    }

    fn kind(object: &Object) -> LoadKind {
        let (value, error) = (TypeId::of::<(V, C)>(), TypeId::of::<E>());
        LoadKind { value, meaning: object.meaning.id(), error }
    }
}

impl<V, C, L, F, R, E> Prepared<V, E> for LoadCall<V, C, L, R, E>
where
    V: Value,
    C: Codec,
    L: FnOnce() -> F + Send + 'static,
    F: Future<Output = std::result::Result<R, E>> + Send + 'static,
    R: Into<Loaded<V>> + 'static,
    E: Send + Sync + 'static,
{
    fn look(&self) -> Option<V> {
        let (reads, key) = (self.kept.as_ref()?, self.key.as_ref().ok()?);
        reads.look(&self.object, key).flatten()
    }

    fn begin(self: Box<Self>) -> GetOrLoad<V, E> {
        (*self).begin()
    }
}

fn no_runtime() -> Error {
    config("a loader runs in a task of its own: await this in a tokio runtime")
}

/// What was not there when it was looked for is, and cannot be read.
fn changed() -> Error {
    Error::new(ErrorKind::Decode, "what another program stored meanwhile cannot be read and was left where it is")
}
