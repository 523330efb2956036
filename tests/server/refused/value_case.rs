//! Operations on values, by themselves and in a record.

#![expect(clippy::async_yields_async, reason = "what is prepared is done later")]

use futures_util::future::try_join;
use rediscache::{RedisSession, RedisValue};

use super::case::{Case, MINUTE, case};

macro_rules! cases {
    ($make:expr; $($name:ident: |$value:ident| $action:expr;)*) => {
        vec![$(case(stringify!($name), |session: RedisSession, _| async move {
            let $value = ($make)(&session);
            $value.set(1).await.unwrap();
            async move { $action.map(drop) }
        })),*]
    };
}

pub(super) fn all() -> Vec<Case> {
    let mut cases = cases! { |session| RedisValue::<u64>::new("value").on(session);
        value_get: |value| value.get().await;
        value_is_empty: |value| value.is_empty().await;
        value_set: |value| value.set(2).await;
        value_set_for: |value| value.set_for(2, MINUTE).await;
        value_set_if_absent: |value| value.set_if_absent(2).await;
        value_replace: |value| value.replace(2).await;
        value_compare_and_set: |value| value.compare_and_set(1, 2).await;
        value_update: |value| value.update(|_| 2).await;
        value_increment: |value| value.increment(2).await;
        value_take: |value| value.take().await;
        value_clear: |value| value.clear().await;
        value_of_its_expiry: |value| value.set_expiry(MINUTE).await;
    };
    cases.extend(cases! { |session| RedisValue::<u64>::in_record("record", "field").on(session);
        field_get: |field| field.get().await;
        field_is_empty: |field| field.is_empty().await;
        field_set: |field| field.set(2).await;
        field_set_if_absent: |field| field.set_if_absent(2).await;
        field_replace: |field| field.replace(2).await;
        field_update: |field| field.update(|_| 2).await;
        field_increment: |field| field.increment(2).await;
        field_take: |field| field.take().await;
        field_clear: |field| field.clear().await;
    });
    cases.push(case("values_together", |session, _| async move {
        let [one, other] = ["one", "other"].map(|name| RedisValue::<u64>::new(name).on(&session));
        one.set(1).await.unwrap();
        other.set(2).await.unwrap();
        async move { try_join(one.get(), other.get()).await.map(drop) }
    }));
    cases
}
