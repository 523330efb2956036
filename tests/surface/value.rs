//! Values, in every form of call that is promised.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

use rediscache::{
    Bound, InRecord, Json, Operation, OwnKey, RedisNamespaced, RedisSession, RedisValue, Result, Typestring, Value,
    ValueHome,
};
use serde::{Deserialize, Serialize};

/// Can be stored, and can neither be sent nor shared.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Local(u64, PhantomData<*const ()>);

#[derive(RedisNamespaced)]
#[rediscache(record, namespace = "Defcon.redis_cache")]
struct Defcon {
    threshold: RedisValue<f64>,
    invoker: RedisValue<String, Json>,
}

#[derive(RedisNamespaced)]
struct Site {
    visits: RedisValue<u64>,
}

static VISITS: RedisValue<u64> = RedisValue::new("visits");
const MOTTO: RedisValue<String, Json> = RedisValue::new("motto").without_global_namespace();

fn sendable<F: Future + Send + 'static>(future: F) -> F {
    future
}

fn every_property<T: Send + Sync + Unpin + Clone + Debug + 'static>() {}

/// A user's own code over any value.
async fn or_stored<T: Value + Clone + Send + Sync, H: ValueHome>(
    value: &RedisValue<T, Typestring, H>,
    default: T,
) -> Result<T> {
    value.set_if_absent(&default).await?;
    value.get_or(default).await
}

#[tokio::test]
async fn a_value_takes_what_a_user_has_at_hand() -> Result<()> {
    every_property::<RedisValue<Local>>();
    every_property::<RedisValue<Local, Json, InRecord>>();
    let session = RedisSession::in_memory();
    let local = RedisValue::<Local>::new("local").on(&session);
    sendable(local.get()).await?;
    sendable(local.set(Local::default())).await?;
    sendable(local.replace(Local::default())).await?;
    sendable(local.compare_and_set(Local::default(), Local::default())).await?;
    sendable(local.take()).await?;
    let text = MOTTO.on(&session);
    text.set("onward").await?;
    text.set(String::from("upward")).await?;
    text.set_for("inward", Duration::from_secs(60)).await?;
    let read: Operation<String> = text.get_or("nothing");
    assert_eq!(tokio::spawn(read).await.expect("it does not panic")?, "inward");
    let (set, left): (bool, Option<Duration>) =
        (text.set_expiry_at(SystemTime::now() + Duration::from_secs(9)).await?, text.expiry().await?);
    assert!(set && left.is_some());
    let suffix = "!".to_owned();
    let new: String = sendable(text.update(move |text: Option<String>| text.unwrap_or_default() + &suffix)).await?;
    assert_eq!(new, "inward!");
    assert_eq!(VISITS.on(&session).increment(1).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_record_and_a_value_by_itself_are_of_one_family() -> Result<()> {
    let session = RedisSession::in_memory();
    let (defcon, site): (Bound<Defcon>, Bound<Site>) = (Defcon::on(&session), Site::on(&session));
    let threshold: RedisValue<f64, Typestring, InRecord> = defcon.threshold();
    let visits: RedisValue<u64, Typestring, OwnKey> = site.visits();
    assert_eq!((or_stored(&threshold, 1.5).await?, or_stored(&visits, 7).await?), (1.5, 7));
    defcon.invoker().set("ada").await?;
    let (threshold, invoker) = tokio::try_join!(threshold.get(), defcon.invoker().get())?;
    assert_eq!((threshold, invoker.as_deref()), (Some(1.5), Some("ada")));
    Ok(())
}
