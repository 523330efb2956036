//! The shapes of values are kept in a hash of their own, which whoever reads a value asks.

use std::error::Error as _;

use rediscache::{Error, ErrorKind, RedisCache, RedisQueue, RedisSession, Shape};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use support::{Raw, RawBytes, contract, peek, poke};

use crate::queue_store::another;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Level {
    pub(crate) level: u8,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Wide {
    pub(crate) level: u32,
}

/// The hash of shapes below the global namespace.
pub(crate) fn shapes(session: &RedisSession) -> RedisCache<RawBytes, RawBytes, Raw> {
    let key = format!("{}.$shapes", session.global_namespace());
    RedisCache::with_namespace(key).without_global_namespace().on(session)
}

/// CRC-32 as of zlib, bit by bit.
pub(crate) fn crc32(text: &str) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !text.bytes().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc)))
}

/// The fingerprint of the shape of a type.
pub(crate) fn fingerprint<T: DeserializeOwned + 'static>() -> u32 {
    crc32(&Shape::of::<T>().to_string())
}

/// The stored form of a value by position.
pub(crate) fn positional(fingerprint: u32, body: &[u8]) -> Vec<u8> {
    [b"c|\x02", &fingerprint.to_be_bytes()[..], body].concat()
}

pub(crate) async fn keep_by_hand(session: &RedisSession, fingerprint: u32, json: impl AsRef<[u8]>) {
    let field = RawBytes::from(format!("{fingerprint:08x}"));
    shapes(session).set(field, RawBytes::from(json)).await.unwrap();
}

/// What stands in the hash of shapes by a fingerprint.
pub(crate) async fn kept(session: &RedisSession, fingerprint: u32) -> Option<Value> {
    let kept = shapes(session).get(RawBytes::from(format!("{fingerprint:08x}"))).await.unwrap();
    kept.map(|json| serde_json::from_slice(&json.0).unwrap())
}

pub(crate) fn cache<T: Serialize + DeserializeOwned + 'static>(session: &RedisSession) -> RedisCache<u64, T> {
    RedisCache::new("values").on(session)
}

pub(crate) async fn stored(session: &RedisSession, key: u64) -> Vec<u8> {
    peek(session, "values", format!("i|{key}")).await.unwrap()
}

/// An error with all that is underneath.
pub(crate) fn told(error: &Error) -> String {
    let sources = std::iter::successors(error.source(), |&error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}

contract! {
    async fn the_shape_of_a_struct_is_kept_by_the_crc_32_of_its_text(session: RedisSession) -> rediscache::Result<()> {
        cache(&session).set(1, Level { level: 7 }).await?;
        assert_eq!(Shape::of::<Level>().to_string(), "{level: u8}");
        let fields = shapes(&session).keys().await?;
        assert_eq!(fields, [RawBytes::from("879e64e2")]);
        let kept = kept(&session, 0x879e_64e2).await.unwrap();
        assert_eq!(kept.get("version"), None);
        assert!(kept["shape"].to_string().contains("level"), "{kept}");
        assert_eq!(stored(&session, 1).await, b"c|\x02\x87\x9e\x64\xe2\x07");
        Ok(())
    }

    async fn a_version_stands_in_the_text_and_in_the_json(session: RedisSession) -> rediscache::Result<()> {
        let second = cache::<Level>(&session).version(2);
        second.set(1, Level { level: 7 }).await?;
        let fingerprint = crc32("2: {level: u8}");
        let (kept, first) = (kept(&session, fingerprint).await.unwrap(), kept(&session, 0x879e_64e2).await);
        assert_eq!((&kept["version"], first), (&json!(2), None));
        assert_eq!(stored(&session, 1).await, positional(fingerprint, &[7]));
        Ok(())
    }

    async fn scalars_keep_no_shape(session: RedisSession) -> rediscache::Result<()> {
        RedisCache::<u64, u64>::new("numbers").on(&session).set(1, 1).await?;
        RedisCache::<u64, String>::new("texts").on(&session).set(1, "one").await?;
        RedisCache::<(u8, u8), bool>::new("bools").on(&session).set((1, 2), true).await?;
        RedisQueue::<f64>::new("floats").on(&session).put(0.5).await?;
        assert!(shapes(&session).is_empty().await?);
        Ok(())
    }

    async fn each_prefix_has_its_own(session: RedisSession) -> rediscache::Result<()> {
        let bare = RedisCache::<u64, Level>::with_namespace(format!("bare.{}", session.global_namespace()));
        let bare = bare.without_global_namespace().on(&session);
        bare.set(1, Level { level: 7 }).await?;
        assert!(shapes(&session).is_empty().await?, "it is kept in `$shapes` itself");
        assert_eq!(bare.get(1).await?, Some(Level { level: 7 }));
        bare.clear().await
    }

    async fn values_of_another_type_are_read_by_name(session: RedisSession) -> rediscache::Result<()> {
        cache(&session).set(1, Level { level: 7 }).await?;
        cache(&session).set(2, Wide { level: 8 }).await?;
        cache(&session).set(3, Wide { level: 300 }).await?;
        for session in [&session, &another(&session).await] {
            assert_eq!(cache(session).get(1).await?, Some(Wide { level: 7 }));
            assert_eq!(cache(session).get(2).await?, Some(Level { level: 8 }));
            let refused = cache::<Level>(session).get(3).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Decode);
            assert!(told(&refused).contains("at `level`"), "{}", told(&refused));
        }
        Ok(())
    }

    /// No type of this program has that shape.
    async fn a_shape_of_others_is_read(session: RedisSession) -> rediscache::Result<()> {
        cache(&session).set(1, Level { level: 7 }).await?;
        let json = kept(&session, 0x879e_64e2).await.unwrap().to_string();
        let text = "{deep: u8}";
        keep_by_hand(&session, crc32(text), json.replace("level", "deep")).await;
        poke(&session, "values", "i|2", positional(crc32(text), &[9])).await;
        let refused = cache::<Level>(&session).get(2).await.unwrap_err();
        assert!(told(&refused).contains("`level` is missing"), "{}", told(&refused));
        assert_eq!(cache(&session).get(2).await?, Some(Deep { level: 9 }));
        Ok(())
    }

    async fn own_values_are_read_where_their_shape_is_gone(session: RedisSession) -> rediscache::Result<()> {
        poke(&session, "values", "i|1", positional(fingerprint::<Level>(), &[7])).await;
        assert_eq!(cache(&session).get(1).await?, Some(Level { level: 7 }));
        assert!(shapes(&session).is_empty().await?, "who reads keeps nothing");
        // And is kept by the first write.
        cache(&session).set(1, Level { level: 7 }).await?;
        assert_eq!(shapes(&session).len().await?, 1);
        Ok(())
    }

    async fn a_shape_of_others_that_is_gone_is_told(session: RedisSession) -> rediscache::Result<()> {
        let lost = positional(0x0102_0304, &[7]);
        poke(&session, "values", "i|1", &lost).await;
        let cache = cache::<Level>(&session);
        let refusals = [
            cache.get(1).await.unwrap_err(),
            cache.pop(1).await.unwrap_err(),
            cache.replace(1, Level { level: 1 }).await.unwrap_err(),
            cache.items().await.unwrap_err(),
            cache.get_many([1]).await.unwrap_err(),
        ];
        for refused in refusals {
            assert_eq!(refused.kind(), ErrorKind::Decode);
            let told = told(&refused);
            assert!(told.contains("`$shapes`") && told.contains("01020304"), "{told}");
        }
        assert!(!cache.compare_and_set(1, Level { level: 7 }, Level { level: 8 }).await?);
        assert_eq!(stored(&session, 1).await, lost);
        // It is looked for again, not taken for gone.
        keep_by_hand(&session, 0x0102_0304, "7").await;
        assert_eq!(cache.get(1).await.unwrap_err().kind(), ErrorKind::Decode);
        Ok(())
    }

    async fn an_item_of_a_shape_that_is_gone_is_put_aside(session: RedisSession) -> rediscache::Result<()> {
        let raw = RedisQueue::<RawBytes, Raw>::new("queue").on(&session);
        raw.put(RawBytes(positional(0x0102_0304, &[7]))).await?;
        let queue = RedisQueue::<Level>::new("queue").on(&session);
        queue.put(Level { level: 8 }).await?;
        let refused = queue.get().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Decode);
        assert!(told(&refused).contains("`$shapes`"), "{}", told(&refused));
        assert_eq!(queue.get().await?, Level { level: 8 });
        let dead = RedisQueue::<RawBytes, Raw>::new("queue$dead").on(&session);
        crate::queue_kind::until(async || dead.len().await.unwrap() == 1).await;
        Ok(())
    }

    async fn namespaces_of_the_library_are_refused(session: RedisSession) -> rediscache::Result<()> {
        for name in ["$shapes", "$objects", "$", "$anything"] {
            let refused = RedisCache::<u64, u64>::with_namespace(name).on(&session).set(1, 1).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Config, "{name}");
            let refused = RedisQueue::<u64>::with_namespace(name).on(&session).try_get().await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Config, "{name}");
        }
        Ok(())
    }
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Deep {
    #[serde(alias = "deep")]
    level: u8,
}

/// It can be evicted or flushed meanwhile.
#[tokio::test(start_paused = true)]
async fn it_is_confirmed_every_ten_minutes() -> rediscache::Result<()> {
    let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    cache(&session).set(1, Level { level: 7 }).await?;
    shapes(&session).clear().await?;
    for (minutes, count) in [(9, 0), (2, 1), (9, 1)] {
        tokio::time::advance(std::time::Duration::from_secs(60 * minutes)).await;
        cache(&session).set(1, Level { level: 7 }).await?;
        assert_eq!(shapes(&session).len().await?, count, "{minutes}");
    }
    shapes(&session).clear().await?;
    tokio::time::advance(std::time::Duration::from_secs(60 * 2)).await;
    assert_eq!(cache(&session).get(1).await?, Some(Level { level: 7 }));
    cache(&session).set(1, Level { level: 7 }).await?;
    assert_eq!(shapes(&session).len().await?, 1);
    Ok(())
}
