//! What `get_or_load` does: it loads what is not there, once for all who ask.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use rediscache::{ErrorKind, LoadError, Loaded, RedisSession, RedisTtlCache};
use support::contract;
use tokio::sync::Notify;

const HOUR: Duration = Duration::from_secs(3600);

type Pages = RedisTtlCache<u64, String>;

fn pages(session: &RedisSession) -> Pages {
    Pages::new("pages", HOUR).on(session)
}

/// A loader that says how often it was asked.
#[derive(Clone, Default)]
struct Source(Arc<AtomicU64>);

impl Source {
    fn asked(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// "page 1", "page 2", …
    async fn page(self) -> Result<String, Infallible> {
        Ok(format!("page {}", self.next()))
    }

    async fn failing(self) -> Result<String, u64> {
        Err(self.next())
    }
}

/// A loader that stands where it has begun until it is let go.
#[derive(Clone, Default)]
struct Gate(Arc<(Notify, Notify)>);

impl Gate {
    async fn pass(&self) {
        self.0.0.notify_one();
        self.0.1.notified().await;
    }

    /// Waits until someone stands there.
    async fn reached(&self) {
        self.0.0.notified().await;
    }

    fn open(&self) {
        self.0.1.notify_one();
    }
}

contract! {
    async fn many_keys_that_are_loaded_at_once_have_each_their_own_value(session: RedisSession) -> Result<(), Box<dyn std::error::Error>> {
        const KEYS: u64 = 300;
        let (pages, source) = (pages(&session), Source::default());
        // Some are there.
        pages.set_many((0..KEYS).step_by(7).map(|key| (key, format!("stored {key}")))).await?;
        let ask = |key: u64| {
            let (pages, source) = (pages.clone(), source.clone());
            async move {
                pages.get_or_load(key, move || async move {
                    source.next();
                    tokio::task::yield_now().await;
                    if key % 5 == 1 { Err(key) } else { Ok(format!("loaded {key}")) }
                }).await
            }
        };
        let asked = join_all((0..KEYS).chain(0..KEYS).map(ask)).await;
        for (key, answer) in (0..KEYS).chain(0..KEYS).zip(asked) {
            match answer {
                Err(LoadError::Load(error)) => assert_eq!((*error, key % 5), (key, 1)),
                answer => {
                    let from = if key % 7 == 0 { "stored" } else { "loaded" };
                    assert_eq!(answer.ok(), Some(format!("{from} {key}")));
                }
            }
        }
        for (key, stored) in (0..KEYS).zip(pages.get_many(0..KEYS).await?) {
            let is_there = key % 7 == 0 || key % 5 != 1;
            assert_eq!(stored.is_some(), is_there, "{key}");
        }
        let missed = (0..KEYS).filter(|key| key % 7 != 0).count() as u64;
        // A failure may be asked again by who came after its end.
        assert!(source.asked() >= missed && pages.stats().loads() == source.asked());
        Ok(())
    }

    async fn what_is_not_there_is_loaded_once_and_read_by_all(session: RedisSession) -> Result<(), Box<dyn std::error::Error>> {
        let (pages, source) = (pages(&session), Source::default());
        for _ in 0..3 {
            let one = source.clone();
            assert_eq!(pages.get_or_load(7, move || one.page()).await?, "page 1");
        }
        assert_eq!(pages.get(7).await?.as_deref(), Some("page 1"));
        assert!(pages.expiry(7).await? > Some(HOUR / 2));
        let one = source.clone();
        assert_eq!(pages.get_or_load(8, move || one.page()).await?, "page 2");
        let stats = pages.stats();
        assert_eq!((stats.hits(), stats.misses(), stats.loads(), stats.failures()), (2, 2, 2, 0));
        Ok(())
    }

    async fn whoever_asks_while_it_is_loaded_shares_it(session: RedisSession) {
        let (pages, source, gate) = (pages(&session), Source::default(), Gate::default());
        let ask = || {
            let (source, gate) = (source.clone(), gate.clone());
            tokio::spawn(pages.get_or_load(7, move || async move {
                gate.pass().await;
                source.page().await
            }))
        };
        let first = ask();
        gate.reached().await;
        let others: Vec<_> = (0..20).map(|_| ask()).collect();
        tokio::task::yield_now().await;
        gate.open();
        for page in join_all(others.into_iter().chain([first])).await {
            assert_eq!(page.unwrap().unwrap(), "page 1");
        }
        assert_eq!(source.asked(), 1);
    }

    async fn an_error_is_told_to_all_and_never_stored(session: RedisSession) {
        let (pages, source, gate) = (pages(&session), Source::default(), Gate::default());
        let ask = || {
            let (source, gate) = (source.clone(), gate.clone());
            tokio::spawn(pages.get_or_load(7, move || async move {
                gate.pass().await;
                source.failing().await
            }))
        };
        let first = ask();
        gate.reached().await;
        let others: Vec<_> = (0..5).map(|_| ask()).collect();
        while pages.stats().shared() < 5 {
            tokio::task::yield_now().await;
        }
        gate.open();
        for page in join_all(others.into_iter().chain([first])).await {
            let error = page.unwrap().unwrap_err();
            assert_eq!(error.clone().load(), Some(&1));
        }
        assert_eq!(pages.get(7).await.unwrap(), None);
        let (again, source) = (source.clone(), source);
        assert_eq!(pages.get_or_load(7, move || again.page()).await.unwrap(), "page 2");
        assert_eq!((source.asked(), pages.stats().failures()), (2, 1));
    }

    async fn a_loader_that_panics_or_hangs_is_an_error_and_the_next_one_is_asked(session: RedisSession) {
        let pages = pages(&session).load_timeout(Duration::from_millis(50));
        let panicked = pages.get_or_load(7, || async { if true { panic!("on purpose") } else { Ok::<String, Infallible>(String::new()) } });
        let error = panicked.await.unwrap_err();
        assert_eq!(error.cache().map(rediscache::Error::kind), Some(ErrorKind::Panicked));
        assert!(error.to_string().starts_with("get_or_load on `pages` failed: the loader panicked"), "{error}");
        let error = pages.get_or_load(7, pending::<Result<String, Infallible>>).await.unwrap_err();
        assert_eq!(error.cache().map(rediscache::Error::kind), Some(ErrorKind::Timeout));
        let source = Source::default();
        assert_eq!(pages.get_or_load(7, move || source.page()).await.unwrap(), "page 1");
        assert_eq!(pages.stats().failures(), 2);
    }

    async fn a_loader_that_asks_for_its_own_key_is_told_so_and_may_ask_for_others(session: RedisSession) {
        let pages = pages(&session);
        let (inner, other) = (pages.clone(), pages.clone());
        let nested = pages.get_or_load(1, move || async move {
            other.get_or_load(2, move || async move {
                inner.get_or_load(1, || async { Ok::<_, Infallible>("never".to_owned()) }).await
            }).await
        });
        let Err(LoadError::Load(outer)) = nested.await else { panic!("it has no value") };
        let LoadError::Load(error) = &*outer else { panic!("the inner one failed") };
        assert_eq!(error.cache().map(rediscache::Error::kind), Some(ErrorKind::Config));
        let other = pages.clone();
        let nested = pages.get_or_load(1, move || other.get_or_load(2, || async { Ok::<_, Infallible>("two".to_owned()) }));
        assert_eq!(nested.await.unwrap(), "two");
    }

    async fn a_loader_says_what_its_value_is_worth(session: RedisSession) -> Result<(), Box<dyn std::error::Error>> {
        let pages = pages(&session);
        let brief = pages.get_or_load(1, || async { Ok::<_, Infallible>(Loaded::living("brief".to_owned(), HOUR / 4)) });
        assert_eq!(brief.await?, "brief");
        assert!(pages.expiry(1).await?.is_some_and(|left| left <= HOUR / 4 && left > HOUR / 8));
        for nothing in [Loaded::unstored("unstored".to_owned()), Loaded::living("unstored".to_owned(), Duration::ZERO)] {
            assert_eq!(pages.get_or_load(2, || async { Ok::<_, Infallible>(nothing) }).await?, "unstored");
            assert_eq!(pages.get(2).await?, None);
            assert!(pages.set_if_absent(3, "nothing is in the way").await?);
            assert!(pages.delete(3).await?);
        }
        Ok(())
    }

    async fn that_there_is_nothing_can_be_kept_as_a_value(session: RedisSession) -> Result<(), Box<dyn std::error::Error>> {
        let pages = RedisTtlCache::<u64, Option<String>>::new("maybe", HOUR).on(&session);
        let source = Source::default();
        for _ in 0..2 {
            let source = source.clone();
            let page = pages.get_or_load(1, move || async move {
                source.next();
                Ok::<Option<String>, Infallible>(None)
            });
            assert_eq!(page.await?, None);
        }
        assert_eq!(source.asked(), 1);
        Ok(())
    }

    async fn one_who_has_another_error_waits_and_asks_anew(session: RedisSession) {
        let (pages, source, gate) = (pages(&session), Source::default(), Gate::default());
        let (one, at) = (source.clone(), gate.clone());
        let first = tokio::spawn(pages.get_or_load(7, move || async move {
            at.pass().await;
            one.failing().await
        }));
        gate.reached().await;
        let another = source.clone();
        let second = tokio::spawn(pages.get_or_load(7, move || another.page()));
        tokio::task::yield_now().await;
        gate.open();
        assert_eq!(first.await.unwrap().unwrap_err().load(), Some(&1));
        assert_eq!(second.await.unwrap().unwrap(), "page 2");
    }

    async fn a_dropped_caller_cancels_nothing(session: RedisSession) {
        for polls in 0..12_usize {
            let (pages, source) = (pages(&session), Source::default());
            let one = source.clone();
            let (key, one) = (polls as u64, one);
            let call = pages.get_or_load(key, move || one.page());
            let whole = support::within_polls(polls, call).await;
            let began = whole.is_some() || pages.stats().loads() > 0;
            let another = source.clone();
            let page = tokio::time::timeout(Duration::from_secs(5), pages.get_or_load(key, move || another.page()));
            assert_eq!(page.await.unwrap().unwrap(), "page 1", "after {polls} polls, {began}");
            assert_eq!(source.asked(), 1, "after {polls} polls");
        }
    }

    async fn whoever_waits_is_told_that_the_session_was_closed(session: RedisSession) {
        let (pages, gate) = (pages(&session), Gate::default());
        let at = gate.clone();
        let page = tokio::spawn(pages.get_or_load(7, move || async move {
            at.pass().await;
            Ok::<_, Infallible>(String::new())
        }));
        gate.reached().await;
        session.close().await.unwrap();
        let error = page.await.unwrap().unwrap_err();
        assert_eq!(error.cache().map(rediscache::Error::kind), Some(ErrorKind::Closed));
        let error = pages.get_or_load(7, || async { Ok::<_, Infallible>(String::new()) }).await.unwrap_err();
        assert_eq!(error.cache().map(rediscache::Error::kind), Some(ErrorKind::Closed));
    }

    async fn the_loader_is_asked_in_the_scope_of_who_asks(session: RedisSession) {
        let (pages, other) = (pages(&session), RedisSession::in_memory());
        let named = RedisSession::builder("memory://").global_namespace("inner").connect().await.unwrap();
        let page = named.scope(pages.get_or_load(7, || async {
            Ok::<_, Infallible>(RedisSession::current().unwrap().global_namespace().to_owned())
        }));
        assert_eq!(other.scope(page).await.unwrap(), "inner");
    }

    async fn a_value_that_cannot_be_read_is_loaded_anew_where_that_is_said(session: RedisSession) {
        RedisTtlCache::<u64, u32>::new("pages", HOUR).on(&session).set(7, 7).await.unwrap();
        let pages = pages(&session);
        let source = Source::default();
        let one = source.clone();
        let error = pages.get_or_load(7, move || one.page()).await.unwrap_err();
        assert_eq!(error.cache().map(rediscache::Error::kind), Some(ErrorKind::Decode));
        let (lenient, one) = (pages.unreadable_as_absent(), source.clone());
        assert_eq!(lenient.get_or_load(7, move || one.page()).await.unwrap(), "page 1");
        assert_eq!(lenient.get(7).await.unwrap().as_deref(), Some("page 1"));
    }
}
