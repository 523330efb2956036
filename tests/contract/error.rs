use std::collections::BTreeMap;
use std::error::Error as _;

use rediscache::{Error, ErrorKind, RedisCache, RedisSession};
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use support::{contract, poke};

use crate::every::every_method;

/// Has no stored form.
#[derive(Debug, Deserialize)]
struct Formless;

impl Serialize for Formless {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("refused"))
    }
}

/// One error of each kind that does not take a broken server, and the operation it belongs to.
async fn errors(session: &RedisSession) -> Vec<(ErrorKind, &'static str, Error)> {
    let numbers = RedisCache::<u64, u8>::new("numbers").on(session);
    let unnamed = RedisCache::<u64, u8>::new("").on(session);
    let formless = RedisCache::<u64, Formless>::new("numbers").on(session);
    numbers.set(1, u8::MAX).await.unwrap();
    poke(session, "numbers", "i|2", "s|text").await;
    poke(session, "numbers", "i|3", "f|1.5").await;
    vec![
        (ErrorKind::Overflow, "increment", numbers.increment(1, 1).await.unwrap_err()),
        (ErrorKind::Overflow, "decrement", numbers.decrement(9, 1).await.unwrap_err()),
        (ErrorKind::NotANumber, "increment", numbers.increment(2, 1).await.unwrap_err()),
        (ErrorKind::Decode, "increment", numbers.increment(3, 1).await.unwrap_err()),
        (ErrorKind::Decode, "get", numbers.get(2).await.unwrap_err()),
        (ErrorKind::Decode, "pop", numbers.pop(3).await.unwrap_err()),
        (ErrorKind::Decode, "items", numbers.items().await.unwrap_err()),
        (ErrorKind::Config, "set", unnamed.set(1, 1).await.unwrap_err()),
        (ErrorKind::Config, "key", unnamed.key().unwrap_err()),
        (ErrorKind::Encode, "set", formless.set(1, Formless).await.unwrap_err()),
        (ErrorKind::Encode, "update", formless.update([(1, Formless)]).await.unwrap_err()),
        (ErrorKind::Encode, "replace_all", formless.replace_all([(1, Formless)]).await.unwrap_err()),
        (ErrorKind::Encode, "set_if_absent", formless.set_if_absent(9, Formless).await.unwrap_err()),
        (ErrorKind::Encode, "replace", formless.replace(9, Formless).await.unwrap_err()),
        (ErrorKind::Encode, "compare_and_set", formless.compare_and_set(9, Formless, Formless).await.unwrap_err()),
        (ErrorKind::Encode, "compare_and_delete", formless.compare_and_delete(9, Formless).await.unwrap_err()),
    ]
}

contract! {
    async fn each_mistake_has_its_kind_and_tells_where(session: RedisSession) {
        for (kind, operation, error) in errors(&session).await {
            assert_eq!((error.kind(), error.operation()), (kind, operation), "{error}");
            let namespace = error.namespace().unwrap();
            assert!(namespace == "numbers" || (kind == ErrorKind::Config && namespace.is_empty()));
            assert!(!error.is_retryable() && !error.is_timeout(), "{error}");
        }
    }

    async fn the_message_is_one_sentence_with_operation_and_namespace(session: RedisSession) {
        for (_, operation, error) in errors(&session).await {
            let text = error.to_string();
            let head = format!("{operation} on `{}` failed: ", error.namespace().unwrap());
            let rest = text.strip_prefix(&head).unwrap_or_else(|| panic!("{text}"));
            assert!(rest.starts_with(|first: char| first.is_lowercase() || first == '`'), "{text}");
            assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
        }
    }

    async fn the_message_does_not_repeat_its_source(session: RedisSession) {
        for (_, _, error) in errors(&session).await {
            let mut chain = vec![error.to_string()];
            let mut next = error.source();
            while let Some(source) = next {
                chain.push(source.to_string());
                next = source.source();
            }
            assert!(chain.len() <= 5, "{chain:?}");
            for (above, below) in chain.iter().zip(&chain[1..]) {
                assert!(!below.is_empty() && !above.contains(below) && !below.contains(above), "{chain:?}");
            }
        }
    }

    async fn decode_and_encode_have_a_source(session: RedisSession) {
        for (kind, _, error) in errors(&session).await {
            let expected = match kind {
                // A float under an integer type is found by the store, which knows no codec.
                ErrorKind::Decode => error.operation() != "increment",
                kind => kind == ErrorKind::Encode,
            };
            assert_eq!(error.source().is_some(), expected, "{error:?}");
        }
    }

    async fn what_has_no_form_stores_nothing(session: RedisSession) {
        let formless = RedisCache::<u64, Vec<Formless>>::new("formless").on(&session);
        formless.update([(1, vec![]), (2, vec![Formless])]).await.unwrap_err();
        assert!(formless.is_empty().await.unwrap(), "all or nothing");
        formless.set(1, vec![]).await.unwrap();
        formless.replace_all([(2, vec![]), (3, vec![Formless])]).await.unwrap_err();
        assert_eq!(formless.keys().await.unwrap(), [1]);
        let keys = RedisCache::<u64, BTreeMap<u8, Formless>>::new("formless").on(&session);
        let error = keys.set(1, BTreeMap::from([(1, Formless)])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Encode);
    }

    /// The table is complete: each call is refused for its name, under its own name.
    async fn every_operation_is_named(session: RedisSession) {
        for (method, call) in every_method(&RedisCache::new("").on(&session)) {
            let text = call.await.unwrap_err().to_string();
            assert!(text.starts_with(&format!("{method} on `` failed: ")), "{text}");
        }
    }
}

#[test]
fn an_error_can_be_sent_boxed_and_shared() {
    fn check<T: Send + Sync + std::error::Error + 'static>() {}
    check::<Error>();
}
