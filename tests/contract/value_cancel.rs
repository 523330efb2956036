//! Calls on values dropped after every number of polls: each took effect or did not, and nothing comes later.

use rediscache::{InRecord, Operation, RedisSession, RedisValue, Typestring};
use support::{contract, within_polls};

use crate::value::both;

type Field = RedisValue<i64, Typestring, InRecord>;
type State = (Option<i64>, Option<i64>);

async fn state(session: &RedisSession) -> State {
    let (alone, field) = both(session);
    (alone.get().await.unwrap(), field.get().await.unwrap())
}

async fn prepare(session: &RedisSession) -> State {
    let (alone, field) = both(session);
    alone.set(1).await.unwrap();
    field.set(1).await.unwrap();
    (Some(1), Some(1))
}

async fn check<T>(session: &RedisSession, operation: impl Fn(&RedisValue<i64>, &Field) -> Operation<T>) {
    let (alone, field) = both(session);
    let other = RedisValue::<i64>::new("other").on(session);
    let other_field = RedisValue::<i64>::in_record("record", "other").on(session);
    let before = prepare(session).await;
    operation(&alone, &field).await.unwrap_or_else(|error| panic!("{error:?}"));
    let after = state(session).await;
    for polls in 0.. {
        prepare(session).await;
        let ended = within_polls(polls, operation(&alone, &field)).await.is_some();
        let left = state(session).await;
        assert!(left == after || (left == before && !ended), "after {polls} polls: {left:?}");
        // Whatever was left to be sent is sent before these.
        other.increment(1).await.unwrap();
        other_field.set(1).await.unwrap();
        // Nobody is kept waiting by who gave up.
        assert_eq!(alone.update(Option::unwrap_or_default).await.unwrap(), left.0.unwrap_or_default());
        assert_eq!(field.get().await.unwrap(), left.1, "after {polls} polls");
        if ended {
            return;
        }
        assert!(polls < 1000, "it never ends");
    }
}

contract! {
    async fn a_dropped_change_of_a_value_took_effect_or_did_not(session: RedisSession) {
        check(&session, |alone, _| alone.set(2)).await;
        check(&session, |alone, _| alone.replace(2)).await;
        check(&session, |alone, _| alone.compare_and_set(1, 2)).await;
        check(&session, |alone, _| alone.increment(5)).await;
        check(&session, |alone, _| alone.update(|value| value.unwrap_or_default() + 5)).await;
        check(&session, |alone, _| alone.take()).await;
        check(&session, |alone, _| alone.clear()).await;
    }

    async fn a_dropped_change_of_a_field_took_effect_or_did_not(session: RedisSession) {
        check(&session, |_, field| field.set(2)).await;
        check(&session, |_, field| field.replace(2)).await;
        check(&session, |_, field| field.compare_and_set(1, 2)).await;
        check(&session, |_, field| field.increment(5)).await;
        check(&session, |_, field| field.update(|value| value.unwrap_or_default() + 5)).await;
        check(&session, |_, field| field.take()).await;
        check(&session, |_, field| field.clear()).await;
    }

    async fn a_dropped_look_at_a_value_changes_nothing(session: RedisSession) {
        check(&session, |alone, _| alone.get()).await;
        check(&session, |_, field| field.get()).await;
        check(&session, |alone, _| alone.is_empty()).await;
        check(&session, |alone, _| alone.set_if_absent(7)).await;
    }
}
