//! Types that are told apart by who reads them, and types that serde has a hard time with.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chrono::{NaiveDate, TimeZone, Utc};
use rediscache::{RedisCache, RedisQueue, RedisSession, Shape};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use support::{contract, peek_all};
use uuid::Uuid;

use crate::shapes::{cache, crc32, keep_by_hand, stored};

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 2, 29).unwrap()
}

/// Stores the value in the form it gets, and by names, and reads it each time.
async fn keeps<T>(session: &RedisSession, value: &T) -> Vec<u8>
where
    T: Serialize + DeserializeOwned + Debug + Send + Sync + 'static,
{
    let (values, queue) = (cache::<T>(session), RedisQueue::<T>::new("queue").on(session));
    let read = |read: &T| assert_eq!(format!("{read:?}"), format!("{value:?}"));
    values.set(1, value).await.unwrap_or_else(|error| panic!("{value:?}: {}", crate::shapes::told(&error)));
    queue.put(value).await.unwrap();
    let form = stored(session, 1).await;
    let got = values.get(1).await.unwrap_or_else(|error| panic!("{value:?}: {}", crate::shapes::told(&error)));
    read(&got.unwrap());
    read(&queue.get().await.unwrap());
    if form.starts_with(b"c|") {
        keep_by_hand(session, crc32(&format!("2: {}", Shape::of::<T>())), "no shape").await;
        let described = cache::<T>(session).version(2);
        described.set(1, value).await.unwrap();
        assert!(stored(session, 1).await.starts_with(b"m|"));
        let got = described.get(1).await.unwrap_or_else(|error| panic!("{value:?}: {}", crate::shapes::told(&error)));
        read(&got.unwrap());
    }
    form
}

async fn is_text<T>(session: &RedisSession, value: T, text: &str)
where
    T: Serialize + DeserializeOwned + Eq + Hash + Clone + Debug + Send + Sync + 'static,
{
    let cache = RedisCache::<T, T>::new("texts").on(session);
    cache.replace_all([(&value, &value)]).await.unwrap();
    let stored = format!("s|{text}").into_bytes();
    assert_eq!(peek_all(session, "texts").await, [(stored.clone(), stored)].into());
    assert_eq!(cache.get(&value).await.unwrap(), Some(value.clone()));
    assert_eq!(cache.items().await.unwrap(), [(value.clone(), value)]);
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Visit {
    from: IpAddr,
    id: Uuid,
    on: NaiveDate,
    at: chrono::DateTime<Utc>,
    more: Vec<(IpAddr, Option<Uuid>)>,
}

fn visit() -> Visit {
    let at = Utc.timestamp_opt(1_700_000_000, 5).unwrap();
    Visit { from: V6, id: Uuid::from_u128(7), on: day(), at, more: vec![(V4, None), (V6, Some(Uuid::from_u128(8)))] }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
enum Untagged {
    Address(IpAddr),
    Id(Uuid),
    Day(NaiveDate),
    Visit(Visit),
    Pair(u8, f64),
    Text(String),
    Nothing,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind")]
enum Tagged {
    Visit(Visit),
    Day { day: NaiveDate, from: IpAddr },
    Nothing,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", content = "of")]
enum Adjacent {
    Visit(Visit),
    Day { day: NaiveDate },
    Nothing,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Flattened {
    name: String,
    #[serde(flatten)]
    visit: Visit,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Rest {
    name: String,
    #[serde(flatten)]
    rest: HashMap<String, serde_json::Value>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Limits {
    low: i128,
    high: u128,
    float: f64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Nested {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped: Option<u8>,
    twice: Option<Option<u8>>,
    unit: Option<()>,
    last: u8,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Unskipped {
    twice: Option<Option<u8>>,
    unit: Option<()>,
    last: u8,
}

contract! {
    async fn what_people_read_as_text_is_text_at_the_top(session: RedisSession) {
        is_text(&session, V4, "127.0.0.1").await;
        is_text(&session, V6, "::1").await;
        is_text(&session, Uuid::from_u128(7), "00000000-0000-0000-0000-000000000007").await;
        is_text(&session, day(), "2024-02-29").await;
    }

    async fn it_is_kept_inside_of_others(session: RedisSession) {
        assert!(keeps(&session, &visit()).await.starts_with(b"c|"));
        keeps(&session, &(V4, Some(V6))).await;
        keeps(&session, &vec![Uuid::from_u128(7)]).await;
        keeps(&session, &Some(day())).await;
        keeps(&session, &HashMap::from([(V4, day())])).await;
    }

    async fn it_is_kept_where_a_type_asks_what_is_stored(session: RedisSession) {
        for value in [
            Untagged::Address(V6), Untagged::Id(Uuid::from_u128(7)), Untagged::Day(day()), Untagged::Visit(visit()),
            Untagged::Pair(7, 0.5), Untagged::Text("text".to_owned()), Untagged::Nothing,
        ] {
            keeps(&session, &value).await;
            keeps(&session, &vec![value.clone(), value]).await;
        }
        for value in [Tagged::Visit(visit()), Tagged::Day { day: day(), from: V4 }, Tagged::Nothing] {
            keeps(&session, &value).await;
            keeps(&session, &(value.clone(), value)).await;
        }
        for value in [Adjacent::Visit(visit()), Adjacent::Day { day: day() }, Adjacent::Nothing] {
            keeps(&session, &value).await;
        }
        let form = keeps(&session, &Flattened { name: "ada".to_owned(), visit: visit() }).await;
        assert!(form.starts_with(b"m|"));
    }

    async fn json_is_kept(session: RedisSession) {
        let all = json!({
            "null": null, "bools": [true, false], "numbers": [0, 1, -1, u64::MAX, i64::MIN, 0.5, -0.0, 1e300],
            "texts": ["", "\0", "ü", "7"], "": {"": {"deep": [[[]], {}]}},
        });
        keeps(&session, &all).await;
        for value in ["null", "true", "7", "-7", "18446744073709551615", "0.5", "\"text\"", "[]", "{}", "[1, null]"] {
            keeps(&session, &serde_json::from_str::<serde_json::Value>(value).unwrap()).await;
        }
        keeps(&session, &(1_u8, all.clone())).await;
        let rest = HashMap::from([("all".to_owned(), all)]);
        keeps(&session, &Rest { name: "ada".to_owned(), rest }).await;
    }

    async fn maps_of_any_key_are_kept(session: RedisSession) {
        keeps(&session, &HashMap::from([((1_u8, 2_u8), f64::NAN)])).await;
        keeps(&session, &HashMap::from([((1_u8, 2_u8), f64::NEG_INFINITY)])).await;
        keeps(&session, &HashMap::from([(Some(1_i64), vec![()])])).await;
        keeps(&session, &HashMap::from([(true, 'x')])).await;
        keeps(&session, &HashMap::<String, u8>::new()).await;
    }

    async fn numbers_are_kept_up_to_their_limits(session: RedisSession) {
        for float in [f64::MIN, f64::MIN_POSITIVE, f64::NAN, f64::INFINITY, -0.0] {
            keeps(&session, &Limits { low: i128::MIN, high: u128::MAX, float }).await;
            keeps(&session, &Limits { low: i128::MAX, high: 0, float }).await;
        }
        keeps(&session, &i128::MIN).await;
        keeps(&session, &u128::MAX).await;
        keeps(&session, &(u64::MAX, i64::MIN, u8::MAX, i8::MIN, char::MAX, f32::MIN_POSITIVE)).await;
    }

    async fn options_within_options_are_kept(session: RedisSession) {
        for twice in [None, Some(None), Some(Some(0)), Some(Some(7))] {
            for unit in [None, Some(())] {
                keeps(&session, &Unskipped { twice, unit, last: 7 }).await;
                for skipped in [None, Some(1)] {
                    keeps(&session, &Nested { skipped, twice, unit, last: 7 }).await;
                }
            }
            keeps(&session, &twice).await;
            keeps(&session, &vec![twice]).await;
        }
        keeps(&session, &Some(())).await;
        keeps(&session, &None::<()>).await;
        keeps(&session, &()).await;
    }
}
