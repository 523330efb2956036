//! Limits: how many go on, when, and what is told of it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rediscache::{ErrorKind, RedisCache, RedisLimit, RedisNamespaced, RedisSession, RedisTtlCache};
use support::contract;

const HOUR: Duration = Duration::from_secs(3600);

#[derive(RedisNamespaced)]
struct Api {
    #[rediscache(rate = "100/1m", burst = 20)]
    requests: RedisLimit<String>,
    #[rediscache(rate = "3/1h")]
    logins: RedisLimit<u64>,
}

/// One that gives no other turn while a test runs.
fn limit(session: &RedisSession, burst: u32) -> RedisLimit<u64> {
    RedisLimit::new("limit", 1, HOUR).burst(burst).on(session)
}

contract! {
    async fn as_many_go_on_as_the_burst_and_no_more(session: RedisSession) -> rediscache::Result<()> {
        let limit = limit(&session, 3);
        for left in [2, 1, 0] {
            let check = limit.check(1).await?;
            assert!(check.allowed());
            assert_eq!((check.limit(), check.remaining(), check.retry_after()), (3, left, Duration::ZERO));
            assert!(check.reset_after() <= HOUR * (3 - left));
        }
        let refused = limit.check(1).await?;
        assert!(!refused.allowed());
        assert_eq!(refused.remaining(), 0);
        assert!(refused.retry_after() <= HOUR && refused.retry_after() > HOUR / 2, "{refused:?}");
        assert!(refused.reset_after() <= 3 * HOUR && refused.reset_after() > 2 * HOUR, "{refused:?}");
        assert!(limit.check(2).await?.allowed(), "each subject by itself");
        Ok(())
    }

    async fn of_many_who_ask_at_once_no_more_go_on(session: RedisSession) -> rediscache::Result<()> {
        let limit = limit(&session, 10);
        let checks = join_all((0..500).map(|_| tokio::spawn(limit.check(1)))).await;
        let mut allowed = 0;
        for check in checks {
            allowed += u32::from(check.unwrap()?.allowed());
        }
        assert_eq!(allowed, 10);
        Ok(())
    }

    async fn of_many_subjects_each_has_its_own_turns(session: RedisSession) -> rediscache::Result<()> {
        let (limit, wide) = (limit(&session, 2), RedisLimit::<u64>::new("wide", 7, HOUR).burst(5).on(&session));
        for turn in [1, 0] {
            for check in join_all((0..100).map(|n| limit.check(n))).await {
                let check = check?;
                assert_eq!((check.allowed(), check.remaining()), (true, turn));
            }
        }
        assert!(join_all((0..100).map(|n| limit.check(n))).await.into_iter().all(|check| !check.unwrap().allowed()));
        // Of two rates, and for as many turns as each wants.
        let of_both = (0..100_u32).map(|n| if n % 2 == 0 { wide.check_n(u64::from(n), n % 6) } else { limit.check_n(u64::from(n), 0) });
        for (n, check) in join_all(of_both).await.into_iter().enumerate() {
            let (check, left) = (check?, 5 - u32::try_from(n % 6).unwrap());
            assert_eq!((check.allowed(), check.remaining()), (true, if n % 2 == 0 { left } else { 0 }), "{n}");
        }
        Ok(())
    }

    async fn several_turns_are_taken_as_a_whole_or_not(session: RedisSession) -> rediscache::Result<()> {
        let limit = limit(&session, 10);
        assert_eq!(limit.check_n(1, 7).await?.remaining(), 3);
        let refused = limit.check_n(1, 4).await?;
        assert!(!refused.allowed());
        assert_eq!(refused.remaining(), 3, "nothing was taken");
        assert!(refused.retry_after() <= HOUR);
        assert!(limit.check_n(1, 3).await?.allowed());
        Ok(())
    }

    async fn no_turn_is_a_look(session: RedisSession) -> rediscache::Result<()> {
        let limit = limit(&session, 2);
        let look = limit.check_n(1, 0).await?;
        assert!(look.allowed());
        assert_eq!((look.remaining(), look.reset_after()), (2, Duration::ZERO));
        let _ = limit.check_n(1, 2).await?;
        let look = limit.check_n(1, 0).await?;
        assert!(look.allowed());
        assert_eq!(look.remaining(), 0);
        Ok(())
    }

    async fn more_than_the_burst_is_refused_before_anything_is_asked(session: RedisSession) -> rediscache::Result<()> {
        let limit = limit(&session, 2);
        let error = limit.check_n(1, 3).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Config, "check_n"), "{error}");
        assert_eq!(limit.check_n(1, 0).await?.remaining(), 2);
        Ok(())
    }

    async fn turns_come_again_one_by_one(session: RedisSession) -> rediscache::Result<()> {
        let limit = RedisLimit::<u64>::new("limit", 50, Duration::from_secs(1)).burst(2).on(&session);
        let begun = Instant::now();
        for _ in 0..7 {
            limit.acquire(1).await?;
        }
        // Two at once, and five more, one every 20 ms.
        assert!(begun.elapsed() >= Duration::from_millis(99), "{:?}", begun.elapsed());
        Ok(())
    }

    async fn those_who_wait_go_on_in_order_and_one_who_left_holds_up_nobody(
        session: RedisSession
    ) -> rediscache::Result<()> {
        let limit = RedisLimit::<u64>::new("limit", 100, Duration::from_secs(1)).burst(1).on(&session);
        let _ = limit.check(1).await?;
        let (sender, mut order) = tokio::sync::mpsc::unbounded_channel();
        let mut waiting = Vec::new();
        for n in 0..10 {
            let (turn, sender) = (limit.acquire(1), sender.clone());
            waiting.push(tokio::spawn(async move {
                turn.await.unwrap();
                sender.send(n).unwrap();
            }));
            // The task runs, and waits.
            tokio::task::yield_now().await;
        }
        waiting[4].abort();
        drop(sender);
        let mut went = Vec::new();
        while let Some(n) = order.recv().await {
            went.push(n);
        }
        assert_eq!(went, [0, 1, 2, 3, 5, 6, 7, 8, 9]);
        Ok(())
    }

    async fn a_wait_ends_with_the_session(session: RedisSession) -> rediscache::Result<()> {
        let limit = limit(&session, 1);
        let _ = limit.check(1).await?;
        let waiting = tokio::spawn(limit.acquire(1));
        tokio::task::yield_now().await;
        session.close().await?;
        assert_eq!(waiting.await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
        Ok(())
    }

    async fn the_keys_of_a_field_say_how_fast(session: RedisSession) -> rediscache::Result<()> {
        let api = Api::on(&session);
        assert_eq!(api.requests().check("ada").await?.remaining(), 19);
        let three = api.logins().check(7).await?;
        assert_eq!((three.limit(), three.remaining()), (3, 2), "without `burst` it is what the rate has");
        assert!(three.reset_after() <= HOUR / 3 && three.reset_after() > HOUR / 4);
        Ok(())
    }

    async fn what_no_rate_can_be_is_refused_at_use(session: RedisSession) -> rediscache::Result<()> {
        let none = [
            RedisLimit::<u64>::new("limit", 0, HOUR),
            RedisLimit::new("limit", 1, Duration::ZERO),
            RedisLimit::new("limit", 1, Duration::MAX),
            RedisLimit::new("limit", 1, HOUR).burst(0),
        ];
        for limit in none {
            let error = limit.on(&session).check(1).await.unwrap_err();
            assert_eq!((error.kind(), error.operation()), (ErrorKind::Config, "check"), "{error}");
        }
        Ok(())
    }

    async fn another_rate_goes_on_with_what_is_known(session: RedisSession) -> rediscache::Result<()> {
        let _ = limit(&session, 5).check_n(1, 5).await?;
        let faster = RedisLimit::<u64>::new("limit", 7, Duration::from_millis(70)).burst(3).on(&session);
        let refused = faster.check(1).await?;
        assert!(!refused.allowed());
        assert_eq!(refused.retry_after(), Duration::from_millis(10), "nobody has taken more than a burst");
        Ok(())
    }

    async fn what_others_put_there_is_left_as_it_is(session: RedisSession) -> rediscache::Result<()> {
        let entry = RedisTtlCache::<u64, String>::new("limit", HOUR).on(&session);
        entry.set(1, "one").await?;
        let topics = RedisCache::<u64, String>::new("limit:i|2").on(&session);
        topics.set(1, "one").await?;
        for subject in [1, 2] {
            assert_eq!(limit(&session, 1).check(subject).await.unwrap_err().kind(), ErrorKind::WrongType, "{subject}");
        }
        assert_eq!((entry.get(1).await?, topics.len().await?), (Some("one".to_owned()), 1));
        Ok(())
    }
}

/// With the clock of the test: at the edge of a turn to the microsecond.
#[tokio::test(start_paused = true)]
async fn a_turn_is_due_when_it_is_and_not_before() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    let limit = RedisLimit::<u64>::new("limit", 7, Duration::from_secs(1)).burst(1).on(&session);
    let mut taken = 0;
    for _ in 0..70 {
        let check = limit.check(1).await?;
        taken += u32::from(check.allowed());
        // One microsecond before, it is not.
        tokio::time::advance(check.reset_after() - Duration::from_micros(1)).await;
        assert!(!limit.check(1).await?.allowed());
        tokio::time::advance(Duration::from_micros(1)).await;
    }
    assert_eq!(taken, 70);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn in_the_long_run_as_many_go_on_as_the_rate_has() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    let limit = RedisLimit::<u64>::new("limit", 7, Duration::from_secs(1)).burst(3).on(&session);
    let begun = tokio::time::Instant::now();
    for _ in 0..703 {
        limit.acquire(1).await?;
    }
    let took = begun.elapsed();
    // The clock of the runtime has milliseconds.
    assert!(took >= Duration::from_secs(100) && took < Duration::from_secs(101), "{took:?}");
    Ok(())
}
