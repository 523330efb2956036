//! Increments of every integer type: exact over its range, and never beyond.

use std::fmt::Debug;

use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rediscache::{ErrorKind, RedisCache, RedisSession};
use support::{contract, peek};

use crate::kind;

/// Starts from `a` and adds or subtracts `b`; the answer and what is stored are what Rust's checked arithmetic says.
macro_rules! check {
    ($session:expr, $integer:ty, $pairs:expr) => {
        let counts = RedisCache::<u8, $integer>::new(stringify!($integer)).on($session);
        for (a, b) in $pairs {
            let (a, b): ($integer, $integer) = (a, b);
            counts.set(0, a).await?;
            let sum = counts.increment(0, b).await;
            assert_answer(sum, a.checked_add(b), &format!("{a} + {b}"));
            assert_eq!(counts.get(0).await?, Some(a.checked_add(b).unwrap_or(a)), "{a} + {b}");

            counts.set(0, a).await?;
            let difference = counts.decrement(0, b).await;
            assert_answer(difference, a.checked_sub(b), &format!("{a} - {b}"));
            let left = a.checked_sub(b).unwrap_or(a);
            let stored = peek($session, stringify!($integer), "i|0").await;
            assert_eq!(stored, Some(format!("i|{left}").into_bytes()), "{a} - {b}");
        }
    };
}

#[track_caller]
fn assert_answer<T: Debug + PartialEq>(answer: rediscache::Result<T>, expected: Option<T>, what: &str) {
    match (answer, expected) {
        (Ok(answer), Some(expected)) => assert_eq!(answer, expected, "{what}"),
        (Err(error), None) => assert_eq!(error.kind(), ErrorKind::Overflow, "{what}: {error:?}"),
        (answer, expected) => panic!("{what} gave {answer:?}, not {expected:?}"),
    }
}

/// All pairs of the values at which something begins or ends.
macro_rules! edges {
    ($integer:ident) => {{
        let mut edges = vec![0, 1, 2, $integer::MAX, $integer::MAX - 1, $integer::MAX / 2, $integer::MAX / 2 + 1];
        edges.extend([$integer::MIN, $integer::MIN + 1, $integer::MIN / 2]);
        // Where doubles end to be exact, where the script's chunks of digits end, and where 64 bits do.
        let marks = [(1 << 53), 99_999_999_999_999, 10_i128.pow(15), 10_i128.pow(28), 1 << 63, 1 << 64];
        for mark in marks.into_iter().flat_map(|mark| [mark - 1, mark, mark + 1, -mark - 1, -mark, 1 - mark]) {
            edges.extend($integer::try_from(mark).ok());
        }
        edges.sort_unstable();
        edges.dedup();
        edges.clone().into_iter().flat_map(move |a| edges.clone().into_iter().map(move |b| (a, b)))
    }};
}

macro_rules! integers {
    ($($test:ident: $($integer:ident)*;)*) => { contract! {$(
        async fn $test(session: RedisSession) -> rediscache::Result<()> {
            $(check!(&session, $integer, edges!($integer));)*
            Ok(())
        }
    )*} };
}

integers! {
    increment_is_exact_at_the_edges_of_8_and_16_bits: i8 u8 i16 u16;
    increment_is_exact_at_the_edges_of_32_bits: i32 u32;
    increment_is_exact_at_the_edges_of_i64: i64;
    increment_is_exact_at_the_edges_of_u64: u64;
    increment_is_exact_at_the_edges_of_the_sizes: isize usize;
    increment_is_exact_at_the_edges_of_i128: i128;
    increment_is_exact_at_the_edges_of_u128: u128;
}

/// Random pairs of random lengths.
fn pairs<T: Debug>(of: impl Strategy<Value = T>) -> Vec<(T, T)> {
    let (mut runner, pair) = (TestRunner::default(), (&of, &of));
    (0..300).map(|_| pair.new_tree(&mut runner).unwrap().current()).collect()
}

contract! {
    async fn increment_is_exact_within_the_range(session: RedisSession) -> rediscache::Result<()> {
        check!(&session, i64, pairs((any::<i64>(), 0..64).prop_map(|(n, shift)| n >> shift)));
        check!(&session, u64, pairs((any::<u64>(), 0..64).prop_map(|(n, shift)| n >> shift)));
        check!(&session, i128, pairs((any::<i128>(), 0..128).prop_map(|(n, shift)| n >> shift)));
        check!(&session, u128, pairs((any::<u128>(), 0..128).prop_map(|(n, shift)| n >> shift)));
        Ok(())
    }

    async fn an_absent_key_counts_as_zero(session: RedisSession) -> rediscache::Result<()> {
        let signed = RedisCache::<String, i64>::new("signed").on(&session);
        assert_eq!(signed.increment("up", 5).await?, 5);
        assert_eq!(signed.decrement("down", 5).await?, -5);
        assert_eq!(signed.increment("zero", 0).await?, 0);
        assert_eq!(signed.get("zero").await?, Some(0));
        assert_eq!(signed.increment("least", i64::MIN).await?, i64::MIN);
        assert_eq!(kind(signed.decrement("beyond", i64::MIN).await), ErrorKind::Overflow);
        assert!(!signed.contains("beyond").await?, "what is refused stores nothing");
        Ok(())
    }

    async fn an_unsigned_number_does_not_go_below_zero(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<String, u32>::new("counts").on(&session);
        assert_eq!(kind(counts.decrement("a", 1).await), ErrorKind::Overflow);
        counts.set("a", 5).await?;
        assert_eq!(kind(counts.decrement("a", 6).await), ErrorKind::Overflow);
        assert_eq!(counts.get("a").await?, Some(5));
        assert_eq!(counts.decrement("a", 5).await?, 0);
        Ok(())
    }

    async fn many_increments_at_once_add_up(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u8, u128>::new("counts").on(&session);
        let step = u128::from(u64::MAX) + 7;
        let callers: Vec<_> = (0..300).map(|_| tokio::spawn(counts.increment(0, step))).collect();
        let mut sums = Vec::new();
        for caller in callers {
            sums.push(caller.await.unwrap()?);
        }
        sums.sort_unstable();
        assert_eq!(sums, (1..=300).map(|n| n * step).collect::<Vec<_>>());
        assert_eq!(counts.get(0).await?, Some(300 * step));
        Ok(())
    }

    async fn increment_keeps_the_expiry_and_the_neighbours(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u8, i64>::new("counts").on(&session);
        counts.update([(1, 10), (2, 20)]).await?;
        counts.set_expiry(std::time::Duration::from_secs(600)).await?;
        counts.increment(1, 1).await?;
        assert!(counts.expiry().await?.is_some());
        assert_eq!(counts.get_many([1, 2]).await?, [Some(11), Some(20)]);
        Ok(())
    }
}
