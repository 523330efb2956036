use std::env;
use std::time::Duration;

use rediscache::RedisSession;

use crate::namespace;

/// More than any call takes on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(30);

/// The URL of the server that the suites share, from `REDISCACHE_TEST_URL`. Other tests use it too: touch only keys
/// under a fresh [`namespace`], and never flush.
///
/// # Panics
///
/// When the variable is unset: a suite that finds no server fails.
pub fn url() -> String {
    env::var("REDISCACHE_TEST_URL").unwrap_or_else(|_| {
        panic!(
            "this test needs a server: run `./tests/run`, which starts one, \
             or set REDISCACHE_TEST_URL to the URL of a server that may be written to"
        )
    })
}

/// A session on a fresh embedded store, with a fresh global namespace that begins with `name`.
///
/// # Panics
///
/// When the session cannot be made.
pub async fn memory_session(name: &str) -> RedisSession {
    session("memory://", name).await
}

/// A session on the server at [`url`], with a fresh global namespace that begins with `name`.
///
/// # Panics
///
/// When the variable is unset, or the server does not answer.
pub async fn redis_session(name: &str) -> RedisSession {
    session(&url(), name).await
}

async fn session(url: &str, name: &str) -> RedisSession {
    let session =
        RedisSession::builder(url).global_namespace(namespace(name)).response_timeout(PATIENCE).connect().await;
    session.unwrap_or_else(|error| panic!("no session: {error:?}"))
}

/// Runs each of the functions on every store, as the tests `NAME::on_memory` and `NAME::on_redis`.
///
/// Each gets a session of its own with a fresh global namespace, so that it can name its caches by constants. It may
/// return a `Result`. Several functions may stand in one `contract!`; attributes and docs go to the function.
///
/// ```text
/// contract! {
///     async fn pop_returns_the_value_and_removes_it(session: RedisSession) -> rediscache::Result<()> {
///         let names = RedisCache::<u64, String>::new("names").on(&session);
///         names.set(1, "one").await?;
///         assert_eq!(names.pop(1).await?.as_deref(), Some("one"));
///         assert_eq!(names.get(1).await?, None);
///         Ok(())
///     }
/// }
/// ```
#[macro_export]
macro_rules! contract {
    ($($(#[$attribute:meta])* async fn $name:ident($session:ident: $type:ty) $(-> $output:ty)? $body:block)+) => {$(
        $(#[$attribute])*
        async fn $name($session: $type) $(-> $output)? $body

        mod $name {
            #[tokio::test]
            async fn on_memory() $(-> $output)? {
                let session = $crate::memory_session(stringify!($name)).await;
                super::$name(session).await
            }

            #[tokio::test]
            async fn on_redis() $(-> $output)? {
                let session = $crate::redis_session(stringify!($name)).await;
                super::$name(session).await
            }
        }
    )+};
}
