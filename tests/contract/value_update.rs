//! Values changed by what they are, while others change them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;
use futures_util::future::try_join_all;
use redis::{Client, cmd};
use rediscache::{ErrorKind, RedisSession, RedisValue, Typestring, ValueHome};
use support::{contract, url};

use crate::value::both;

/// Stores at once, without waiting for it, as another program would while this one computes.
fn intrude<H: ValueHome>(value: &RedisValue<i64, Typestring, H>, is_embedded: bool, number: i64) {
    if is_embedded {
        return value.set(number).now_or_never().expect("it does not wait").unwrap();
    }
    let (key, number) = (value.key().unwrap(), format!("i|{number}"));
    let mut raw = Client::open(url()).unwrap().get_connection().unwrap();
    let stored = match value.namespace() {
        "record.number" => cmd("HSET").arg(key).arg("s|number").arg(number).exec(&mut raw),
        _ => cmd("SET").arg(key).arg(number).exec(&mut raw),
    };
    stored.unwrap();
}

/// Two others come between what is read and what is stored.
async fn made_anew<H: ValueHome>(value: RedisValue<i64, Typestring, H>) -> rediscache::Result<()> {
    let is_embedded = value.set(1).now_or_never().is_some();
    value.set(1).await?;
    let (other, asked) = (value.clone(), Arc::new(AtomicU64::new(0)));
    let count = Arc::clone(&asked);
    let disturbed = move |value: Option<i64>| {
        let number = value.unwrap_or_default();
        if count.fetch_add(1, Ordering::Relaxed) < 2 {
            intrude(&other, is_embedded, number + 100);
        }
        number + 1
    };
    assert_eq!(value.update(disturbed).await?, 202);
    assert_eq!((asked.load(Ordering::Relaxed), value.get().await?), (3, Some(202)));
    Ok(())
}

async fn given_up<H: ValueHome>(value: RedisValue<i64, Typestring, H>) -> rediscache::Result<()> {
    let is_embedded = value.set(1).now_or_never().is_some();
    value.set(1).await?;
    let other = value.clone();
    let never = move |value: Option<i64>| {
        let number = value.unwrap_or_default();
        intrude(&other, is_embedded, number + 1);
        number
    };
    let error = value.update(never).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Timeout, "update"));
    assert!(error.is_retryable() && !error.is_outcome_unknown());
    assert_eq!(value.get().await?, Some(101));
    Ok(())
}

contract! {
    async fn updates_of_many_callers_are_all_made(session: RedisSession) -> rediscache::Result<()> {
        let (alone, field) = both(&session);
        let add = |value: Option<i64>| value.unwrap_or_default() + 1;
        try_join_all((0..200).map(|_| alone.update(add))).await?;
        try_join_all((0..200).map(|_| field.update(add))).await?;
        assert_eq!((alone.get().await?, field.get().await?), (Some(200), Some(200)));
        Ok(())
    }

    async fn an_update_is_made_anew_of_what_others_stored(session: RedisSession) -> rediscache::Result<()> {
        let (alone, field) = both(&session);
        made_anew(alone).await?;
        made_anew(field).await
    }

    async fn an_update_that_others_overtake_each_time_ends(session: RedisSession) -> rediscache::Result<()> {
        let (alone, field) = both(&session);
        given_up(alone).await?;
        given_up(field).await
    }
}
