//! Increments of numbers in plain digits, which a server adds by itself: as all other increments.

use futures_util::future::join_all;
use rediscache::{ErrorKind, Json, Near, RedisCache, RedisQueue, RedisSession};
use support::{contract, peek, poke};

use crate::kind;

type Digits<K> = RedisCache<K, i64, Json>;

fn digits(session: &RedisSession) -> Digits<u64> {
    RedisCache::new("digits").on(session)
}

const EDGES: [i64; 13] = [
    i64::MIN,
    i64::MIN + 1,
    i64::MIN / 2,
    -(1 << 53) - 1,
    -7,
    -1,
    0,
    1,
    9,
    (1 << 53) + 1,
    i64::MAX / 2 + 1,
    i64::MAX - 1,
    i64::MAX,
];

contract! {
    async fn plain_digits_are_exact_at_the_edges_of_i64(session: RedisSession) -> rediscache::Result<()> {
        for (a, b) in EDGES.iter().flat_map(|a| EDGES.map(|b| (*a, b))) {
            for (sum, is_sum) in [(a.checked_add(b), true), (a.checked_sub(b), false)] {
                digits(&session).set(1, a).await?;
                let answer = if is_sum { digits(&session).increment(1, b) } else { digits(&session).decrement(1, b) }.await;
                match sum {
                    Some(sum) => assert_eq!(answer?, sum, "{a} {b} {is_sum}"),
                    None => assert_eq!(kind(answer), ErrorKind::Overflow, "{a} {b} {is_sum}"),
                }
                let stored = peek(&session, "digits", "1").await.unwrap();
                assert_eq!(stored, sum.unwrap_or(a).to_string().into_bytes(), "{a} {b} {is_sum}");
            }
        }
        Ok(())
    }

    async fn an_absent_number_in_plain_digits_counts_as_zero(session: RedisSession) -> rediscache::Result<()> {
        assert_eq!(digits(&session).increment(1, i64::MIN).await?, i64::MIN);
        assert_eq!(digits(&session).decrement(2, 5).await?, -5);
        assert_eq!(kind(digits(&session).decrement(3, i64::MIN).await), ErrorKind::Overflow);
        assert_eq!(digits(&session).keys().await?.len(), 2, "what is refused stores nothing");
        Ok(())
    }

    async fn other_forms_of_plain_digits_are_added_to(session: RedisSession) -> rediscache::Result<()> {
        for (stored, sum) in [
            ("007", 8), (" 1_000 ", 1001), ("+3", 4), ("-0", 1), ("-007", -6), ("\t5 ", 6), ("1_2_3", 124),
            ("-9223372036854775809", i64::MIN), ("00000000000000000000000000000000000000000001", 2),
        ] {
            poke(&session, "digits", "1", stored).await;
            assert_eq!(digits(&session).increment(1, 1).await?, sum, "{stored:?}");
            assert_eq!(peek(&session, "digits", "1").await, Some(sum.to_string().into_bytes()));
        }
        Ok(())
    }

    async fn what_is_not_an_integer_in_plain_digits_stays(session: RedisSession) {
        let floats = ["1.0", "1e5", "inf", ".5", "-0.0"].map(|stored| (stored, ErrorKind::Decode));
        let texts = ["", " ", "text", "\"5\"", "null", "[1]", "0x10", "1 2", "--1", "_1", "nan", "i|5"];
        let beyond = [("9223372036854775808", ErrorKind::Overflow)];
        for (stored, expected) in texts.map(|stored| (stored, ErrorKind::NotANumber)).into_iter().chain(floats).chain(beyond) {
            poke(&session, "digits", "1", stored).await;
            let error = digits(&session).increment(1, 1).await.unwrap_err();
            assert_eq!((error.operation(), error.kind()), ("increment", expected), "{stored:?}");
            assert!(!error.is_outcome_unknown());
            assert_eq!(peek(&session, "digits", "1").await.unwrap(), stored.as_bytes());
        }
    }

    async fn of_many_who_add_at_once_each_is_answered_for_itself(session: RedisSession) -> rediscache::Result<()> {
        for (field, stored) in [("1", "text"), ("2", "+5"), ("3", "9223372036854775807"), ("4", "1.5")] {
            poke(&session, "digits", field, stored).await;
        }
        // Twenty on each of ten entries; each adds another amount.
        let answers = join_all((0..200).map(|n| digits(&session).increment(n % 10, n.cast_signed()))).await;
        let mut sums: [Vec<i64>; 10] = Default::default();
        for (n, answer) in (0..200).zip(answers) {
            match n % 10 {
                1 => assert_eq!(kind(answer), ErrorKind::NotANumber),
                3 => assert_eq!(kind(answer), ErrorKind::Overflow),
                4 => assert_eq!(kind(answer), ErrorKind::Decode),
                entry => sums[entry].push(answer?),
            }
        }
        for (entry, mut sums) in sums.into_iter().enumerate().filter(|(entry, _)| ![1, 3, 4].contains(entry)) {
            sums.sort_unstable();
            let entry = i64::try_from(entry).unwrap();
            let total = (0..20).map(|n| 10 * n + entry).sum::<i64>() + if entry == 2 { 5 } else { 0 };
            assert_eq!(digits(&session).get(entry.unsigned_abs()).await?, Some(total));
            assert_eq!(sums.last(), Some(&total));
            sums.dedup();
            assert!(sums.len() >= 19, "no two are answered the same, but for the one that adds nothing: {sums:?}");
        }
        Ok(())
    }

    async fn many_who_count_one_thing_see_each_number_once(session: RedisSession) -> rediscache::Result<()> {
        let callers: Vec<_> = (0..300).map(|_| tokio::spawn(digits(&session).increment(7, 1))).collect();
        let mut sums = Vec::new();
        for caller in callers {
            sums.push(caller.await.unwrap()?);
        }
        sums.sort_unstable();
        assert!(sums.into_iter().eq(1..=300));
        Ok(())
    }

    async fn who_adds_to_another_data_type_is_told_so(session: RedisSession) -> rediscache::Result<()> {
        let queue = RedisQueue::<u64>::new("digits").on(&session);
        queue.put(1).await?;
        for answer in join_all((0..40).map(|n| digits(&session).increment(n, 1))).await {
            assert_eq!(kind(answer), ErrorKind::WrongType);
        }
        assert_eq!(queue.try_get().await?, Some(1));
        Ok(())
    }

    async fn what_was_added_in_plain_digits_is_read_at_once(session: RedisSession) -> rediscache::Result<()> {
        for near in [Near::tracking(), Near::fields().bytes(1 << 20)] {
            let counts = Digits::<u64>::new("near").near(near).on(&session);
            counts.clear().await?;
            for n in 1..=20 {
                assert_eq!(counts.increment(1, 2).await?, n + 1);
                assert_eq!(counts.get(1).await?, Some(n + 1));
                assert_eq!(counts.decrement(1, 1).await?, n);
                assert_eq!(counts.get(1).await?, Some(n));
                let many = join_all((2..12).map(|key| counts.increment(key, 1))).await;
                assert!(many.into_iter().all(|sum| sum.is_ok_and(|sum| sum == n)));
                assert_eq!(counts.get_many([2, 11]).await?, [Some(n), Some(n)]);
            }
        }
        Ok(())
    }

    async fn adding_in_plain_digits_keeps_the_expiry(session: RedisSession) -> rediscache::Result<()> {
        digits(&session).update([(1, 10), (2, 20)]).await?;
        digits(&session).set_expiry(std::time::Duration::from_secs(600)).await?;
        assert_eq!(digits(&session).increment(1, 1).await?, 11);
        assert!(digits(&session).expiry().await?.is_some());
        assert_eq!(digits(&session).get_many([1, 2]).await?, [Some(11), Some(20)]);
        Ok(())
    }
}
