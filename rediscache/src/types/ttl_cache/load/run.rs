//! One load, from its lease to what those who wait are told. It runs in a task of its own, whoever leaves.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::FusedFuture;
use tokio::time::{Instant, sleep, timeout};

use super::at::away;
use super::budget::Budget;
use super::elsewhere::{AskedLease, end_when_back, end_when_granted, wait};
use super::loaded::Worth;
use super::loader::{Loader, LoaderEnd};
use crate::error::{Error, ErrorKind, Result};
use crate::refusal;
use crate::session::{Brought, LoadCounts, LoadUnderWay, LoadedBytes};
use crate::store::{Begun, Store, Token, Wanted};
use crate::types::object::Target;
use crate::types::ttl_cache::options::Options;
use crate::types::value::Encoded;

/// The longest that a loader is not asked again that fails each time.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long a session that is closed waits to end the lease of a load.
const CLOSING: Duration = Duration::from_secs(1);

/// One load.
pub(super) struct LoadRun {
    pub(super) at: Target,
    pub(super) entry: String,
    pub(super) options: Options,
    pub(super) budget: Budget,
    pub(super) counts: Arc<LoadCounts>,
    pub(super) wanted: Wanted,
    /// A value that lives for more milliseconds need not be loaded anew.
    pub(super) above: i64,
    pub(super) lease: LoadLease,
}

/// Whether what is loaded may be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoadLease {
    /// It was not asked for yet.
    Wanted,
    /// It was asked for, and may be granted before that is heard.
    Asked(Token),
    Held(Token),
    /// A write has ended it.
    Lost,
    /// The store is away, or full: nobody grants one.
    Nowhere,
}

/// What a load came to.
struct LoadEnd {
    brought: Brought,
    /// For whom it holds: those who asked before this step.
    holds: u64,
    /// How long there is no use in loading a stale entry anew.
    rest: Duration,
}

impl LoadRun {
    pub(super) async fn run(mut self, load: LoadUnderWay, loader: Loader) {
        // Whoever closes the session waits for this to be dropped.
        let mut closing = self.at.open_store().closing();
        let ended = tokio::select! {
            biased;
            _ = closing.wait_for(|closed| *closed) => None,
            end = self.carry_out(&load, loader) => Some(end),
        };
        // Also where it came to its end meanwhile: its last step may have been refused.
        if self.at.open_store().is_closed() {
            self.give_up().await;
        }
        let end = ended.unwrap_or_else(|| LoadEnd::for_all(Brought::Refusal(Arc::new(refusal::closed()))));
        load.end(end.brought, end.holds, end.rest);
    }

    async fn carry_out(&mut self, load: &LoadUnderWay, loader: Loader) -> LoadEnd {
        if self.lease == LoadLease::Wanted {
            match self.begin(load).await {
                Ok(None) => {}
                Ok(Some(end)) => return end,
                Err(error) => match self.without_lease(error) {
                    None => {}
                    Some(end) => return end,
                },
            }
        }
        let began = load.begin();
        LoadCounts::add(&self.counts.loads);
        self.at.counts().load();
        let asked = Instant::now();
        match self.ask(load, began, loader).await {
            Some(LoaderEnd::Brought(encoded, worth)) => {
                self.counts.note_time(asked.elapsed());
                let (bytes, schema) = (encoded.bytes.clone(), encoded.schema);
                // Where the lease stands at this step, no write came before it.
                let ending = load.begin();
                let holds = if self.keep(encoded, worth).await { ending } else { began };
                LoadEnd::of(Brought::Value(Arc::new(LoadedBytes { bytes, schema })), holds)
            }
            Some(LoaderEnd::Failed(error)) => self.fail(Brought::Failure(error)).await,
            Some(LoaderEnd::Refused(error)) => self.fail(Brought::Refusal(Arc::new(error))).await,
            // The runtime of who asked has ended; others ask their own loader.
            None => {
                self.give_up().await;
                LoadEnd::for_all(Brought::Nothing)
            }
        }
    }

    /// Goes on where the store grants no lease; what came of it where there is no use in that.
    fn without_lease(&mut self, error: Error) -> Option<LoadEnd> {
        if let LoadLease::Asked(token) = self.lease
            && may_stand(&error)
        {
            self.leave(token);
        }
        self.lease = LoadLease::Nowhere;
        if self.wanted == Wanted::Ahead {
            // Whoever asked has a value, and nothing could be stored.
            tracing::warn!(%error, "nobody can load a value anew");
            return Some(LoadEnd { rest: self.options.retry_after, ..LoadEnd::for_all(Brought::Nothing) });
        }
        if !self.bears(&error) {
            return Some(LoadEnd::for_all(Brought::Refusal(Arc::new(error))));
        }
        tracing::debug!(%error, "the store grants no lease, loading without one");
        None
    }

    /// Whether one loads where the store answers like this.
    fn bears(&self, error: &Error) -> bool {
        error.is_retryable() && !self.options.down_is_error
    }

    /// Takes the lease; what came of it where there is something else.
    async fn begin(&mut self, load: &LoadUnderWay) -> Result<Option<LoadEnd>> {
        let (token, mut hearing) = (Token::new(), None);
        loop {
            let began = load.begin();
            match self.ask_for_lease(token).await? {
                Begun::Leased(token) => {
                    self.lease = LoadLease::Held(token);
                    return Ok(None);
                }
                Begun::Fresh(value) => return Ok(Some(LoadEnd::found(value, began, Duration::ZERO))),
                Begun::Stale(rest, value) => return Ok(Some(LoadEnd::found(value, began, rest))),
                Begun::Held(left) if self.wanted == Wanted::Ahead => {
                    return Ok(Some(LoadEnd::found(None, began, left)));
                }
                Begun::Held(left) => match hearing.take() {
                    // Before it is seen for the last time that another has the lease.
                    // Where that fails for now, it is done without a lease: nobody would tell of its end.
                    None => {
                        let leases = asked(&self.at, &self.entry)?.leases();
                        hearing = Some(self.budget.spend(Box::pin(leases.hear(&self.entry))).await?);
                    }
                    // It is heard anew after that: a connection that came to its end, which all are told of, hears nothing more.
                    Some(mut hearing) => wait(&self.at, &self.entry, hearing.as_mut(), left).await,
                },
            }
        }
    }

    /// Asks for the lease once.
    async fn ask_for_lease(&mut self, token: Token) -> Result<Begun> {
        asked(&self.at, &self.entry)?;
        let (store, entry) = (self.at.open_store().clone(), self.entry.clone());
        let (wanted, lease, above) = (self.wanted, self.options.lease, self.above);
        let begin = async move { store.get()?.leases().begin(&entry, token, wanted, lease, above).await };
        let mut begin: AskedLease = begin.boxed().fuse();
        self.lease = LoadLease::Asked(token);
        let begun = self.budget.spend(&mut begin).await;
        if !begin.is_terminated() {
            // Its time is up. It may be granted yet.
            let store = self.at.store()?;
            store.spawn(end_when_granted(self.at.open_store().clone(), begin, self.end_when_back(token)));
            self.lease = LoadLease::Nowhere;
        } else if begun.is_ok() {
            self.lease = LoadLease::Wanted;
        }
        begun
    }

    /// Asks the loader, and keeps the lease meanwhile.
    async fn ask(&mut self, load: &LoadUnderWay, began: u64, loader: Loader) -> Option<LoaderEnd> {
        let (mut work, limit) = (loader.start(), self.options.load_timeout);
        let mut over = pin!(sleep(limit));
        tokio::select! {
            biased;
            end = &mut work => return end,
            () = &mut over => return Some(LoaderEnd::Refused(timed_out(limit))),
            () = self.renew() => {}
        }
        // Whoever asks from here on gets another load; those who asked before wait for this one.
        self.lease = LoadLease::Lost;
        load.leave(began);
        tokio::select! {
            biased;
            end = work => end,
            () = over => Some(LoaderEnd::Refused(timed_out(limit))),
        }
    }

    /// Renews the lease for as long as it stands.
    async fn renew(&self) {
        let LoadLease::Held(token) = self.lease else { return pending().await };
        loop {
            sleep(self.options.lease / 3).await;
            let Ok(store) = self.at.store() else { return pending().await };
            match store.leases().renew(&self.entry, token, self.options.lease).await {
                Ok(false) => return,
                Ok(true) => {}
                Err(error) => tracing::debug!(%error, "the lease of a load was not renewed"),
            }
        }
    }

    /// Stores what was loaded, if the lease stands; whether it did to the end, as far as is known.
    async fn keep(&mut self, encoded: Encoded<Vec<u8>>, worth: Worth) -> bool {
        let LoadLease::Held(token) = self.lease else { return false };
        let life = self.options.life;
        let kept = match worth {
            Worth::Nothing => return self.end_lease(token, Duration::ZERO).await.is_ok_and(|(stood, _)| stood),
            Worth::Usual => life.kept(),
            Worth::For(fresh) => life.lasting(fresh).kept(),
        };
        let Self { at, entry, budget, .. } = self;
        let stored = {
            let stored = pin!(async {
                asked(at, entry)?;
                let bytes = encoded.ready(at).await?;
                asked(at, entry)?.leases().store(entry, token, &bytes, kept).await
            });
            budget.spend(stored).await
        };
        match stored {
            Ok(stood) => stood,
            Err(error) => {
                tracing::warn!(%error, "what was loaded could not be stored");
                if may_stand(&error) {
                    self.leave(token);
                } else {
                    let _ = self.end_lease(token, Duration::ZERO).await;
                }
                false
            }
        }
    }

    /// Ends the lease of a load that failed.
    async fn fail(&mut self, brought: Brought) -> LoadEnd {
        LoadCounts::add(&self.counts.failures);
        let pause = self.options.retry_after;
        let rest = match self.lease {
            LoadLease::Held(token) => self.end_lease(token, pause).await.map_or(pause, |(_, rest)| rest),
            LoadLease::Wanted | LoadLease::Asked(_) | LoadLease::Lost | LoadLease::Nowhere => Duration::ZERO,
        };
        LoadEnd { rest, ..LoadEnd::for_all(brought) }
    }

    async fn end_lease(&mut self, token: Token, pause: Duration) -> Result<(bool, Duration)> {
        let ended = {
            let Self { at, entry, budget, .. } = &mut *self;
            let end = pin!(async { asked(at, entry)?.leases().end(entry, token, (pause, LONGEST_PAUSE)).await });
            budget.spend(end).await
        };
        // Also where it is refused for now: a server that takes no writes has it stay.
        if ended.as_ref().is_err_and(Error::is_retryable) {
            self.leave(token);
        }
        ended
    }

    /// Has the lease be ended when the server is back.
    fn leave(&self, token: Token) {
        if let Ok(store) = self.at.store() {
            store.spawn(self.end_when_back(token));
        }
    }

    /// What ends the lease then.
    fn end_when_back(&self, token: Token) -> impl Future<Output = ()> + use<> {
        end_when_back(self.at.open_store().downgrade(), self.entry.clone(), token, self.options.lease)
    }

    /// Leaves the load to the next one.
    async fn give_up(&self) {
        let (LoadLease::Held(token) | LoadLease::Asked(token)) = self.lease else { return };
        let leases = self.at.open_store().while_closing().leases();
        let ended = timeout(CLOSING, leases.end(&self.entry, token, (Duration::ZERO, LONGEST_PAUSE))).await;
        if !matches!(ended, Ok(Ok(_))) {
            tracing::debug!("the lease of a load that was given up ends in its time");
        }
    }
}

impl LoadEnd {
    fn of(brought: Brought, holds: u64) -> Self {
        Self { brought, holds, rest: Duration::ZERO }
    }

    /// What is nothing that could be old.
    fn for_all(brought: Brought) -> Self {
        Self::of(brought, u64::MAX)
    }

    /// What is in the store.
    fn found(value: Option<Vec<u8>>, holds: u64, rest: Duration) -> Self {
        let brought =
            value.map_or(Brought::Nothing, |bytes| Brought::Value(Arc::new(LoadedBytes { bytes, schema: None })));
        Self { rest, ..Self::of(brought, holds) }
    }
}

/// The store, unless it is known to be away.
fn asked<'a>(at: &'a Target, entry: &str) -> Result<&'a Store> {
    let store = at.store()?;
    if store.is_away(entry) { Err(away()) } else { Ok(store) }
}

/// Whether a lease may stand, and nothing more comes from the store that would end it.
fn may_stand(error: &Error) -> bool {
    error.is_outcome_unknown() || matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Closed)
}

fn timed_out(limit: Duration) -> Error {
    let message =
        format!("the loader took longer than {limit:?} and was dropped; make it faster, or its `load_timeout` longer");
    Error::new(ErrorKind::Timeout, message)
}
