//! Values as a server sees them: what each method sends, what leaves together, and what two programs do to one.

use std::time::Duration;

use futures_util::future::try_join_all;
use redis::cmd;
use rediscache::{RedisNamespaced, RedisSession, RedisValue, Result};
use support::Server;

use crate::monitor::Monitor;

const MINUTE: Duration = Duration::from_secs(60);

#[derive(RedisNamespaced)]
#[rediscache(record)]
struct Settings {
    threshold: RedisValue<f64>,
    name: RedisValue<String>,
    visits: RedisValue<u64>,
}

/// Each call, with the commands that it takes.
macro_rules! assert_commands {
    ($value:ident, $monitor:ident: $($method:ident($($argument:expr),*) => [$($command:literal),*];)*) => {$(
        $value.$method($($argument),*).await.unwrap();
        let expected: &[&str] = &[$($command),*];
        assert_eq!($monitor.names(), expected, "of {}", stringify!($method($($argument),*)));
    )*};
}

#[tokio::test]
async fn every_method_of_values_takes_the_round_trips_it_says() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let value = RedisValue::<u64>::new("value").on(&session);
    let field = RedisValue::<u64>::in_record("record", "field").on(&session);
    // The server knows all scripts then, and the records are written.
    value.update(|_| 1).await.unwrap();
    value.increment(1).await.unwrap();
    value.clear().await.unwrap();
    field.set(1).await.unwrap();
    field.update(|_| 1).await.unwrap();
    field.increment(1).await.unwrap();
    field.clear().await.unwrap();
    crate::eventually("the records", || {
        let record: Option<String> = cmd("HGET").arg(&["$objects", "$runtime"]).query(&mut server.raw()).unwrap();
        let is_there = cmd("HEXISTS").arg(&["$objects", "value"]).query::<bool>(&mut server.raw()).unwrap();
        is_there && record.is_some_and(|record| record.contains("record.field"))
    });
    let mut monitor = Monitor::on(&server);
    assert_commands! { value, monitor:
        get() => ["GET"];
        get_or(1) => ["GET"];
        is_empty() => ["TYPE"];
        take() => ["GET"];
        set(1) => ["EVALSHA"];
        set_for(1, MINUTE) => ["EVALSHA"];
        set_if_absent(1) => ["EVALSHA"];
        replace(2) => ["GET", "EVALSHA"];
        compare_and_set(2, 3) => ["EVALSHA"];
        update(|_| 4) => ["GET", "EVALSHA"];
        increment(1) => ["EVALSHA"];
        decrement(1) => ["EVALSHA"];
        expiry() => ["EVALSHA"];
        take() => ["GET", "EVALSHA"];
        replace(2) => ["GET", "EVALSHA"];
        clear() => ["EVALSHA"];
    }
    assert_commands! { field, monitor:
        get() => ["HGET"];
        is_empty() => ["HEXISTS"];
        take() => ["HGET"];
        set(1) => ["HSET"];
        set_if_absent(1) => ["HSETNX"];
        replace(2) => ["HGET", "EVALSHA"];
        compare_and_set(2, 3) => ["EVALSHA"];
        update(|_| 4) => ["HGET", "EVALSHA"];
        increment(1) => ["EVALSHA"];
        take() => ["HGET", "EVALSHA"];
        update(|_| 4) => ["HGET", "HSETNX"];
        clear() => ["HDEL"];
    }
}

#[tokio::test]
async fn several_fields_of_a_record_are_read_as_one() -> Result<()> {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await?;
    let settings = Settings::on(&session);
    settings.threshold().set(1.5).await?;
    settings.name().set("ada").await?;
    // The connection is busy, so that those who come meanwhile leave together.
    let mut monitor = Monitor::on(&server);
    let visits = settings.visits();
    let (_, threshold, name, none) = tokio::try_join!(
        settings.name().get(),
        settings.threshold().get(),
        settings.name().get_or("nobody"),
        visits.get(),
    )?;
    assert_eq!((threshold, name.as_str(), none), (Some(1.5), "ada", None));
    assert_eq!(monitor.names(), ["HGET", "HMGET"]);
    Ok(())
}

#[tokio::test]
async fn values_that_are_read_in_company_take_few_commands() -> Result<()> {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await?;
    let values: Vec<_> = (0..100).map(|n| RedisValue::<u64>::with_namespace(format!("v{n}")).on(&session)).collect();
    for (value, n) in values.iter().zip(0..) {
        value.set(n).await?;
    }
    let mut monitor = Monitor::on(&server);
    let found = try_join_all((0..1_000).map(|n| values[n % 100].get())).await?;
    assert!(found.into_iter().eq((0..1_000).map(|n| Some(n % 100))));
    let commands = monitor.names();
    assert!((2..20).contains(&commands.len()), "{commands:?}");
    // What is not there is asked for by itself, in one more round trip.
    let none = RedisValue::<u64>::new("none").on(&session);
    let found = tokio::try_join!(values[1].get(), values[2].get(), none.get())?;
    assert_eq!(found, (Some(1), Some(2), None));
    let commands = monitor.names();
    // The first of them may leave before the others come.
    let commands = commands.strip_prefix(&["GET".to_owned()]).unwrap_or(&commands);
    assert_eq!(commands, ["MGET", "GET"]);
    Ok(())
}

/// Each over a connection of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_that_update_one_value_lose_nothing() -> Result<()> {
    let server = Server::start();
    let mut work = Vec::new();
    for _ in 0..4 {
        let session = RedisSession::connect(&server.url()).await?;
        let (value, field) = (RedisValue::<u64>::new("value").on(&session), Settings::on(&session).visits());
        work.push(tokio::spawn(async move {
            for _ in 0..10 {
                try_join_all((0..10).map(|_| value.update(|value| value.unwrap_or_default() + 1))).await?;
                try_join_all((0..10).map(|_| field.update(|value| value.unwrap_or_default() + 1))).await?;
            }
            Result::Ok(())
        }));
    }
    for work in work {
        work.await.unwrap()?;
    }
    let session = RedisSession::connect(&server.url()).await?;
    let value = RedisValue::<u64>::new("value").on(&session);
    assert_eq!((value.get().await?, Settings::on(&session).visits().get().await?), (Some(400), Some(400)));
    Ok(())
}
