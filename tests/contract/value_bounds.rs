//! What is stored can be read: around each limit, `set` refuses what `get` would, and says which limit that is.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt::Debug;
use std::hash::Hash;

use rediscache::{Codec, Error, ErrorKind, Json, RedisCache, RedisQueue, RedisSession, Typestring};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use support::contract;

/// Nests in each of the ways there are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Part {
    Text(String),
    Letter(char),
    Number(u128),
    Nothing(()),
    Empty,
    None(Option<u8>),
    Some(Option<Box<Part>>),
    Newtype(Box<Id>),
    List(Vec<Part>),
    Pair((Box<Part>, u8)),
    Tuple(Box<Part>, u8),
    Named { of: Box<Part> },
    Struct(Box<Held>),
    Map(BTreeMap<String, Part>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Id(Part);

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Held {
    of: Part,
}

/// A list of the kind that programs have, of two levels a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Node {
    name: String,
    next: Option<Box<Node>>,
}

fn list(nodes: usize) -> Option<Box<Node>> {
    (0..nodes).fold(None, |next, number| Some(Box::new(Node { name: number.to_string(), next })))
}

fn leaves() -> [Part; 6] {
    [
        Part::Text("text".to_owned()),
        Part::Letter('é'),
        Part::Number(u128::MAX),
        Part::Nothing(()),
        Part::Empty,
        Part::None(Some(1)),
    ]
}

/// One level more, or two.
fn around(way: usize, part: Part) -> Part {
    match way % 8 {
        0 => Part::Some(Some(Box::new(part))),
        1 => Part::Newtype(Box::new(Id(part))),
        2 => Part::List(vec![part]),
        3 => Part::Pair((Box::new(part), 1)),
        4 => Part::Tuple(Box::new(part), 1),
        5 => Part::Named { of: Box::new(part) },
        6 => Part::Struct(Box::new(Held { of: part })),
        _ => Part::Map(BTreeMap::from([("a".to_owned(), part)])),
    }
}

/// An error that says which limit it was.
#[track_caller]
fn assert_names_limit(error: &Error, limit: &str) {
    assert_eq!(error.kind(), ErrorKind::Encode, "{error:?}");
    let source = error.source().unwrap().to_string();
    assert!(source.contains(limit), "{source}");
}

/// Stores each value, in every way there is, as long as that is not refused, and reads it again; how many were stored.
async fn stored<T, C>(
    session: &RedisSession,
    values: impl IntoIterator<Item = T>,
    limit: &str,
) -> rediscache::Result<usize>
where
    T: Clone + Debug + PartialEq + Eq + Hash + Send + Sync + Serialize + DeserializeOwned + 'static,
    C: Codec,
{
    let (values_of, keys_of) =
        (RedisCache::<u8, T, C>::new("values").on(session), RedisCache::<T, u8, C>::new("keys").on(session));
    let (queue, mut count) = (RedisQueue::<T, C>::new("queue").on(session), 0);
    for value in values {
        match values_of.set(1, &value).await {
            Ok(()) => {
                count += 1;
                assert_eq!(values_of.get(1).await?.as_ref(), Some(&value));
                values_of.replace_all([(2, &value)]).await?;
                assert_eq!(values_of.pop(2).await?.as_ref(), Some(&value));
                queue.put(&value).await?;
                assert_eq!(queue.get().await?, value);
            }
            Err(error) => {
                assert_names_limit(&error, limit);
                assert_names_limit(&values_of.replace_all([(2, &value)]).await.unwrap_err(), limit);
                assert_names_limit(&queue.put(&value).await.unwrap_err(), limit);
            }
        }
        match keys_of.set(&value, 1).await {
            Ok(()) => {
                assert_eq!(keys_of.keys().await?, std::slice::from_ref(&value));
                keys_of.clear().await?;
            }
            // JSON has text for keys of maps, and any JSON for keys of a cache.
            Err(error) => assert_names_limit(&error, limit),
        }
    }
    Ok(count)
}

const LEVELS: &str = "it nests deeper than 128 levels";
const JSON_LEVELS: &str = "it nests deeper than 127 levels";

/// Each leaf in so many levels of one way, and some in all ways in turn, around where it is too many: a step is a level or
/// two.
fn nested() -> Vec<Part> {
    let mut nested = Vec::new();
    for (number, leaf) in leaves().into_iter().enumerate() {
        for way in 0..8 {
            let steps = (62..66).chain(125..129);
            nested.extend(steps.map(|steps| (0..steps).fold(leaf.clone(), |part, _| around(way, part))));
            let mixed = (55..75).skip(number).step_by(6);
            nested.extend(mixed.map(|steps| (0..steps).fold(leaf.clone(), |part, step| around(step * 3 + way, part))));
        }
    }
    nested
}

contract! {
    async fn a_list_is_stored_as_long_as_it_can_be_read(session: RedisSession) -> rediscache::Result<()> {
        let lists = || (60..70).map(list);
        // Two levels a node: the last holds none, which is a level, too.
        assert_eq!(stored::<_, Typestring>(&session, lists(), LEVELS).await?, 4);
        let lists = || [100, 126, 127, 128, 129, 200].map(list);
        assert_eq!(stored::<_, Json>(&session, lists(), JSON_LEVELS).await?, 3);
        Ok(())
    }

    async fn what_nests_in_any_way_is_stored_as_long_as_it_can_be_read(session: RedisSession) -> rediscache::Result<()> {
        let all = nested().len();
        let count = stored::<_, Typestring>(&session, nested(), LEVELS).await?;
        assert!(count > all / 8 && count < all, "{count} of {all}");
        Ok(())
    }

    async fn json_that_nests_in_any_way_is_stored_as_long_as_it_can_be_read(session: RedisSession) -> rediscache::Result<()> {
        let all = nested().len();
        let count = stored::<_, Json>(&session, nested(), JSON_LEVELS).await?;
        assert!(count > all / 8 && count < all, "{count} of {all}");
        Ok(())
    }

    async fn what_takes_no_bytes_is_counted(session: RedisSession) -> rediscache::Result<()> {
        let lists = || [(1 << 20) - 1, 1 << 20, (1 << 20) + 1].map(|units| vec![(); units]);
        assert_eq!(stored::<_, Typestring>(&session, lists(), "1048576 of its elements take no bytes").await?, 2);
        Ok(())
    }

    async fn json_without_a_form_that_is_read_is_refused(session: RedisSession) -> rediscache::Result<()> {
        let floats = RedisCache::<u8, f64, Json>::new("floats").on(&session);
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = floats.set(1, value).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Encode, "{error:?}");
        }
        assert!(floats.is_empty().await?);
        let maybe = RedisCache::<u8, Option<f64>, Json>::new("maybe").on(&session);
        maybe.set(1, None).await?;
        assert_eq!(maybe.get(1).await?, Some(None));
        Ok(())
    }

    async fn values_that_tell_what_they_are_nest_as_deep(session: RedisSession) -> rediscache::Result<()> {
        let values = RedisCache::<u8, serde_json::Value>::new("values").on(&session);
        let json = RedisCache::<u8, serde_json::Value, Json>::new("json").on(&session);
        for levels in 120..136 {
            let value = (0..levels).fold(serde_json::json!("a"), |inner, _| serde_json::json!([inner]));
            match values.set(1, &value).await {
                Ok(()) => assert_eq!(values.get(1).await?.as_ref(), Some(&value)),
                Err(error) => assert_names_limit(&error, LEVELS),
            }
            match json.set(1, &value).await {
                Ok(()) => assert_eq!(json.get(1).await?.as_ref(), Some(&value)),
                Err(error) => assert_names_limit(&error, JSON_LEVELS),
            }
        }
        Ok(())
    }
}
