//! `RedisSession::from_env`, in processes of their own.

use std::ffi::OsStr;

use rediscache::{ErrorKind, RedisSession};

use crate::names;
use crate::small_process::in_a_small_process_with;

const VARIABLE: &str = "REDISCACHE_URL";

/// Without a driver of I/O: trying to send something panics.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn assert_embedded() {
    block_on(async {
        let (one, other) = (RedisSession::from_env().await?, RedisSession::from_env().await?);
        names(&one).set(1, "one").await?;
        assert_eq!(names(&one).len().await?, 1);
        assert!(names(&other).is_empty().await?, "each is a store of its own");
        rediscache::Result::Ok(())
    })
    .unwrap();
}

fn assert_refused() {
    let error = block_on(RedisSession::from_env()).unwrap_err();
    assert_eq!((error.kind(), error.operation(), error.namespace()), (ErrorKind::Config, "from_env", None));
}

#[test]
fn an_unset_variable_means_the_embedded_store() {
    in_a_small_process_with(
        "environment::an_unset_variable_means_the_embedded_store",
        &[(VARIABLE, None)],
        assert_embedded,
    );
}

#[test]
fn the_embedded_store_may_be_asked_for() {
    let variables = [(VARIABLE, Some(OsStr::new("memory://")))];
    in_a_small_process_with("environment::the_embedded_store_may_be_asked_for", &variables, assert_embedded);
}

#[test]
fn a_server_is_connected_to() {
    let url = support::url();
    let variables = [(VARIABLE, Some(OsStr::new(&url)))];
    in_a_small_process_with("environment::a_server_is_connected_to", &variables, || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let session = RedisSession::from_env().await.unwrap();
            let name = support::namespace("from_env");
            let cache = rediscache::RedisCache::<u64, u64>::with_namespace(name).on(&session);
            cache.set(1, 1).await.unwrap();
            let other = RedisSession::connect(&support::url()).await.unwrap();
            assert_eq!(cache.on(&other).pop(1).await.unwrap(), Some(1));
            assert!(names(&session).key().is_ok());
        });
    });
}

/// An empty string does not mean the embedded store: it is a mistake in a deployment.
#[test]
fn an_empty_variable_is_refused() {
    let variables = [(VARIABLE, Some(OsStr::new("")))];
    in_a_small_process_with("environment::an_empty_variable_is_refused", &variables, assert_refused);
}

#[test]
fn a_malformed_variable_is_refused() {
    let variables = [(VARIABLE, Some(OsStr::new("localhost:6379")))];
    in_a_small_process_with("environment::a_malformed_variable_is_refused", &variables, assert_refused);
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_refused() {
    use std::os::unix::ffi::OsStrExt;

    let variables = [(VARIABLE, Some(OsStr::from_bytes(b"memory://\xff")))];
    in_a_small_process_with("environment::a_variable_that_is_not_text_is_refused", &variables, assert_refused);
}
