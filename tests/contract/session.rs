use std::time::Duration;

use rediscache::{ErrorKind, RedisCache, RedisSession, Result};
use support::url;

use crate::every::{every_method, other_methods};
use crate::small_process::in_a_small_process;
use crate::{kind, names};

static NAMES: RedisCache<u64, String> = RedisCache::new("names");

fn block_on(test: impl Future<Output = Result<()>>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test).unwrap();
}

#[test]
fn without_a_session_every_method_says_so() {
    in_a_small_process("session::without_a_session_every_method_says_so", || {
        block_on(async {
            static NUMBERS: RedisCache<u64, u64> = RedisCache::new("numbers");
            for (method, call) in every_method(&NUMBERS).into_iter().chain(other_methods(&NUMBERS)) {
                let error = call.await.unwrap_err();
                assert_eq!((error.kind(), error.operation()), (ErrorKind::NotInitialized, method));
                assert_eq!(error.namespace(), Some("numbers"));
            }
            let error = NUMBERS.key().unwrap_err();
            assert_eq!((error.kind(), error.operation()), (ErrorKind::NotInitialized, "key"));
            let error = RedisSession::current().unwrap_err();
            assert_eq!(
                (error.kind(), error.operation(), error.namespace()),
                (ErrorKind::NotInitialized, "current", None)
            );
            assert!(!error.is_retryable());
            Ok(())
        });
    });
}

#[test]
fn the_installed_session_is_the_default_of_the_process() {
    in_a_small_process("session::the_installed_session_is_the_default_of_the_process", || {
        block_on(async {
            let one = RedisSession::builder("memory://").global_namespace("one").connect().await?.install();
            NAMES.set(1, "one").await?;
            assert_eq!(tokio::spawn(NAMES.get(1)).await.unwrap()?.as_deref(), Some("one"));
            let elsewhere = std::thread::spawn(|| RedisSession::current().unwrap());
            assert_eq!(elsewhere.join().unwrap().global_namespace(), "one");
            assert_eq!(NAMES.key()?, "one.names");

            let other = RedisSession::in_memory().install();
            assert_eq!(NAMES.get(1).await?, None, "the last one counts");
            assert_eq!(NAMES.key()?, "names");
            assert_eq!(names(&one).get(1).await?.as_deref(), Some("one"), "the one before goes on");

            drop(other);
            NAMES.set(1, "other").await?;
            RedisSession::current()?.close().await?;
            assert_eq!(kind(NAMES.get(1).await), ErrorKind::Closed, "a closed one stays installed");
            assert!(RedisSession::current()?.is_closed());
            one.install();
            assert_eq!(NAMES.get(1).await?.as_deref(), Some("one"));
            Ok(())
        });
    });
}

#[test]
fn connecting_installs_nothing() {
    in_a_small_process("session::connecting_installs_nothing", || {
        block_on(async {
            let session = RedisSession::connect("memory://").await?;
            assert_eq!(kind(RedisSession::current()), ErrorKind::NotInitialized);
            session.scope(NAMES.set(1, "one")).await?;
            assert_eq!(kind(NAMES.get(1).await), ErrorKind::NotInitialized);
            // A spawned task starts without the scope.
            let spawned = session.scope(async { tokio::spawn(NAMES.get(1)).await.unwrap() }).await;
            assert_eq!(kind(spawned), ErrorKind::NotInitialized);
            Ok(())
        });
    });
}

#[test]
fn a_scope_goes_before_the_installed_session() {
    in_a_small_process("session::a_scope_goes_before_the_installed_session", || {
        block_on(async {
            let installed = RedisSession::in_memory().install();
            let scoped = RedisSession::in_memory();
            scoped.scope(NAMES.set(1, "scoped")).await?;
            assert_eq!(names(&installed).get(1).await?, None);
            let seen = scoped.scope(async { tokio::spawn(NAMES.get(1)).await.unwrap() }).await?;
            assert_eq!(seen, None, "a spawned task starts with the installed one");
            Ok(())
        });
    });
}

#[tokio::test]
async fn the_innermost_scope_counts() -> Result<()> {
    let (outer, inner) = (RedisSession::in_memory(), RedisSession::in_memory());
    let test = async {
        NAMES.set(1, "outer").await?;
        inner.scope(NAMES.set(1, "inner")).await?;
        assert_eq!(inner.scope(NAMES.get(1)).await?.as_deref(), Some("inner"));
        assert_eq!(NAMES.get(1).await?.as_deref(), Some("outer"));
        outer.scope(NAMES.set(2, "again")).await
    };
    outer.scope(test).await?;
    assert_eq!(names(&outer).len().await?, 2);
    Ok(())
}

#[tokio::test]
async fn scopes_of_tasks_do_not_meet() -> Result<()> {
    let tasks = (0..20).map(|n: u64| {
        let session = RedisSession::in_memory();
        tokio::spawn(async move {
            let work = async {
                NAMES.set(n, n.to_string()).await?;
                tokio::task::yield_now().await;
                NAMES.keys().await
            };
            session.scope(work).await
        })
    });
    for (n, task) in (0..).zip(tasks.collect::<Vec<_>>()) {
        assert_eq!(task.await.unwrap()?, [n]);
    }
    Ok(())
}

/// What an operation uses is looked up when it is awaited, not when it is made.
#[tokio::test]
async fn the_session_is_looked_up_when_an_operation_is_first_polled() -> Result<()> {
    let (one, other) = (RedisSession::in_memory(), RedisSession::in_memory());
    let mut made = None;
    one.scope(async { made = Some(NAMES.set(1, "one")) }).await;
    other.scope(made.unwrap()).await?;
    assert!(names(&one).is_empty().await?);
    assert_eq!(names(&other).len().await?, 1);
    Ok(())
}

#[tokio::test]
async fn every_embedded_store_is_fresh() -> Result<()> {
    let sessions = [RedisSession::in_memory(), RedisSession::in_memory(), RedisSession::connect("memory://").await?];
    for session in &sessions {
        assert!(names(session).is_empty().await?);
        names(session).set(1, "one").await?;
        assert_eq!(names(&session.clone()).len().await?, 1, "a clone is the same session");
    }
    Ok(())
}

#[tokio::test]
async fn sessions_of_one_server_see_the_same_data() -> Result<()> {
    let global = support::namespace("same");
    let connect = || RedisSession::builder(url()).global_namespace(&global).connect();
    let (one, other) = (connect().await?, connect().await?);
    names(&one).set(1, "one").await?;
    one.close().await?;
    assert_eq!(names(&other).pop(1).await?.as_deref(), Some("one"));
    assert!(!other.is_closed());
    Ok(())
}

#[tokio::test]
async fn a_timeout_of_zero_is_refused() {
    for url in ["memory://", "redis://127.0.0.1:1"] {
        let refused = RedisSession::builder(url).response_timeout(Duration::ZERO).connect().await;
        assert_eq!(kind(refused), ErrorKind::Config);
        let refused = RedisSession::builder(url).connect_timeout(Duration::ZERO).connect().await;
        assert_eq!(kind(refused), ErrorKind::Config);
    }
}

#[tokio::test]
async fn a_timeout_without_end_is_taken() -> Result<()> {
    let builder = RedisSession::builder(url()).connect_timeout(Duration::MAX).response_timeout(Duration::MAX);
    let session = builder.global_namespace(support::namespace("endless")).connect().await?;
    names(&session).set(1, "one").await?;
    names(&session).clear().await
}
