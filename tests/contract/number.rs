//! Increments of what is stored in another form, or is no number.

use rediscache::{Codec, CodecError, ErrorKind, Json, Number, NumberKind, RedisCache, RedisSession, Typestring};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use support::{contract, peek, poke};

use crate::kind;

fn numbers(session: &RedisSession) -> RedisCache<u8, i64> {
    RedisCache::new("numbers").on(session)
}

/// What an increment by 1 answers, and leaves.
async fn refusals(session: &RedisSession, stored: &[(impl AsRef<[u8]>, ErrorKind)]) {
    for (stored, expected) in stored {
        let (bytes, start) = (stored.as_ref(), &stored.as_ref()[..stored.as_ref().len().min(40)]);
        poke(session, "numbers", "i|0", bytes).await;
        assert_eq!(kind(numbers(session).increment(0, 1).await), *expected, "{:?}", String::from_utf8_lossy(start));
        assert_eq!(kind(numbers(session).decrement(0, 1).await), *expected, "{:?}", String::from_utf8_lossy(start));
        assert!(peek(session, "numbers", "i|0").await.as_deref() == Some(bytes), "it was changed");
    }
}

contract! {
    async fn other_forms_of_integers_are_added_to(session: RedisSession) -> rediscache::Result<()> {
        for (stored, sum) in [
            ("i|007", 8), ("i| 1_000 ", 1001), ("i|+3", 4), ("i|-0", 1), ("i|-007", -6), ("i|\t\n\x0b\x0c\r5 ", 6),
            ("i|1_2_3", 124), ("i|00000000000000000000000000000000000000000000000000000001", 2),
            ("i|+00000000009007199254740993", 9_007_199_254_740_994),
            ("i|-9_223_372_036_854_775_808", i64::MIN + 1),
        ] {
            poke(&session, "numbers", "i|0", stored).await;
            assert_eq!(numbers(&session).increment(0, 1).await?, sum, "{stored:?}");
            assert_eq!(peek(&session, "numbers", "i|0").await, Some(format!("i|{sum}").into_bytes()));
        }
        Ok(())
    }

    async fn minus_zero_becomes_zero(session: RedisSession) -> rediscache::Result<()> {
        for stored in ["i|-0", "i|-00000000000000000000"] {
            poke(&session, "numbers", "i|0", stored).await;
            assert_eq!(numbers(&session).increment(0, 0).await?, 0);
            assert_eq!(peek(&session, "numbers", "i|0").await.unwrap(), b"i|0");
        }
        Ok(())
    }

    async fn what_is_no_number_stays(session: RedisSession) {
        let not_a_number = [
            &b"s|text"[..], b"s|5", b"b|1", b"c|\x01\x05", b"", b"5", b"i", b"i|", b"i| ", b"i|abc", b"i|1 2",
            b"i|--1", b"i|+-1", b"i|_1", b"i|1_", b"i|1__0", b"i|-_1", b"f|1._5", b"f|1_.5", b"f|1_e5", b"f|1e_5",
            b"i|0x10", b"i|1\0", b"i|\xff", b"\xff\xfe", b"f|", b"f|x",
            b"f|nan", b"i|nan", b"f|1.2.3", b"f|1e", b"f|1e+", b"f|.", b"f|1-5", b"f|infin", b"f|0x1p3", b"F|1",
        ];
        refusals(&session, &not_a_number.map(|stored| (stored, ErrorKind::NotANumber))).await;
    }

    async fn a_float_under_an_integer_type_stays(session: RedisSession) {
        let floats = ["f|3", "f|3.5", "f|1e5", "f|inf", "f|-Infinity", "i|1e5", "i|1.0", "i|inf", "f|.5", "f|5."];
        refusals(&session, &floats.map(|stored| (stored, ErrorKind::Decode))).await;
    }

    async fn an_integer_of_a_larger_type_stays(session: RedisSession) {
        let beyond_u128 = "i|340282366920938463463374607431768211456";
        for stored in ["i|9223372036854775807", beyond_u128, "i|1_0000000000000000000000"] {
            poke(&session, "numbers", "i|0", stored).await;
            assert_eq!(kind(numbers(&session).increment(0, 1).await), ErrorKind::Overflow, "{stored}");
            assert_eq!(peek(&session, "numbers", "i|0").await.unwrap(), stored.as_bytes());
        }
        let small = RedisCache::<u8, u8>::new("numbers").on(&session);
        poke(&session, "numbers", "i|0", "i|1000").await;
        assert_eq!(kind(small.increment(0, 1).await), ErrorKind::Overflow);
        poke(&session, "numbers", "i|0", "i|-5").await;
        assert_eq!(kind(small.increment(0, 1).await), ErrorKind::Overflow);
        // Out of range before and in range after is in range.
        assert_eq!(small.increment(0, 6).await.unwrap(), 1);
    }

    async fn a_number_of_a_million_digits_is_answered(session: RedisSession) -> rediscache::Result<()> {
        let (digits, zeros) = ("1".repeat(1 << 20), "0".repeat(1 << 20));
        let hostile = [(format!("i|{digits}"), ErrorKind::Overflow), (format!("i|-{digits}"), ErrorKind::Overflow)];
        refusals(&session, &hostile).await;

        poke(&session, "numbers", "i|0", format!("i|{zeros}41")).await;
        assert_eq!(numbers(&session).increment(0, 1).await?, 42);

        let floats = RedisCache::<u8, f64>::new("numbers").on(&session);
        poke(&session, "numbers", "i|0", format!("f|{digits}")).await;
        assert_eq!(kind(floats.increment(0, 1.0).await), ErrorKind::Overflow);
        poke(&session, "numbers", "i|0", format!("f|{zeros}.5")).await;
        assert_eq!(floats.increment(0, 1.0).await?, 1.5);
        Ok(())
    }

    async fn a_newtype_counts_as_what_it_holds(session: RedisSession) -> rediscache::Result<()> {
        let scores = RedisCache::<u8, Score>::new("scores").on(&session);
        assert_eq!(scores.increment(0, Score(250)).await?, Score(250));
        assert_eq!(kind(scores.increment(0, Score(6)).await), ErrorKind::Overflow);
        assert_eq!(scores.decrement(0, Score(50)).await?, Score(200));
        Ok(())
    }

    async fn json_counts_in_json(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<String, i128, Json>::new("numbers").on(&session);
        assert_eq!(counts.increment("n", 1 << 100).await?, 1 << 100);
        assert_eq!(peek(&session, "numbers", "\"n\"").await, Some((1_u128 << 100).to_string().into_bytes()));
        for (stored, expected) in [
            ("\"5\"", ErrorKind::NotANumber), ("null", ErrorKind::NotANumber), ("[1]", ErrorKind::NotANumber),
            ("1.0", ErrorKind::Decode), ("", ErrorKind::NotANumber),
        ] {
            poke(&session, "numbers", "\"n\"", stored).await;
            assert_eq!(kind(counts.increment("n", 1).await), expected, "{stored}");
        }
        let floats = RedisCache::<String, f64, Json>::new("numbers").on(&session);
        floats.set("f", 0.1).await?;
        assert_eq!(floats.increment("f", 0.2).await?.to_bits(), 0.300_000_000_000_000_04_f64.to_bits());
        assert_eq!(peek(&session, "numbers", "\"f\"").await.unwrap(), b"0.30000000000000004");
        Ok(())
    }

    async fn a_codec_without_notation_does_not_count(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u8, u64, Plain>::new("numbers").on(&session);
        counts.set(0, 1).await?;
        assert_eq!(kind(counts.increment(0, 1).await), ErrorKind::Unsupported);
        assert_eq!(kind(counts.decrement(0, 1).await), ErrorKind::Unsupported);
        assert_eq!(counts.get(0).await?, Some(1));
        Ok(())
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Score(u8);

impl Number for Score {
    const KIND: NumberKind = u8::KIND;
}

/// The default codec, without what it says of numbers.
struct Plain;

impl Codec for Plain {
    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
        Typestring::encode(value, out)
    }

    fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, CodecError> {
        Typestring::decode(stored)
    }
}
