//! Large values, and bytes of every kind.

use rediscache::{RedisCache, RedisSession};
use support::{RawBytes, contract};

const LARGE: usize = 64 << 20;

contract! {
    async fn a_value_of_64_mib_is_a_value(session: RedisSession) -> rediscache::Result<()> {
        let texts = RedisCache::<u64, String>::new("texts").on(&session);
        let large = "é".repeat(LARGE / 2);
        texts.set(1, &large).await?;
        assert!(texts.get(1).await?.as_ref() == Some(&large));
        assert!(!texts.compare_and_set(1, "small", "other").await?);
        assert!(texts.replace(1, "small").await?.as_ref() == Some(&large));
        texts.update([(2, &large)]).await?;
        assert!(texts.pop(2).await?.as_ref() == Some(&large));
        assert_eq!(texts.get(1).await?.as_deref(), Some("small"));
        Ok(())
    }

    async fn bytes_of_64_mib_are_a_value(session: RedisSession) -> rediscache::Result<()> {
        let blobs = RedisCache::<u64, RawBytes>::new("blobs").on(&session);
        let large = RawBytes((0..=u8::MAX).cycle().take(LARGE).collect());
        blobs.set(1, &large).await?;
        assert!(blobs.get(1).await?.as_ref() == Some(&large));
        assert!(blobs.compare_and_delete(1, &large).await?);
        assert!(blobs.is_empty().await?);
        Ok(())
    }

    async fn a_key_of_a_mebibyte_is_a_key(session: RedisSession) -> rediscache::Result<()> {
        let texts = RedisCache::<String, u64>::new("texts").on(&session);
        let (key, other) = ("k".repeat(1 << 20), "k".repeat((1 << 20) + 1));
        texts.set(&key, 1).await?;
        assert_eq!(texts.get(&key).await?, Some(1));
        assert_eq!(texts.get(&other).await?, None);
        assert_eq!(texts.keys().await?, [key]);
        Ok(())
    }

    async fn every_byte_is_kept_in_keys_and_values(session: RedisSession) -> rediscache::Result<()> {
        let blobs = RedisCache::<RawBytes, RawBytes>::new("blobs").on(&session);
        for byte in 0..=u8::MAX {
            blobs.set(RawBytes(vec![byte]), RawBytes(vec![0, byte, 0, byte])).await?;
        }
        assert_eq!(blobs.len().await?, 256);
        for byte in 0..=u8::MAX {
            assert_eq!(blobs.get(RawBytes(vec![byte])).await?, Some(RawBytes(vec![0, byte, 0, byte])));
        }
        Ok(())
    }

    async fn text_is_kept_with_nul_and_line_ends(session: RedisSession) -> rediscache::Result<()> {
        let texts = RedisCache::<String, String>::new("texts").on(&session);
        let odd = ["\0", "a\0b", "\r\n", "*1\r\n$4\r\nPING\r\n", "\u{feff}", "\u{10ffff}", "%s%n", "'; FLUSHALL"];
        for text in odd {
            texts.set(text, text).await?;
        }
        for text in odd {
            assert_eq!(texts.get(text).await?.as_deref(), Some(text));
            assert_eq!(texts.replace(text, "").await?.as_deref(), Some(text));
        }
        assert_eq!(texts.len().await?, odd.len() as u64);
        Ok(())
    }
}
