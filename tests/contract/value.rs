//! One value, by itself and as a field of a record.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use rediscache::{
    ErrorKind, InRecord, Json, ObjectKind, RedisCache, RedisNamespaced, RedisSession, RedisSet, RedisTtlCache,
    RedisValue, Shape, Typestring, ValueHome,
};
use serde::{Deserialize, Serialize};
use support::{Raw, RawBytes, contract, peek_all, poke};

use crate::kind;

const MINUTE: Duration = Duration::from_secs(60);

/// A key that is not there, as it is stored.
fn raw(session: &RedisSession, namespace: &'static str) -> RedisValue<RawBytes, Raw> {
    RedisValue::new(namespace).on(session)
}

async fn stored(session: &RedisSession, namespace: &'static str) -> Option<Vec<u8>> {
    raw(session, namespace).get().await.unwrap().map(|bytes| bytes.0)
}

pub(crate) fn both(session: &RedisSession) -> (RedisValue<i64>, RedisValue<i64, Typestring, InRecord>) {
    (RedisValue::new("number").on(session), RedisValue::<i64>::in_record("record", "number").on(session))
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Limits {
    most: u64,
    names: Vec<String>,
}

#[derive(RedisNamespaced)]
#[rediscache(record, namespace = "Defcon.redis_cache")]
struct Defcon {
    threshold: RedisValue<f64>,
    invoker: RedisValue<String>,
    #[rediscache(unreadable = "absent", timeout = "20s")]
    r#type: RedisValue<u8>,
    #[rediscache(accessor = "bounds")]
    limits: RedisValue<Limits>,
    /// With a lifetime of its own.
    #[rediscache(namespace = "notice")]
    notice: RedisValue<String>,
    expected: RedisSet<u64>,
}

#[derive(RedisNamespaced)]
struct Alone {
    counter: RedisValue<u64>,
    #[rediscache(version = 2, from(u64), unreadable = "absent")]
    limits: RedisValue<NewLimits>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct NewLimits {
    most: u64,
}

impl From<u64> for NewLimits {
    fn from(most: u64) -> Self {
        Self { most }
    }
}

/// What all values do, wherever they lie.
async fn does_all<H: ValueHome>(value: RedisValue<i64, Typestring, H>) -> rediscache::Result<()> {
    assert_eq!((value.get().await?, value.get_or(7).await?, value.is_empty().await?), (None, 7, true));
    assert!(!value.compare_and_set(1, 2).await?);
    assert_eq!((value.take().await?, value.replace(1).await?), (None, None));
    assert_eq!((value.get().await?, value.get_or(7).await?, value.is_empty().await?), (Some(1), 1, false));
    value.set(2).await?;
    assert_eq!((value.replace(3).await?, value.set_if_absent(9).await?), (Some(2), false));
    assert!(!value.compare_and_set(2, 4).await?);
    assert!(value.compare_and_set(3, 4).await?);
    assert_eq!((value.take().await?, value.get().await?), (Some(4), None));
    assert!(value.set_if_absent(5).await?);
    assert_eq!((value.increment(2).await?, value.decrement(10).await?), (7, -3));
    assert_eq!(kind(value.increment(i64::MIN).await), ErrorKind::Overflow);
    assert_eq!(value.update(|value| value.map_or(0, |value| value * 2)).await?, -6);
    value.clear().await?;
    value.clear().await?;
    assert_eq!((value.get().await?, value.increment(1).await?), (None, 1));
    value.clear().await?;
    assert_eq!(value.update(|value| value.unwrap_or(41) + 1).await?, 42);
    assert_eq!(value.get().await?, Some(42));
    Ok(())
}

contract! {
    async fn a_value_by_itself_and_one_in_a_record_do_alike(session: RedisSession) -> rediscache::Result<()> {
        let (alone, field) = both(&session);
        does_all(alone).await?;
        does_all(field).await
    }

    async fn a_value_is_a_string_in_the_form_of_values(session: RedisSession) -> rediscache::Result<()> {
        RedisValue::<i64>::new("number").on(&session).set(-7).await?;
        RedisValue::<f64>::new("float").on(&session).set(1e16).await?;
        RedisValue::<bool>::new("bool").on(&session).set(true).await?;
        RedisValue::<String>::new("text").on(&session).set("a|b").await?;
        RedisValue::<Vec<u8>, Json>::new("json").on(&session).set(b"ab").await?;
        for (name, expected) in
            [("number", "i|-7"), ("float", "f|1e+16"), ("bool", "b|1"), ("text", "s|a|b"), ("json", "[97,98]")]
        {
            assert_eq!(stored(&session, name).await, Some(expected.into()), "{name}");
        }
        Ok(())
    }

    async fn a_record_is_a_hash_as_python_has_it(session: RedisSession) -> rediscache::Result<()> {
        session.scope(Defcon::threshold().set(7.5)).await?;
        session.scope(Defcon::invoker().set("ada")).await?;
        session.scope(Defcon::r#type().set(3)).await?;
        let fields = peek_all(&session, "Defcon.redis_cache").await;
        let expected = [("s|invoker", "s|ada"), ("s|threshold", "f|7.5"), ("s|type", "i|3")];
        let expected = expected.map(|(field, value)| (field.as_bytes().to_vec(), value.as_bytes().to_vec()));
        assert_eq!(fields, expected.into_iter().collect());
        // A cache of the same hash reads them, as Python's would.
        let python = RedisCache::<String, f64>::new("Defcon.redis_cache").on(&session);
        assert_eq!(python.get("threshold").await?, Some(7.5));
        python.set("threshold", 8.0).await?;
        assert_eq!(session.scope(Defcon::threshold().get()).await?, Some(8.0));
        Ok(())
    }

    async fn what_python_wrote_is_read(session: RedisSession) -> rediscache::Result<()> {
        for (field, value) in [("s|threshold", "f|3"), ("s|invoker", "s|bob"), ("s|type", "s|lost"), ("s|other", "i|1")] {
            poke(&session, "Defcon.redis_cache", field, value).await;
        }
        let handle = Defcon::on(&session);
        assert_eq!(handle.threshold().get().await?, Some(3.0));
        assert!(handle.threshold().compare_and_set(3.0, 4.0).await?, "in Python's form, too");
        assert_eq!(handle.invoker().take().await?.as_deref(), Some("bob"));
        assert_eq!(handle.r#type().get().await?, None);
        assert_eq!(kind(RedisValue::<u8>::in_record("Defcon.redis_cache", "type").on(&session).get().await), ErrorKind::Decode);
        assert_eq!(peek_all(&session, "Defcon.redis_cache").await.len(), 3);
        Ok(())
    }

    async fn fields_are_of_types_of_their_own(session: RedisSession) -> rediscache::Result<()> {
        let limits = || Limits { most: 7, names: vec!["ada".to_owned()] };
        let handle = Defcon::on(&session);
        handle.bounds().set(limits()).await?;
        handle.threshold().set(1.5).await?;
        assert_eq!((handle.bounds().get().await?, handle.threshold().get().await?), (Some(limits()), Some(1.5)));
        handle.threshold().clear().await?;
        assert!(handle.threshold().is_empty().await? && !handle.bounds().is_empty().await?);
        Ok(())
    }

    async fn names_tell_the_record_and_the_field(session: RedisSession) -> rediscache::Result<()> {
        let handle = Defcon::on(&session);
        let threshold = handle.threshold();
        let global = session.global_namespace().to_owned();
        assert_eq!(threshold.namespace(), "Defcon.redis_cache.threshold");
        assert_eq!(threshold.key()?, format!("{global}.Defcon.redis_cache"));
        assert_eq!(handle.notice().key()?, format!("{global}.notice"));
        assert_eq!(handle.expected().key()?, format!("{global}.Defcon.redis_cache.expected"));
        let outside = RedisValue::<u64>::in_record("settings", "größe").without_global_namespace().on(&session);
        assert_eq!((outside.namespace(), outside.key()?.as_str()), ("settings.größe", "settings"));
        let error = threshold.increment(f64::MAX).await.and(threshold.increment(f64::MAX).await).unwrap_err();
        assert_eq!((error.operation(), error.namespace()), ("increment", Some("Defcon.redis_cache.threshold")));
        assert_eq!(kind(RedisValue::<u64>::in_record("", "threshold").on(&session).get().await), ErrorKind::Config);
        Ok(())
    }

    async fn a_struct_lists_its_values(_session: RedisSession) {
        let objects = Defcon::objects();
        let kinds: Vec<_> = objects.iter().map(|object| (object.field(), object.kind())).collect();
        assert_eq!(kinds[..2], [("threshold", ObjectKind::RecordField), ("invoker", ObjectKind::RecordField)]);
        assert_eq!(kinds[2..4], [("type", ObjectKind::RecordField), ("limits", ObjectKind::RecordField)]);
        assert_eq!(kinds[4..], [("notice", ObjectKind::Value), ("expected", ObjectKind::Set)]);
        assert_eq!((objects[0].value_shape(), objects[0].key_type()), (Shape::of::<f64>(), None));
        assert_eq!(Alone::objects()[0].namespace(), "Alone.counter");
    }

    async fn older_types_are_read(session: RedisSession) -> rediscache::Result<()> {
        let handle = Alone::on(&session);
        RedisValue::<u64>::new("Alone.limits").on(&session).set(5).await?;
        assert_eq!(handle.limits().get().await?, Some(NewLimits { most: 5 }));
        handle.limits().set(NewLimits { most: 6 }).await?;
        assert_eq!(handle.limits().replace(NewLimits { most: 7 }).await?, Some(NewLimits { most: 6 }));
        RedisValue::<String>::new("Alone.limits").on(&session).set("many").await?;
        assert_eq!((handle.limits().get().await?, handle.limits().take().await?), (None, None));
        assert_eq!(handle.limits().update(|limits| limits.unwrap_or(NewLimits { most: 1 })).await?.most, 1);
        Ok(())
    }

    async fn what_cannot_be_read_stays(session: RedisSession) -> rediscache::Result<()> {
        let (alone, field) = both(&session);
        RedisValue::<String>::new("number").on(&session).set("many").await?;
        poke(&session, "record", "s|number", "s|many").await;
        for call in [alone.get(), alone.take(), alone.replace(1), field.get(), field.take(), field.replace(1)] {
            assert_eq!(kind(call.await), ErrorKind::Decode);
        }
        assert_eq!(kind(alone.update(|_| 1).await), ErrorKind::Decode);
        assert_eq!(kind(field.update(|_| 1).await), ErrorKind::Decode);
        assert_eq!(kind(alone.increment(1).await), ErrorKind::NotANumber);
        assert!(!alone.is_empty().await? && !field.set_if_absent(1).await? && !alone.compare_and_set(1, 2).await?);
        assert_eq!(stored(&session, "number").await, Some(b"s|many".to_vec()));
        assert_eq!(peek_all(&session, "record").await.into_values().collect::<Vec<_>>(), [b"s|many"]);
        alone.clone().unreadable_as_absent().update(|value| value.unwrap_or(3)).await?;
        assert_eq!(alone.get().await?, Some(3));
        Ok(())
    }

    async fn a_change_keeps_the_end_and_a_new_value_has_none(session: RedisSession) -> rediscache::Result<()> {
        let (value, _) = both(&session);
        assert!(!value.set_expiry(MINUTE).await? && !value.persist().await? && value.expiry().await?.is_none());
        value.set_for(1, MINUTE).await?;
        value.increment(1).await?;
        value.update(|value| value.unwrap_or_default() + 1).await?;
        assert!(value.compare_and_set(3, 4).await? && !value.set_if_absent(9).await?);
        assert!(value.expiry().await?.is_some_and(|left| left <= MINUTE && left > MINUTE / 2));
        assert_eq!(value.replace(5).await?, Some(4));
        assert_eq!(value.expiry().await?, None);
        assert!(value.set_expiry(MINUTE).await?);
        value.set(6).await?;
        assert_eq!((value.expiry().await?, value.persist().await?), (None, false));
        value.set_for(7, MINUTE).await?;
        assert!(value.persist().await? && value.expiry().await?.is_none());
        assert!(value.set_expiry(Duration::ZERO).await? && value.is_empty().await?);
        value.set(1).await?;
        assert!(value.set_expiry_at(std::time::SystemTime::UNIX_EPOCH).await? && value.is_empty().await?);
        Ok(())
    }

    async fn a_value_ends_in_its_time(session: RedisSession) -> rediscache::Result<()> {
        let (value, _) = both(&session);
        value.set_for(1, Duration::from_millis(20)).await?;
        while value.get().await?.is_some() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert!(value.set_if_absent(2).await?);
        // A millisecond at the least.
        value.set_for(3, Duration::ZERO).await?;
        while !value.is_empty().await? {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    async fn the_record_keeps_its_expiry(session: RedisSession) -> rediscache::Result<()> {
        let (_, field) = both(&session);
        let whole = RedisCache::<String, i64>::new("record").on(&session);
        field.set(1).await?;
        assert!(whole.set_expiry(MINUTE).await?);
        field.set(2).await?;
        field.update(|_| 3).await?;
        assert_eq!(field.replace(4).await?, Some(3));
        assert!(whole.expiry().await?.is_some());
        Ok(())
    }

    async fn a_value_is_taken_once(session: RedisSession) -> rediscache::Result<()> {
        let (alone, field) = both(&session);
        alone.set(1).await?;
        field.set(1).await?;
        for value in [join_all((0..20).map(|_| alone.take())).await, join_all((0..20).map(|_| field.take())).await] {
            let taken: Vec<_> = value.into_iter().filter_map(Result::unwrap).collect();
            assert_eq!(taken, [1]);
        }
        Ok(())
    }

    /// Some of them of one value, and some of none.
    async fn reads_of_many_values_at_once_are_each_answered(session: RedisSession) -> rediscache::Result<()> {
        let value = |n: u64| RedisValue::<u64>::with_namespace(format!("number.{n}")).on(&session);
        let field = |n: u64| RedisValue::<u64>::in_record("many", &format!("number {n}")).on(&session);
        for n in 0..10 {
            value(n).set(n).await?;
            field(n).set(n).await?;
        }
        for _ in 0..3 {
            let found = try_join_all((0..100).map(|n| value(n % 20).get())).await?;
            let in_record = try_join_all((0..100).map(|n| field(n % 20).get())).await?;
            let expected: Vec<_> = (0..100).map(|n| Some(n % 20).filter(|n| *n < 10)).collect();
            assert_eq!((&found, &in_record), (&expected, &expected));
        }
        Ok(())
    }

    /// As in Redis, where both are strings.
    async fn an_entry_that_lives_for_a_time_is_a_value_by_itself(session: RedisSession) -> rediscache::Result<()> {
        let entries = RedisTtlCache::<u64, u64>::new("entries", MINUTE).on(&session);
        let value = RedisValue::<u64>::new("entries:i|1").on(&session);
        entries.set(1, 1).await?;
        assert_eq!(value.increment(1).await?, 2);
        assert!(value.expiry().await?.is_some());
        value.set(5).await?;
        assert_eq!((entries.get(1).await?, entries.expiry(1).await?.is_some()), (Some(5), true));
        value.clear().await?;
        assert_eq!(entries.get(1).await?, None);
        Ok(())
    }

    async fn another_type_of_data_is_refused_and_stays(session: RedisSession) -> rediscache::Result<()> {
        let set = RedisSet::<u64>::new("number").on(&session);
        RedisSet::<u64>::new("record").on(&session).add(1).await?;
        set.add(1).await?;
        let (alone, field) = both(&session);
        for call in [alone.get(), alone.take(), alone.replace(1), field.get(), field.take(), field.replace(1)] {
            assert_eq!(kind(call.await), ErrorKind::WrongType);
        }
        for call in [alone.set(1), alone.set_for(1, MINUTE), alone.clear(), field.set(1), field.clear()] {
            assert_eq!(kind(call.await), ErrorKind::WrongType);
        }
        for call in [alone.set_if_absent(1), alone.is_empty(), alone.compare_and_set(1, 2), field.set_if_absent(1)] {
            assert_eq!(kind(call.await), ErrorKind::WrongType);
        }
        assert_eq!(kind(alone.increment(1).await), ErrorKind::WrongType);
        assert_eq!(kind(field.update(|_| 1).await), ErrorKind::WrongType);
        // Among others, too.
        let (other, none) = (RedisValue::<i64>::new("other").on(&session), RedisValue::<i64>::new("none").on(&session));
        other.set(1).await?;
        let told = join_all([alone.get(), other.get(), none.get(), alone.get(), other.get()]).await;
        let told: Vec<_> = told.into_iter().map(|told| told.map_err(|error| error.kind())).collect();
        let wrong = || Err(ErrorKind::WrongType);
        assert_eq!(told, [wrong(), Ok(Some(1)), Ok(None), wrong(), Ok(Some(1))]);
        assert_eq!(set.members().await?, [1]);
        Ok(())
    }
}
