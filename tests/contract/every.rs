//! Every method at once, for what must hold of all of them.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use rediscache::{InRecord, RedisCache, RedisRanking, RedisSet, RedisValue, Result, Typestring, ValueHome};

pub(crate) type Call = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

fn call<T: 'static>(operation: impl Future<Output = Result<T>> + Send + 'static) -> Call {
    Box::pin(async { operation.await.map(drop) })
}

macro_rules! calls {
    ($cache:ident: $($method:ident($($argument:expr),*))*) => {
        vec![$((stringify!($method), call($cache.$method($($argument),*)))),*]
    };
}

/// Every method that looks at the store, by its name.
pub(crate) fn every_method(cache: &RedisCache<u64, u64>) -> Vec<(&'static str, Call)> {
    let none = Vec::<(u64, u64)>::new;
    let mut calls = calls! { cache:
        set(1, 1) get(1) get_or(1, 2) contains(1) delete(1) pop(1) pop_or(1, 2) set_if_absent(1, 1) replace(1, 2)
        compare_and_set(1, 1, 2) compare_and_delete(1, 1) increment(1, 1) decrement(1, 1) update([(1, 1), (2, 2)])
        get_many([1, 2]) delete_many([1, 2]) replace_all([(1, 1)]) replace_all(none()) items() keys() values() to_map()
        len() is_empty() clear() set_expiry(Duration::from_secs(60)) set_expiry(Duration::ZERO)
        set_expiry_at(SystemTime::now() + Duration::from_secs(60)) set_expiry_at(SystemTime::UNIX_EPOCH) expiry()
        persist()
    };
    let mut scan = cache.scan();
    calls.push(("scan", call(async move { scan.next().await.unwrap_or_else(|| panic!("it ended without an error")) })));
    calls
}

/// Those that only look at the session.
pub(crate) fn other_methods(cache: &RedisCache<u64, u64>) -> Vec<(&'static str, Call)> {
    let none = Vec::<u64>::new;
    calls! { cache: section() update(Vec::<(u64, u64)>::new()) get_many(none()) delete_many(none()) }
}

/// Every method of a set that looks at the store.
pub(crate) fn every_method_of_sets(set: &RedisSet<u64>) -> Vec<(&'static str, Call)> {
    let none = Vec::<u64>::new;
    let mut calls = calls! { set:
        add(1) remove(1) contains(1) add_many([1, 2]) remove_many([1, 2]) contains_many([1, 2]) members() random() pop()
        replace_all([1]) replace_all(none()) len() is_empty() union([set]) intersection([set]) difference([set]) clear()
        set_expiry(Duration::from_secs(60)) set_expiry_at(SystemTime::UNIX_EPOCH) expiry() persist()
    };
    let mut scan = set.scan();
    calls.push(("scan", call(async move { scan.next().await.unwrap_or_else(|| panic!("it ended without an error")) })));
    calls
}

/// Every method of a value that looks at the store, wherever it lies.
fn every_method_of_any_value<H: ValueHome>(value: &RedisValue<u64, Typestring, H>) -> Vec<(&'static str, Call)> {
    calls! { value:
        set(1) get() get_or(2) is_empty() set_if_absent(1) replace(2) compare_and_set(1, 2) increment(1) decrement(1)
        update(|_| 1) take() clear()
    }
}

/// Every method of a value by itself.
pub(crate) fn every_method_of_values(value: &RedisValue<u64>) -> Vec<(&'static str, Call)> {
    let mut calls = every_method_of_any_value(value);
    calls.extend(calls! { value:
        set_for(1, Duration::from_secs(60)) set_expiry(Duration::from_secs(60)) set_expiry_at(SystemTime::UNIX_EPOCH)
        expiry() persist()
    });
    calls
}

/// Every method of a field of a record.
pub(crate) fn every_method_of_fields(field: &RedisValue<u64, Typestring, InRecord>) -> Vec<(&'static str, Call)> {
    every_method_of_any_value(field)
}

/// Every method of a ranking that looks at the store.
pub(crate) fn every_method_of_rankings(ranking: &RedisRanking<u64, i64>) -> Vec<(&'static str, Call)> {
    let mut calls = calls! { ranking:
        set(1, 1) set_many([(1, 1), (2, 2)]) increment(1, 1) score(1) rank(1) top(1) around(1, 1) by_score(1..) remove(1)
        remove_below(9) len() is_empty() clear() set_expiry(Duration::from_secs(60))
        set_expiry_at(SystemTime::UNIX_EPOCH) expiry() persist()
    };
    let mut scan = ranking.scan();
    calls.push(("scan", call(async move { scan.next().await.unwrap_or_else(|| panic!("it ended without an error")) })));
    calls
}
