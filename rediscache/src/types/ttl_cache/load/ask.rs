//! One who asks for a value: it is there, another brings it, or a load is begun.

use std::any::TypeId;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use tokio::runtime::Handle;
use tracing::{Instrument, Span};

use super::at::{At, Seen, Want};
use super::error::LoadError;
use super::future::GetOrLoad;
use super::loaded::Loaded;
use super::loader::Loader;
use super::nested::Loading;
use super::run::{Lease, Run};
use crate::bounds::Value;
use crate::codec::Codec;
use crate::error::{Error, ErrorKind, Result};
use crate::refusal::{config, interrupted};
use crate::session::{Brought, Joined, LoadCounts, LoadKind, LoadUnderWay, Outcome};
use crate::store::Wanted;
use crate::types::object::{Object, span};
use crate::types::ttl_cache::options::Options;

const OPERATION: &str = "get_or_load";

/// One call of `get_or_load`.
pub(in crate::types::ttl_cache) struct Ask<V, C, L, R, E> {
    object: Object,
    options: Options,
    /// Until it is asked.
    loader: Option<L>,
    /// Around the call, for the loader.
    span: Span,
    types: Types<V, C, R, E>,
}

/// Holds none of them.
type Types<V, C, R, E> = PhantomData<fn() -> (V, C, R, E)>;

type Answer<V, E> = std::result::Result<V, LoadError<E>>;

impl<V, C, L, F, R, E> Ask<V, C, L, R, E>
where
    V: Value,
    C: Codec,
    L: FnOnce() -> F + Send + 'static,
    F: Future<Output = std::result::Result<R, E>> + Send + 'static,
    R: Into<Loaded<V>> + 'static,
    E: Send + Sync + 'static,
{
    pub(in crate::types::ttl_cache) fn new(object: Object, options: Options, loader: L) -> Self {
        Self { object, options, loader: Some(loader), span: Span::none(), types: PhantomData }
    }

    /// Asks for the value of a key in its stored form, with a span around it and errors of the cache told where they happened.
    pub(in crate::types::ttl_cache) fn about(mut self, key: Result<Vec<u8>>) -> GetOrLoad<V, E> {
        GetOrLoad::of(async move {
            self.span = Span::current();
            let (span, namespace) = (span(OPERATION, self.object.namespace()), self.object.name().clone());
            self.call(key).instrument(span).await.map_err(|error| match error {
                LoadError::Cache(error) => LoadError::Cache(error.during(OPERATION, Some(namespace.as_str()))),
                LoadError::Load(error) => LoadError::Load(error),
            })
        })
    }

    async fn call(mut self, key: Result<Vec<u8>>) -> Answer<V, E> {
        let mut at = At::of(&self.object, &self.options, &key?)?;
        loop {
            let want = match at.find::<V, C>(&self.options).await? {
                Seen::Value(value, ahead) => {
                    if let Some(left) = ahead {
                        self.load_ahead(&at, left);
                    }
                    return Ok(value);
                }
                Seen::Missing(want) => want,
            };
            // Rare, and large: kept out of the futures of those who find what they ask for.
            if let Some(value) = Box::pin(self.miss(&at, want)).await? {
                return Ok(value);
            }
        }
    }

    /// What a load brings; `None` when it is of no use, and there is another value or another load now.
    async fn miss(&mut self, at: &At, want: Want) -> Answer<Option<V>, E> {
        LoadCounts::add(&at.counts.misses);
        match at.loads().join(&at.entry, Self::kind(&self.object)) {
            Joined::First(load) => {
                let wait = load.wait();
                at.target.store()?.move_if_stuck().await;
                self.start(at, load, want)?;
                let outcome = at.outcome(wait).await.ok_or_else(interrupted)?;
                Self::take(at, &outcome).await?.map(Some).ok_or_else(|| changed().into())
            }
            Joined::Shares(wait) => {
                LoadCounts::add(&at.counts.shared);
                match at.outcome(wait).await {
                    // Where the store is away, nobody knows better.
                    Some(outcome) if outcome.is_for(at.asked) || want.is_away => Self::take(at, &outcome).await,
                    _ => Ok(None),
                }
            }
            Joined::Waits(wait) => {
                at.outcome(wait).await;
                Ok(None)
            }
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
        let run = Run {
            at: self.object.on(session).target()?,
            entry: at.entry.clone(),
            options: self.options,
            budget: at.budget,
            counts: Arc::clone(&at.counts),
            wanted: want.wanted,
            above: want.above,
            lease: if want.is_away { Lease::Nowhere } else { Lease::Wanted },
        };
        at.target.store()?.spawn(run.run(load, loader));
        Ok(())
    }

    /// What a load brought.
    async fn take(at: &At, outcome: &Outcome) -> Answer<Option<V>, E> {
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

fn no_runtime() -> Error {
    config("a loader runs in a task of its own: await this in a tokio runtime")
}

/// What was not there when it was looked for is, and cannot be read.
fn changed() -> Error {
    Error::new(ErrorKind::Decode, "what another program stored meanwhile cannot be read and was left where it is")
}
