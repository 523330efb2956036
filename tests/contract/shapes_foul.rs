//! What stands in the hash of shapes is not what was kept there, or is that of another type.

use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession, Shape};
use serde::{Deserialize, Serialize};
use serde_json::json;
use support::{Raw, RawBytes, contract, peek, poke};

use crate::shapes::{Level, cache, crc32, fingerprint, keep_by_hand, kept, positional, shapes, stored, told};

/// Two types whose shapes have the same CRC-32, and whose values could be taken for each other.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct One {
    a: u8,
    b: u8,
    iriaqai: Option<u8>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Other {
    b: u8,
    a: u8,
    kuozvjt: Option<u8>,
}

const ONE: One = One { a: 1, b: 2, iriaqai: None };
const OTHER: Other = Other { a: 1, b: 2, kuozvjt: None };

/// What may stand in place of a shape.
async fn foul(session: &RedisSession) -> Vec<Vec<u8>> {
    cache(session).set(1, Level { level: 1 }).await.unwrap();
    let own = kept(session, fingerprint::<Level>()).await.unwrap();
    let versioned = |version| json!({"version": version, "shape": own["shape"].clone()}).to_string();
    let texts = [
        own.to_string(),
        versioned(json!(0)),
        versioned(json!(u64::MAX)),
        versioned(json!("2")),
        json!({"shape": "u8"}).to_string(),
        json!({"shape": {"again": 3}}).to_string(),
        json!({"shape": {"sequence": {"again": 9}}}).to_string(),
        json!({"shape": null}).to_string(),
        "[".repeat(100_000),
        format!("{}7{}", "{\"shape\":{\"option\":".repeat(1000), "}}".repeat(1000)),
        "{\"sequence\":".repeat(5000),
        format!("{{\"shape\":\"u8\",\"more\":\"{}\"}}", "x".repeat(1 << 20)),
        format!("{{\"shape\":{{\"tuple\":[{}\"u8\"]}}}}", "\"u8\",".repeat(20_000)),
    ];
    let mut all: Vec<Vec<u8>> = texts.map(String::into_bytes).into();
    all.extend([&b""[..], b"7", b"{", b"null", b"\xff\0", b"{\"shape\":\"u8\"}{"].map(<[u8]>::to_vec));
    all.push(vec![b'x'; 1 << 20]);
    all
}

contract! {
    async fn values_are_written_by_names_where_something_else_stands(session: RedisSession) -> rediscache::Result<()> {
        // A version for each, since a session remembers what it saw.
        for (version, foul) in (2..).zip(foul(&session).await) {
            let fingerprint = crc32(&format!("{version}: {{level: u8}}"));
            keep_by_hand(&session, fingerprint, &foul).await;
            let cache = cache::<Level>(&session).version(version);
            cache.set(1, Level { level: 7 }).await?;
            assert!(stored(&session, 1).await.starts_with(b"m|\x02"));
            assert_eq!(cache.get(1).await?, Some(Level { level: 7 }));
            assert!(cache.compare_and_set(1, Level { level: 7 }, Level { level: 8 }).await?);
            assert_eq!(cache.rewrite().await?.rewritten, 0);
            let field = RawBytes::from(format!("{fingerprint:08x}"));
            assert_eq!(shapes(&session).get(field).await?, Some(RawBytes(foul)), "it is left");
        }
        Ok(())
    }

    async fn whoever_reads_takes_nothing_else_for_a_shape(session: RedisSession) -> rediscache::Result<()> {
        for (version, foul) in (2..).zip(foul(&session).await) {
            // Its own, and one of nobody.
            let own = crc32(&format!("{version}: {{level: u8}}"));
            let foreign = crc32(&format!("{version}: {{deep: u8}}"));
            for fingerprint in [own, foreign] {
                keep_by_hand(&session, fingerprint, &foul).await;
            }
            poke(&session, "values", "i|1", positional(own, &[7])).await;
            poke(&session, "values", "i|2", positional(foreign, &[7])).await;
            let cache = cache::<Level>(&session).version(version);
            assert_eq!(cache.get(1).await?, Some(Level { level: 7 }));
            let refused = cache.get(2).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Decode);
            assert!(told(&refused).contains("`$shapes`"), "{}", told(&refused));
        }
        Ok(())
    }

    async fn a_key_of_another_data_type_fails_the_write(session: RedisSession) -> rediscache::Result<()> {
        let key = format!("{}.$shapes", session.global_namespace());
        let in_its_place = RedisQueue::<u64>::with_namespace(&key).without_global_namespace().on(&session);
        in_its_place.put(1).await?;
        let (cache, queue) = (cache::<Level>(&session), RedisQueue::<Level>::new("queue").on(&session));
        poke(&session, "values", "i|2", positional(fingerprint::<Level>(), &[7])).await;
        RedisQueue::<RawBytes, Raw>::new("queue").on(&session).put(RawBytes(positional(1, &[7]))).await?;
        let refusals = [
            cache.set(1, Level { level: 7 }).await.unwrap_err(),
            cache.update([(1, Level { level: 7 })]).await.unwrap_err(),
            cache.set_if_absent(1, Level { level: 7 }).await.unwrap_err(),
            queue.put(Level { level: 7 }).await.unwrap_err(),
            cache.get(2).await.unwrap_err(),
            queue.try_get().await.map(drop).unwrap_err(),
        ];
        for refused in refusals {
            assert_eq!(refused.kind(), ErrorKind::WrongType);
            assert!(refused.to_string().contains(&key), "{refused}");
        }
        assert_eq!(peek(&session, "values", "i|1").await, None);
        // What could not be looked at goes back.
        crate::queue_kind::until(async || queue.len().await.unwrap() == 1).await;
        in_its_place.clear().await?;
        cache.set(1, Level { level: 7 }).await?;
        assert_eq!(cache.get(2).await?, Some(Level { level: 7 }));
        Ok(())
    }

    async fn two_shapes_of_one_fingerprint_are_told_apart(session: RedisSession) -> rediscache::Result<()> {
        assert_eq!(fingerprint::<One>(), fingerprint::<Other>());
        assert_ne!(Shape::of::<One>(), Shape::of::<Other>());
        cache(&session).set(1, ONE).await?;
        cache(&session).set(2, OTHER).await?;
        both_are_read(&session).await?;
        assert_eq!(stored(&session, 1).await, positional(fingerprint::<One>(), &[1, 2, 0]));
        assert!(stored(&session, 2).await.starts_with(b"m|\x02"));
        // Those of the first one stay short.
        cache(&session).update([(3, ONE), (4, ONE)]).await?;
        assert!(stored(&session, 3).await.starts_with(b"c|"));
        let done = cache::<Other>(&session).rewrite().await?;
        assert_eq!((done.read, done.rewritten, done.lossy), (4, 0, 3), "each has a field that the other lacks");
        both_are_read(&session).await
    }

    async fn who_comes_later_finds_the_other_one(session: RedisSession) -> rediscache::Result<()> {
        cache(&session).set(1, OTHER).await?;
        let json = kept(&session, fingerprint::<Other>()).await.unwrap().to_string();
        let later = crate::queue_store::another(&session).await;
        let queue = RedisQueue::<One>::new("queue").on(&later);
        queue.put_many([ONE, ONE]).await?;
        cache(&later).set(2, ONE).await?;
        assert!(stored(&session, 2).await.starts_with(b"m|\x02"));
        both_are_read(&later).await?;
        assert_eq!(RedisQueue::<Other>::new("queue").on(&session).get().await?, OTHER);
        assert_eq!(queue.get().await?, ONE);
        assert_eq!(kept(&session, fingerprint::<One>()).await.unwrap().to_string(), json);
        Ok(())
    }

    async fn two_shapes_of_one_fingerprint_at_once_are_told_apart(session: RedisSession) -> rediscache::Result<()> {
        let (ones, others) = (cache::<One>(&session), cache::<Other>(&session));
        let ones = futures_util::future::try_join_all((0..20).map(|n| ones.set(2 * n + 1, ONE)));
        let others = futures_util::future::try_join_all((1..21).map(|n| others.set(2 * n, OTHER)));
        let (ones, others) = tokio::join!(ones, others);
        ones.and(others)?;
        for n in 1..41 {
            assert_eq!(cache::<One>(&session).get(n).await?, Some(ONE), "{n}");
            assert_eq!(cache::<Other>(&session).get(n).await?, Some(OTHER), "{n}");
        }
        Ok(())
    }

    /// A reader that never wrote any of them.
    async fn own_values_are_not_taken_for_those_of_the_other_shape(session: RedisSession) -> rediscache::Result<()> {
        let elsewhere = RedisSession::in_memory();
        RedisCache::<u64, One>::new("values").on(&elsewhere).set(1, ONE).await?;
        poke(&session, "values", "i|1", peek(&elsewhere, "values", "i|1").await.unwrap()).await;
        keep_by_hand(&session, fingerprint::<One>(), one_by_hand(&session).await).await;
        assert_eq!(cache::<Other>(&session).get(1).await?, Some(OTHER));
        assert_eq!(cache::<One>(&session).get(1).await?, Some(ONE));
        Ok(())
    }
}

/// The JSON of the first one, made of that of the other.
async fn one_by_hand(session: &RedisSession) -> String {
    let scratch =
        RedisSession::builder("memory://").global_namespace(session.global_namespace()).connect().await.unwrap();
    cache(&scratch).set(1, ONE).await.unwrap();
    kept(&scratch, fingerprint::<One>()).await.unwrap().to_string()
}

async fn both_are_read(session: &RedisSession) -> rediscache::Result<()> {
    for key in [1, 2] {
        assert_eq!(cache::<One>(session).get(key).await?, Some(ONE));
        assert_eq!(cache::<Other>(session).get(key).await?, Some(OTHER));
    }
    assert!(cache::<One>(session).values().await?.iter().all(|one| *one == ONE));
    Ok(())
}
