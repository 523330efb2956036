//! Members in the order of their scores.

use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt};
use rediscache::{ErrorKind, RedisNamespaced, RedisRanking, RedisSession, Score};
use support::{Raw, RawBytes, contract};

use crate::kind;

const INFINITY: f64 = f64::INFINITY;
const MOST: i64 = 1 << 53;

fn points(session: &RedisSession) -> RedisRanking<String> {
    RedisRanking::new("points").on(session)
}

fn counts(session: &RedisSession) -> RedisRanking<String, i64> {
    RedisRanking::new("points").on(session)
}

/// The same, as it is stored, highest first.
async fn stored(session: &RedisSession) -> Vec<(Vec<u8>, f64)> {
    let raw = RedisRanking::<RawBytes, f64, Raw>::new("points").on(session);
    raw.top(u64::MAX).await.unwrap().into_iter().map(|(member, score)| (member.0, score)).collect()
}

fn names<S: Score>(scored: Vec<(String, S)>) -> Vec<String> {
    scored.into_iter().map(|(name, _)| name).collect()
}

#[derive(RedisNamespaced)]
struct Game {
    #[rediscache(unreadable = "absent", timeout = "20s")]
    points: RedisRanking<u64>,
    #[rediscache(namespace = "points")]
    counts: RedisRanking<String, i64>,
}

contract! {
    async fn members_stand_in_the_order_of_their_scores(session: RedisSession) -> rediscache::Result<()> {
        let points = points(&session);
        assert!(points.is_empty().await? && points.top(3).await?.is_empty());
        points.set("ada", 1.5).await?;
        points.set_many([("bob", 7.0), ("eve", -2.0), ("joe", 3.0), ("joe", 3.5)]).await?;
        assert_eq!(names(points.top(10).await?), ["bob", "joe", "ada", "eve"]);
        assert_eq!(points.top(1).await?, [("bob".to_owned(), 7.0)]);
        assert_eq!(points.top(0).await?, []);
        assert_eq!((points.rank("bob").await?, points.rank("eve").await?, points.rank("x").await?), (Some(0), Some(3), None));
        assert_eq!((points.score("joe").await?, points.score("x").await?), (Some(3.5), None));
        points.set("bob", -7.0).await?;
        assert_eq!((points.rank("bob").await?, points.len().await?), (Some(3), 4));
        assert!(points.remove("bob").await? && !points.remove("bob").await?);
        assert_eq!(names(points.top(u64::MAX).await?), ["joe", "ada", "eve"]);
        Ok(())
    }

    async fn neighbours_are_those_above_and_below(session: RedisSession) -> rediscache::Result<()> {
        let points = RedisRanking::<u64, i64>::new("points").on(&session);
        points.set_many((0..10).map(|n| (n, i64::try_from(n).unwrap()))).await?;
        let around = async |n: u64, places| {
            points.around(n, places).await.unwrap().into_iter().map(|(n, _)| n).collect::<Vec<_>>()
        };
        assert_eq!(around(5, 2).await, [7, 6, 5, 4, 3]);
        assert_eq!((around(9, 1).await, around(8, 2).await), (vec![9, 8], vec![9, 8, 7, 6]));
        assert_eq!((around(0, 1).await, around(5, 0).await), (vec![1, 0], vec![5]));
        assert_eq!((around(77, 3).await, around(3, u64::MAX).await.len()), (vec![], 10));
        Ok(())
    }

    async fn a_range_of_scores_begins_at_the_top(session: RedisSession) -> rediscache::Result<()> {
        let points = points(&session);
        points.set_many([("a", 1.0), ("b", 2.0), ("c", 3.0), ("d", INFINITY), ("e", -INFINITY)]).await?;
        assert_eq!(names(points.by_score(..).await?), ["d", "c", "b", "a", "e"]);
        assert_eq!(names(points.by_score(1.0..3.0).await?), ["b", "a"]);
        assert_eq!(names(points.by_score(1.0..=3.0).await?), ["c", "b", "a"]);
        assert_eq!(names(points.by_score(2.0..).await?), ["d", "c", "b"]);
        assert_eq!(names(points.by_score(..2.0).await?), ["a", "e"]);
        assert_eq!(names(points.by_score((std::ops::Bound::Excluded(1.0), std::ops::Bound::Included(INFINITY))).await?), ["d", "c", "b"]);
        assert_eq!(points.by_score(3.0..1.0).await?, []);
        assert_eq!((points.remove_below(2.0).await?, points.remove_below(-INFINITY).await?), (2, 0));
        assert_eq!(names(points.by_score(..).await?), ["d", "c", "b"]);
        Ok(())
    }

    /// Of equal scores, the greater bytes are above.
    async fn ties_stand_in_the_order_of_their_bytes(session: RedisSession) -> rediscache::Result<()> {
        let points = points(&session);
        points.set_many([("b", 1.0), ("", 1.0), ("ab", 1.0), ("ö", 1.0), ("a", 1.0), ("B", 1.0)]).await?;
        assert_eq!(names(points.top(9).await?), ["ö", "b", "ab", "a", "B", ""]);
        assert_eq!((points.rank("ö").await?, points.rank("").await?), (Some(0), Some(5)));
        assert_eq!(names(points.around("a", 1).await?), ["ab", "a", "B"]);
        let numbers = RedisRanking::<u64, i64>::new("numbers").on(&session);
        numbers.set_many([(9, 0), (10, 0)]).await?;
        assert_eq!(numbers.top(2).await?, [(9, 0), (10, 0)]);
        Ok(())
    }

    async fn infinities_are_scores_and_nan_is_none(session: RedisSession) -> rediscache::Result<()> {
        let points = points(&session);
        points.set_many([("first", INFINITY), ("last", -INFINITY), ("zero", -0.0), ("other", 0.0)]).await?;
        assert_eq!(names(points.top(9).await?), ["first", "zero", "other", "last"]);
        assert!(points.score("zero").await?.is_some_and(f64::is_sign_positive));
        for refused in [points.set("x", f64::NAN), points.set_many([("y", 1.0), ("x", f64::NAN)])] {
            assert_eq!(kind(refused.await), ErrorKind::Encode);
        }
        assert_eq!(kind(points.increment("x", f64::NAN).await), ErrorKind::Encode);
        assert_eq!(kind(points.by_score(f64::NAN..).await), ErrorKind::Encode);
        assert_eq!(kind(points.remove_below(f64::NAN).await), ErrorKind::Encode);
        assert_eq!(points.len().await?, 4);
        assert_eq!(points.increment("first", 1.0).await?, INFINITY);
        assert_eq!(kind(points.increment("first", -INFINITY).await), ErrorKind::Overflow);
        assert_eq!(points.increment("zero", -INFINITY).await?, -INFINITY);
        assert_eq!(points.score("first").await?, Some(INFINITY));
        Ok(())
    }

    async fn sums_are_those_of_doubles(session: RedisSession) -> rediscache::Result<()> {
        let points = points(&session);
        for amounts in [&[0.1, 0.2][..], &[1e300, -1.0], &[f64::MAX, f64::MAX], &[5e-324, 0.0], &[-1.0, 1.0], &[1e16, 1.0]] {
            let mut sum = 0.0;
            for amount in amounts {
                sum += amount;
                assert_eq!(points.increment("ada", *amount).await?.to_bits(), f64::to_bits(sum), "{amounts:?}");
            }
            assert_eq!(points.score("ada").await?.map(f64::to_bits), Some(sum.to_bits()));
            points.clear().await?;
        }
        Ok(())
    }

    async fn integers_are_exact_or_refused(session: RedisSession) -> rediscache::Result<()> {
        let counts = counts(&session);
        counts.set("ada", MOST).await?;
        assert_eq!(counts.score("ada").await?, Some(MOST));
        for beyond in [MOST + 1, -MOST - 1, i64::MAX, i64::MIN] {
            assert_eq!(kind(counts.set("ada", beyond).await), ErrorKind::Encode);
            assert_eq!(kind(counts.set_many([("bob", beyond)]).await), ErrorKind::Encode);
            assert_eq!(kind(counts.increment("bob", beyond).await), ErrorKind::Encode);
        }
        for amount in [1, 2, MOST] {
            assert_eq!(kind(counts.increment("ada", amount).await), ErrorKind::Overflow, "{amount}");
        }
        assert_eq!((counts.increment("ada", -1).await?, counts.increment("ada", 1).await?), (MOST - 1, MOST));
        assert_eq!((counts.increment("ada", -MOST).await?, counts.increment("ada", -MOST).await?), (0, -MOST));
        assert_eq!(kind(counts.increment("ada", -1).await), ErrorKind::Overflow);
        assert_eq!((counts.score("ada").await?, counts.len().await?), (Some(-MOST), 1));
        counts.set("ada", MOST).await?;
        assert_eq!(counts.by_score(..=i64::MAX).await?.len(), 1);
        assert_eq!((counts.by_score(MOST + 1..).await?.len(), counts.by_score(i64::MIN..).await?.len()), (0, 1));
        assert_eq!((counts.remove_below(MOST).await?, counts.remove_below(i64::MAX).await?), (0, 1));
        Ok(())
    }

    async fn a_score_of_another_type_is_told_and_left(session: RedisSession) -> rediscache::Result<()> {
        let (points, counts) = (points(&session), counts(&session));
        for (score, other) in [(1.5, "half"), (INFINITY, "all"), (2e300, "much"), (9_007_199_254_740_994.0, "beyond")] {
            points.clear().await?;
            points.set(other, score).await?;
            assert_eq!(kind(counts.score(other).await), ErrorKind::Decode, "{score}");
            assert_eq!(kind(counts.increment(other, 1).await), ErrorKind::Decode, "{score}");
            for read in [counts.top(1), counts.around(other, 1), counts.by_score(..)] {
                assert_eq!(kind(read.await), ErrorKind::Decode, "{score}");
            }
            assert!(counts.scan().next().await.unwrap().is_err());
            assert_eq!(counts.rank(other).await?, Some(0));
            let absent = counts.clone().unreadable_as_absent();
            assert_eq!((absent.score(other).await?, absent.top(1).await?), (None, vec![]));
            assert_eq!(points.score(other).await?, Some(score));
        }
        points.clear().await?;
        points.set("whole", 7.0).await?;
        assert_eq!(counts.score("whole").await?, Some(7));
        Ok(())
    }

    async fn a_member_that_cannot_be_read_is_told_or_left_out(session: RedisSession) -> rediscache::Result<()> {
        points(&session).set_many([("ada", 3.0), ("7", 1.0)]).await?;
        let numbers = RedisRanking::<u64>::new("points").on(&session);
        numbers.set(7, 2.0).await?;
        for read in [numbers.top(9), numbers.around(7, 1), numbers.by_score(1.0..)] {
            assert_eq!(kind(read.await), ErrorKind::Decode);
        }
        let seen: Vec<_> = numbers.scan().collect().await;
        assert_eq!((seen.len(), seen.iter().filter(|seen| seen.is_ok()).count()), (3, 1));
        let numbers = numbers.unreadable_as_absent();
        for read in [numbers.top(9), numbers.around(7, 1), numbers.by_score(..)] {
            assert_eq!(read.await?, [(7, 2.0)]);
        }
        assert_eq!(numbers.scan().try_collect::<Vec<_>>().await?, [(7, 2.0)]);
        assert_eq!((numbers.rank(7).await?, numbers.len().await?), (Some(1), 3));
        Ok(())
    }

    /// What is stored is the form of keys, and doubles.
    async fn members_of_rankings_are_stored_as_keys_are(session: RedisSession) -> rediscache::Result<()> {
        points(&session).set_many([("ada", 0.1), ("ö", 1e300)]).await?;
        assert_eq!(stored(&session).await, [("s|ö".as_bytes().to_vec(), 1e300), (b"s|ada".to_vec(), 0.1)]);
        points(&session).clear().await?;
        RedisRanking::<i8, i64>::new("points").on(&session).set(-7, MOST).await?;
        assert_eq!(stored(&session).await, [(b"i|-7".to_vec(), 9_007_199_254_740_992.0)]);
        Ok(())
    }

    async fn of_many_who_add_nothing_is_lost(session: RedisSession) -> rediscache::Result<()> {
        let (counts, points) = (counts(&session), RedisRanking::<u64>::new("floats").on(&session));
        let name = |n: i64| (n % 7).to_string();
        let sums = join_all((0..700).map(|n| tokio::spawn(counts.increment(name(n), n % 3 - 1)))).await;
        assert_eq!(sums.len(), 700);
        let expected: Vec<i64> = (0..7).map(|m| (0..700).filter(|n| n % 7 == m).map(|n| n % 3 - 1).sum()).collect();
        for (m, expected) in expected.iter().enumerate() {
            assert_eq!(counts.score(m.to_string()).await?, Some(*expected));
        }
        // Each is told a sum of its own.
        let sums = join_all((0..500).map(|_| tokio::spawn(points.increment(1, 1.0)))).await;
        let mut sums: Vec<f64> = sums.into_iter().map(|sum| sum.unwrap().unwrap()).collect();
        sums.sort_by(f64::total_cmp);
        assert!(sums.iter().zip(1_u16..).all(|(sum, n)| *sum == f64::from(n)), "{sums:?}");
        Ok(())
    }

    /// One that is refused keeps nobody else from adding.
    async fn of_many_who_add_only_those_beyond_are_refused(session: RedisSession) -> rediscache::Result<()> {
        let counts = counts(&session);
        counts.set("full", MOST - 10).await?;
        let sums = join_all((0..60).map(|n| tokio::spawn(counts.increment(if n % 2 == 0 { "full" } else { "free" }, 1)))).await;
        let refused = sums.into_iter().filter_map(|sum| sum.unwrap().err()).collect::<Vec<_>>();
        assert!(refused.iter().all(|error| error.kind() == ErrorKind::Overflow), "{refused:?}");
        assert_eq!((refused.len(), counts.score("full").await?, counts.score("free").await?), (20, Some(MOST), Some(30)));
        Ok(())
    }

    /// Infinities among them, too.
    async fn of_many_who_add_each_is_told_the_sum_of_doubles(session: RedisSession) -> rediscache::Result<()> {
        let points = RedisRanking::<u64>::new("floats").on(&session);
        let amounts = [0.1, 1e300, -1e-300, INFINITY, 3.0, -INFINITY, 1.0];
        let sums = join_all((0..210_u16).map(|n| points.increment(u64::from(n % 7), amounts[usize::from(n % 7)]))).await;
        for (n, sum) in sums.into_iter().enumerate() {
            let expected = (0..=n / 7).fold(0.0, |sum, _| sum + amounts[n % 7]);
            assert_eq!(sum?.to_bits(), expected.to_bits(), "{n}");
        }
        let sums = join_all((0..60).map(|n| points.increment(if n % 3 == 0 { 3 } else { 4 }, if n % 3 == 0 { -INFINITY } else { 1.5 }))).await;
        let refused = sums.iter().filter_map(|sum| sum.as_ref().err()).map(rediscache::Error::kind).collect::<Vec<_>>();
        assert_eq!(refused, [ErrorKind::Overflow; 20]);
        assert_eq!((points.score(3).await?, points.score(4).await?), (Some(INFINITY), Some(150.0)));
        Ok(())
    }

    async fn a_scan_sees_every_member_with_its_score(session: RedisSession) -> rediscache::Result<()> {
        let ranking = RedisRanking::<u64, i64>::new("points").on(&session);
        assert!(ranking.scan().try_next().await?.is_none());
        ranking.set_many((0..3_000).map(|n| (n, -i64::try_from(n).unwrap()))).await?;
        let mut seen: Vec<_> = ranking.scan().try_collect().await?;
        seen.sort_unstable();
        seen.dedup();
        assert!(seen.into_iter().eq((0..3_000).map(|n| (n, -i64::try_from(n).unwrap()))));
        Ok(())
    }

    async fn none_is_nothing_to_rank(session: RedisSession) -> rediscache::Result<()> {
        let points = points(&session);
        points.set_many([("", 1.0); 0]).await?;
        assert_eq!((points.len().await?, points.remove_below(INFINITY).await?), (0, 0));
        assert!(!points.set_expiry(std::time::Duration::from_secs(60)).await?);
        Ok(())
    }

    async fn a_field_is_a_ranking(session: RedisSession) -> rediscache::Result<()> {
        let game = Game::on(&session);
        game.counts().set("ada", 7).await?;
        session.scope(Game::points().set(1, 2.5)).await?;
        assert_eq!((game.points().top(9).await?, game.counts().len().await?), (vec![(1, 2.5)], 1));
        let objects = Game::objects();
        assert_eq!((objects[1].key_type(), objects[1].value_type()), (Some("alloc::string::String"), "i64"));
        assert_eq!(objects[1].kind(), rediscache::ObjectKind::Ranking);
        Ok(())
    }

    async fn a_leaderboard_of_100_000_shows_its_top(session: RedisSession) -> rediscache::Result<()> {
        let ranking = RedisRanking::<u64, i64>::new("points").on(&session);
        for first in (0..100_000).step_by(20_000) {
            ranking.set_many((first..first + 20_000).map(|n| (n, i64::try_from(n * 7_919 % 100_000).unwrap()))).await?;
        }
        let top: Vec<i64> = ranking.top(10).await?.into_iter().map(|(_, score)| score).collect();
        assert!(top.into_iter().eq((99_990..100_000).rev()));
        let last = ranking.by_score(..1).await?[0].0;
        assert_eq!((ranking.rank(last).await?, ranking.len().await?), (Some(99_999), 100_000));
        Ok(())
    }
}
