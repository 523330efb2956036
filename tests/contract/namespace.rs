use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use support::{contract, namespace, url};

use crate::every::{every_method, other_methods};
use crate::{kind, names};

const LONGEST: usize = 64 * 1024;

static BIRTHDAYS: RedisCache<String, String> = RedisCache::new("birthday");
static SHARED: RedisCache<u64, u64> = RedisCache::new("shared").without_global_namespace();

contract! {
    async fn the_key_is_the_global_namespace_a_dot_and_the_local_one(session: RedisSession) -> rediscache::Result<()> {
        let global = session.global_namespace();
        assert_eq!(BIRTHDAYS.namespace(), "birthday");
        assert_eq!(BIRTHDAYS.on(&session).key()?, format!("{global}.birthday"));
        let shard = RedisCache::<u64, u64>::with_namespace(format!("shard.{}", 7)).on(&session);
        assert_eq!((shard.namespace(), shard.key()?), ("shard.7", format!("{global}.shard.7")));
        Ok(())
    }

    async fn who_opted_out_has_the_bare_namespace(session: RedisSession) -> rediscache::Result<()> {
        let bare = namespace("bare");
        let cache = RedisCache::<u64, u64>::with_namespace(bare.clone()).on(&session);
        let opted_out = cache.clone().without_global_namespace();
        assert_eq!((opted_out.key()?, opted_out.namespace()), (bare.clone(), &*bare));
        assert_eq!(SHARED.on(&session).key()?, "shared");
        cache.set(1, 10).await?;
        opted_out.set(1, 20).await?;
        assert_eq!(cache.get(1).await?, Some(10));
        // The global namespace is a prefix and no more: the same key by another way.
        let whole = RedisCache::<u64, u64>::with_namespace(cache.key()?).without_global_namespace().on(&session);
        assert_eq!(whole.get(1).await?, Some(10));
        opted_out.clear().await
    }

    async fn an_empty_namespace_is_refused_by_every_method(session: RedisSession) -> rediscache::Result<()> {
        for cache in [RedisCache::<u64, u64>::new(""), RedisCache::with_namespace("")] {
            let cache = cache.on(&session);
            for (method, call) in every_method(&cache).into_iter().chain(other_methods(&cache)) {
                let error = call.await.unwrap_err();
                assert_eq!((error.kind(), error.operation()), (ErrorKind::Config, method));
            }
            assert_eq!(kind(cache.key()), ErrorKind::Config);
            assert_eq!(cache.without_global_namespace().key().unwrap_err().operation(), "key");
        }
        Ok(())
    }

    async fn an_absurdly_long_namespace_is_refused(session: RedisSession) -> rediscache::Result<()> {
        let longest = RedisCache::<u64, u64>::with_namespace("n".repeat(LONGEST)).on(&session);
        longest.set(1, 1).await?;
        assert_eq!(longest.get(1).await?, Some(1));
        longest.clear().await?;
        for length in [LONGEST + 1, 10 << 20] {
            let cache = RedisCache::<u64, u64>::with_namespace("n".repeat(length)).on(&session);
            assert_eq!(kind(cache.set(1, 1).await), ErrorKind::Config);
            let error = cache.get(1).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.to_string().len() < 2 * LONGEST, "the message repeats {length} bytes");
            assert!(format!("{error:?}").len() < 2 * LONGEST, "the message repeats {length} bytes");
        }
        Ok(())
    }

    async fn a_brace_in_a_constant_is_refused_with_what_to_write(session: RedisSession) -> rediscache::Result<()> {
        for namespace in ["tenant.{id}", "{", "a}", "{tag}.a"] {
            let tasks = RedisTaskQueue::<u64>::new(namespace).on(&session);
            for error in [
                RedisCache::<u64, u64>::new(namespace).on(&session).get(1).await.unwrap_err(),
                RedisQueue::<u64>::new(namespace).on(&session).put(1).await.unwrap_err(),
                tasks.put(1).await.unwrap_err(),
                tasks.key().unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::Config, "{error}");
                assert!(error.to_string().contains("`with_namespace(format!(…))`"), "{error}");
            }
            let cache = RedisCache::<u64, u64>::with_namespace(namespace).on(&session);
            cache.set(1, 1).await?;
            cache.clear().await?;
        }
        Ok(())
    }

    async fn odd_characters_are_characters_like_others(session: RedisSession) -> rediscache::Result<()> {
        let odd = [" ", ".", "..", "\0", "a\0b", "a\nb", "\r\n", "{tag}", "*", "日本語", "🦀", "a.b.c", "\"", "a$pending"];
        for namespace in odd {
            let cache = RedisCache::<u64, String>::with_namespace(namespace).on(&session);
            cache.set(1, namespace).await?;
            assert_eq!(cache.key()?, format!("{}.{namespace}", session.global_namespace()));
        }
        for namespace in odd {
            let cache = RedisCache::<u64, String>::with_namespace(namespace).on(&session);
            assert_eq!(cache.items().await?, [(1, namespace.to_owned())], "{namespace:?}");
            cache.clear().await?;
        }
        Ok(())
    }

    async fn a_namespace_is_not_mistaken_for_a_pattern(session: RedisSession) -> rediscache::Result<()> {
        names(&session).set(1, "one").await?;
        for pattern in ["*", "name?", "[a-z]ames", "n*"] {
            RedisCache::<u64, String>::new(pattern).on(&session).clear().await?;
        }
        assert_eq!(names(&session).len().await?, 1);
        Ok(())
    }

    async fn a_cache_is_bound_by_on_whatever_session_is_current(session: RedisSession) -> rediscache::Result<()> {
        let bound = names(&session);
        let other = RedisSession::in_memory();
        other.scope(bound.set(1, "one")).await?;
        assert_eq!(bound.get(1).await?.as_deref(), Some("one"));
        assert!(names(&other).is_empty().await?);
        // The last one counts.
        assert!(bound.on(&other).is_empty().await?);
        Ok(())
    }
}

async fn with_global_namespace(url: &str, global: &str) -> rediscache::Result<RedisSession> {
    RedisSession::builder(url).global_namespace(global).connect().await
}

#[tokio::test]
async fn two_global_namespaces_do_not_meet() -> rediscache::Result<()> {
    let (one, other) = (namespace("one"), namespace("other"));
    let (one, other) = (with_global_namespace(&url(), &one).await?, with_global_namespace(&url(), &other).await?);
    names(&one).set(1, "one").await?;
    assert!(names(&other).is_empty().await?);
    names(&one).clear().await
}

#[tokio::test]
async fn without_a_global_namespace_the_key_is_bare() -> rediscache::Result<()> {
    let session = RedisSession::connect("memory://").await?;
    assert_eq!(session.global_namespace(), "");
    assert_eq!(names(&session).key()?, "names");
    Ok(())
}

#[tokio::test]
async fn an_empty_global_namespace_is_refused() {
    for url in ["memory://", "redis://127.0.0.1:1"] {
        let error = with_global_namespace(url, "").await.unwrap_err();
        assert_eq!((error.kind(), error.operation(), error.namespace()), (ErrorKind::Config, "connect", None));
    }
}

#[tokio::test]
async fn an_absurdly_long_global_namespace_is_refused() -> rediscache::Result<()> {
    with_global_namespace("memory://", &"n".repeat(LONGEST)).await?;
    let refused = with_global_namespace("memory://", &"n".repeat(LONGEST + 1)).await;
    assert_eq!(kind(refused), ErrorKind::Config);
    Ok(())
}
