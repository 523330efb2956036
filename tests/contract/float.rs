//! Increments of floats, which add as IEEE doubles do.

use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rediscache::{ErrorKind, RedisCache, RedisSession};
use support::{contract, peek, poke};

use crate::kind;

fn floats(session: &RedisSession) -> RedisCache<u8, f64> {
    RedisCache::new("floats").on(session)
}

/// The sum of two doubles, unless it is beyond the finite ones.
fn sum(a: f64, b: f64) -> Result<u64, ErrorKind> {
    let sum = a + b;
    if sum.is_finite() { Ok(sum.to_bits()) } else { Err(ErrorKind::Overflow) }
}

async fn check(session: &RedisSession, a: f64, b: f64) -> rediscache::Result<()> {
    let floats = floats(session);
    floats.set(0, a).await?;
    let answer = floats.increment(0, b).await.map(f64::to_bits).map_err(|error| error.kind());
    assert_eq!(answer, sum(a, b), "{a:?} + {b:?}");
    let left = if answer.is_ok() { a + b } else { a };
    assert_eq!(floats.get(0).await?.map(f64::to_bits), Some(left.to_bits()), "{a:?} + {b:?}");

    // What is stored is what `set` would have stored.
    let stored = peek(session, "floats", "i|0").await;
    floats.set(0, left).await?;
    assert_eq!(stored, peek(session, "floats", "i|0").await, "{a:?} + {b:?}");

    floats.set(0, a).await?;
    let answer = floats.decrement(0, b).await.map(f64::to_bits).map_err(|error| error.kind());
    assert_eq!(answer, sum(a, -b), "{a:?} - {b:?}");
    Ok(())
}

contract! {
    async fn a_tenth_and_two_tenths_are_what_they_are_in_python(session: RedisSession) -> rediscache::Result<()> {
        let floats = floats(&session);
        floats.set(0, 0.1).await?;
        assert_eq!(floats.increment(0, 0.2).await?.to_bits(), 0.300_000_000_000_000_04_f64.to_bits());
        assert_eq!(peek(&session, "floats", "i|0").await.unwrap(), b"f|0.30000000000000004");
        Ok(())
    }

    async fn edges_of_doubles_add_exactly(session: RedisSession) -> rediscache::Result<()> {
        let edges = [
            0.0, -0.0, 1.0, -1.5, 0.1, 1e-4, 9.9e-5, 1e15, 1e16, 9_999_999_999_999_998.0, 123_456_789.123_456_79,
            9_007_199_254_740_992.0, 1e22, 1e100, -1e300, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, f64::EPSILON,
        ];
        for a in edges {
            for b in edges {
                check(&session, a, b).await?;
            }
        }
        Ok(())
    }

    async fn random_doubles_add_exactly(session: RedisSession) -> rediscache::Result<()> {
        let double = any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |float| float.is_finite());
        let near = (any::<i32>(), 0..12).prop_map(|(n, power)| f64::from(n) / 10_f64.powi(power));
        let mut runner = TestRunner::default();
        for _ in 0..150 {
            let (a, b) = (&double, &double).new_tree(&mut runner).unwrap().current();
            check(&session, a, b).await?;
            let (a, b) = (&near, &near).new_tree(&mut runner).unwrap().current();
            check(&session, a, b).await?;
        }
        Ok(())
    }

    /// As CPython 3 wrote them, where printers of shortest forms differ.
    async fn of_two_shortest_forms_the_one_of_python_is_stored(session: RedisSession) -> rediscache::Result<()> {
        let forms: [(u64, &str); 6] = [
            // Half way between two shortest forms: the even one.
            (0x3f40_0800_0000_0000, "f|0.0004892349243164062"),
            (0x3f40_2800_0000_0000, "f|0.0004930496215820312"),
            (0x3ee0_8000_0000_0000, "f|7.867813110351562e-06"),
            // A power of two, which is nearer to the next double below than to the one above.
            (0x3e70_0000_0000_0000, "f|5.960464477539063e-08"),
            (0x0060_0000_0000_0000, "f|7.120236347223045e-307"),
            (0x0420_0000_0000_0000, "f|8.209073602596753e-289"),
        ];
        let floats = floats(&session);
        for (bits, form) in forms {
            floats.clear().await?;
            assert_eq!(floats.increment(0, f64::from_bits(bits)).await?.to_bits(), bits);
            assert_eq!(String::from_utf8(peek(&session, "floats", "i|0").await.unwrap()).unwrap(), form);
        }
        Ok(())
    }

    async fn a_sum_beyond_the_finite_is_refused(session: RedisSession) -> rediscache::Result<()> {
        let floats = floats(&session);
        floats.set(0, f64::MAX).await?;
        assert_eq!(kind(floats.increment(0, f64::MAX).await), ErrorKind::Overflow);
        assert_eq!(kind(floats.decrement(0, f64::NEG_INFINITY).await), ErrorKind::Overflow);
        assert_eq!(floats.get(0).await?, Some(f64::MAX));
        floats.set(0, f64::INFINITY).await?;
        assert_eq!(kind(floats.increment(0, f64::NEG_INFINITY).await), ErrorKind::Overflow);
        assert_eq!(floats.get(0).await?, Some(f64::INFINITY));
        Ok(())
    }

    async fn a_nan_is_not_a_number(session: RedisSession) -> rediscache::Result<()> {
        let floats = floats(&session);
        floats.set(0, f64::NAN).await?;
        assert_eq!(kind(floats.increment(0, 1.0).await), ErrorKind::NotANumber);
        assert!(floats.get(0).await?.unwrap().is_nan());
        floats.set(0, 1.0).await?;
        assert_eq!(kind(floats.increment(0, f64::NAN).await), ErrorKind::NotANumber);
        assert_eq!(floats.get(0).await?, Some(1.0));
        Ok(())
    }

    async fn an_absent_key_counts_as_zero(session: RedisSession) -> rediscache::Result<()> {
        let floats = floats(&session);
        assert_eq!(floats.increment(0, 1.5).await?, 1.5);
        assert_eq!(floats.decrement(1, 1.5).await?, -1.5);
        assert_eq!(floats.increment(2, 0.0).await?, 0.0);
        assert_eq!(peek(&session, "floats", "i|2").await.unwrap(), b"f|0.0");
        Ok(())
    }

    async fn integers_and_other_forms_are_added_to(session: RedisSession) -> rediscache::Result<()> {
        let floats = floats(&session);
        for (stored, start) in [
            ("f|3", 3.0), ("i|3", 3.0), ("i|007", 7.0), ("i| 1_000 ", 1000.0), ("f|1E5", 1e5), ("f|.5", 0.5),
            ("f|5.", 5.0), ("f|+1.5", 1.5), ("f|1e-5", 1e-5), ("f|\t2\r\n", 2.0), ("f|1_0.2_5", 10.25), ("i|-0", -0.0),
            ("i|9007199254740993", 9_007_199_254_740_992.0),
        ] {
            poke(&session, "floats", "i|0", stored).await;
            assert_eq!(floats.increment(0, 0.25).await?, start + 0.25, "{stored:?}");
        }
        Ok(())
    }

    /// A range of its own, and digits of its own.
    async fn a_float_of_32_bits_keeps_to_its_range(session: RedisSession) -> rediscache::Result<()> {
        let floats = RedisCache::<u8, f32>::new("floats").on(&session);
        floats.set(0, 1.5).await?;
        assert_eq!(floats.increment(0, 0.25).await?, 1.75);
        assert_eq!(floats.decrement(0, 2.0).await?, -0.25);
        assert_eq!(floats.get(0).await?, Some(-0.25));
        assert_eq!(kind(floats.increment(0, f32::INFINITY).await), ErrorKind::Overflow);
        floats.set(0, f32::MAX / 2.0).await?;
        assert_eq!(kind(floats.increment(0, f32::MAX).await), ErrorKind::Overflow);
        assert_eq!(floats.get(0).await?, Some(f32::MAX / 2.0));
        Ok(())
    }

    async fn the_largest_float_of_32_bits_is_within_its_range(session: RedisSession) -> rediscache::Result<()> {
        let floats = RedisCache::<u8, f32>::new("floats").on(&session);
        assert_eq!(floats.increment(0, f32::MAX).await?, f32::MAX);
        assert_eq!(floats.increment(0, 0.0).await?, f32::MAX);
        assert_eq!(floats.decrement(1, f32::MAX).await?, f32::MIN);
        Ok(())
    }
}
