//! Sets and rankings as a server sees them: what each method sends, what leaves together, and what two programs do to one.

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use redis::cmd;
use rediscache::{ErrorKind, RedisRanking, RedisSession, RedisSet, Result};
use support::Server;

use crate::monitor::Monitor;

/// Each call, with the commands that it takes.
macro_rules! assert_commands {
    ($object:ident, $monitor:ident: $($method:ident($($argument:expr),*) => [$($command:literal),*];)*) => {$(
        $object.$method($($argument),*).await.unwrap();
        let expected: &[&str] = &[$($command),*];
        assert_eq!($monitor.names(), expected, "of {}", stringify!($method($($argument),*)));
    )*};
}

#[tokio::test]
async fn every_method_of_members_takes_the_round_trips_it_says() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let set = RedisSet::<u64>::new("set").on(&session);
    let floats = RedisRanking::<u64>::new("floats").on(&session);
    let counts = RedisRanking::<u64, i64>::new("counts").on(&session);
    // The server knows all scripts then, and the records are written.
    set.replace_all([1, 2]).await.unwrap();
    set.union([&set]).await.unwrap();
    let other = RedisSet::<u64>::new("other").on(&session);
    other.add(1).await.unwrap();
    other.clear().await.unwrap();
    floats.set(1, 0.5).await.unwrap();
    counts.increment(1, 1).await.unwrap();
    counts.around(1, 1).await.unwrap();
    crate::eventually("the records", || cmd("HLEN").arg("$objects").query::<u64>(&mut server.raw()).unwrap() == 4);
    let mut monitor = Monitor::on(&server);
    assert_commands! { set, monitor:
        add(3) => ["SADD"];
        remove(3) => ["SREM"];
        contains(1) => ["SISMEMBER"];
        add_many(0..10_000) => ["SADD"];
        add_many([0; 0]) => [];
        contains_many([1, 2]) => ["SMISMEMBER"];
        contains_many([0; 0]) => [];
        remove_many(3..10_000) => ["SREM"];
        remove_many([0; 0]) => [];
        members() => ["SMEMBERS"];
        random() => ["SRANDMEMBER"];
        pop() => ["SRANDMEMBER", "SREM"];
        replace_all(0..10_000) => ["EVALSHA"];
        replace_all([1, 2]) => ["EVALSHA"];
        len() => ["SCARD"];
        is_empty() => ["SCARD"];
        union([&set]) => ["EVALSHA"];
        intersection([&set]) => ["EVALSHA"];
        difference([&set]) => ["EVALSHA"];
        clear() => ["EVALSHA"];
        pop() => ["SRANDMEMBER"];
    }
    assert_commands! { floats, monitor:
        increment(1, 0.5) => ["ZINCRBY"];
        score(1) => ["ZSCORE"];
        rank(1) => ["ZREVRANK"];
        top(10) => ["ZRANGE"];
        top(0) => [];
        by_score(..) => ["ZRANGE"];
        set(2, 1.0) => ["ZADD"];
        set_many((0..10_000).map(|n| (n, 1.0))) => ["ZADD"];
        set_many([(0, 0.0); 0]) => [];
        around(1, 2) => ["EVALSHA"];
        remove(2) => ["ZREM"];
        remove_below(2.0) => ["ZREMRANGEBYSCORE"];
        len() => ["ZCARD"];
    }
    assert_commands! { counts, monitor:
        increment(1, 1) => ["EVALSHA"];
    }
}

#[tokio::test]
async fn members_that_go_in_company_take_few_commands() -> Result<()> {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await?;
    let (set, points) = (RedisSet::<u64>::new("set").on(&session), RedisRanking::<u64>::new("points").on(&session));
    set.add(0).await?;
    points.increment(0, 1.0).await?;
    let mut monitor = Monitor::on(&server);
    for there in join_all((0..1_000).map(|n| set.contains(n))).await {
        there?;
    }
    let of_lookups = monitor.commands().len();
    for sum in join_all((0..1_000).map(|n| points.increment(n % 10, 1.0))).await {
        sum?;
    }
    let of_sums = monitor.commands().len();
    for added in join_all((0..1_000).map(|n| set.add(n))).await {
        added?;
    }
    let of_adds = monitor.commands().len();
    let commands = [of_lookups, of_sums, of_adds];
    assert!(commands.iter().all(|count| (2..100).contains(count)), "{commands:?}");
    Ok(())
}

/// One command each does as well, and needs no other right.
#[tokio::test]
async fn who_may_run_no_scripts_adds_and_removes_in_company_all_the_same() -> Result<()> {
    let server = Server::start();
    for (missing, script) in [("-evalsha", "evalsha"), ("-smismember", "smismember")] {
        let user = ["SETUSER", "bot", "reset", "on", ">pass", "~*", "&*", "+@all", missing];
        cmd("ACL").arg(&user).exec(&mut server.raw()).unwrap();
        cmd("FLUSHALL").exec(&mut server.raw()).unwrap();
        cmd("CONFIG").arg("RESETSTAT").exec(&mut server.raw()).unwrap();
        let session = RedisSession::connect(&server.url().replace("redis://", "redis://bot:pass@")).await?;
        let set = RedisSet::<u64>::new("set").on(&session);
        for _ in 0..5 {
            let added = join_all((0..600).map(|n| set.add(n % 200))).await.into_iter().collect::<Result<Vec<_>>>()?;
            assert_eq!(added.into_iter().filter(|added| *added).count(), 200);
            let removed =
                join_all((0..600).map(|n| set.remove(n % 200))).await.into_iter().collect::<Result<Vec<_>>>()?;
            assert_eq!(removed.into_iter().filter(|removed| *removed).count(), 200);
        }
        let stats: String = cmd("INFO").arg("commandstats").query(&mut server.raw()).unwrap();
        let line = stats.lines().find(|line| line.starts_with(&format!("cmdstat_{script}:"))).unwrap();
        let refused: u64 = line.rsplit_once("rejected_calls=").unwrap().1.split(',').next().unwrap().parse().unwrap();
        assert!((1..=8).contains(&refused), "it is asked again and again: {line}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_set_is_told_to_all_who_add_to_it() -> Result<()> {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await?;
    cmd("SET").arg("set").arg("a string").exec(&mut server.raw()).unwrap();
    let set = RedisSet::<u64>::new("set").on(&session);
    for added in join_all((0..100).map(|n| set.add(n))).await {
        assert_eq!(added.unwrap_err().kind(), ErrorKind::WrongType);
    }
    Ok(())
}

/// Two programs at once, each over a connection of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_programs_that_use_one_set_and_one_ranking_agree() -> Result<()> {
    let server = Server::start();
    let (one, other) = (RedisSession::connect(&server.url()).await?, RedisSession::connect(&server.url()).await?);
    let work = |session: RedisSession| async move {
        let set = RedisSet::<u64>::new("set").on(&session);
        let points = RedisRanking::<u64, i64>::new("points").on(&session);
        let mut first = 0;
        for round in 0..20 {
            let added = join_all((0..50).map(|n| set.add(round * 50 + n))).await;
            first += added.into_iter().filter(|added| *added.as_ref().unwrap()).count();
            for sum in join_all((0..50).map(|n| points.increment(n % 5, 1))).await {
                sum?;
            }
        }
        Ok::<_, rediscache::Error>(first)
    };
    let (one_first, other_first) = (tokio::spawn(work(one.clone())), tokio::spawn(work(other)));
    assert_eq!(one_first.await.unwrap()? + other_first.await.unwrap()?, 1_000, "each was new to one of them");
    let scores = RedisRanking::<u64, i64>::new("points").on(&one).by_score(..).await?;
    assert!(scores.iter().all(|(_, score)| *score == 400) && scores.len() == 5, "{scores:?}");
    Ok(())
}

/// What a scan holds is a page, however many there are.
#[tokio::test]
async fn a_set_of_a_million_is_walked_page_by_page() -> Result<()> {
    let server = Server::start();
    let mut raw = server.raw();
    let fill = "for first = 1, 1000000, 4000 do local t = {} for n = first, math.min(first + 3999, 1000000) do \
                t[#t + 1] = 'i|' .. n end redis.call('SADD', KEYS[1], unpack(t)) end";
    cmd("EVAL").arg(fill).arg(1).arg("set").exec(&mut raw).unwrap();
    let session = RedisSession::connect(&server.url()).await?;
    let set = RedisSet::<u64>::new("set").on(&session);
    let (mut seen, mut count, mut members) = (vec![false; 1_000_001], 0, set.scan());
    while let Some(member) = members.try_next().await? {
        count += usize::from(!std::mem::replace(&mut seen[usize::try_from(member).unwrap()], true));
    }
    assert_eq!(count, 1_000_000);
    let stats: String = cmd("INFO").arg("commandstats").query(&mut raw).unwrap();
    let calls = stats.lines().find_map(|line| line.strip_prefix("cmdstat_sscan:calls=")).unwrap();
    let pages: u64 = calls.split(',').next().unwrap().parse().unwrap();
    assert!(pages >= 1_000, "{pages} pages of about 500 each");
    Ok(())
}
