//! What the suites show: a struct of each kind of object, with hostile text where there can be some.

use rediscache::{RedisCache, RedisLimit, RedisLock, RedisNamespaced, RedisTaskQueue};
use serde::{Deserialize, Serialize};

/// Markup that does something wherever it is taken for such.
pub(crate) const MARKUP: &str = "\"><img src=x onerror=\"window.hurt=1\"><script>window.hurt=1</script>'`${7*7}";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Product {
    pub(crate) name: String,
    pub(crate) cents: u64,
}

#[derive(RedisNamespaced)]
pub(crate) struct Shop {
    pub(crate) products: RedisCache<String, Product>,
    pub(crate) numbers: RedisCache<u64, u64>,
    #[rediscache(namespace = "\"><img src=x onerror=\"window.hurt=1\">")]
    pub(crate) marked: RedisCache<String, String>,
}

#[derive(RedisNamespaced)]
pub(crate) struct Outgoing {
    #[rediscache(max_attempts = 1)]
    pub(crate) mails: RedisTaskQueue<Product>,
    #[rediscache(secret)]
    pub(crate) tokens: RedisCache<String, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "String")]
pub(crate) struct Tenant {
    pub(crate) prices: RedisCache<String, Product>,
    #[rediscache(max_attempts = 1)]
    pub(crate) jobs: RedisTaskQueue<Product>,
    #[rediscache(rate = "5/1m")]
    pub(crate) logins: RedisLimit<String>,
    pub(crate) stock: RedisLock<String>,
    #[rediscache(secret)]
    pub(crate) keys: RedisCache<String, String>,
}

/// Ids that mean something to whoever takes them for a part of a path, of a pattern, of markup or of JSON.
pub(crate) const HOSTILE_IDS: [&str; 13] = [
    "",
    " ",
    "..",
    "a/b/../c",
    "{}",
    "}.prices:s|{",
    "%2F%00%zz",
    "?of=other&of=a#b+c",
    "*[a-z]\\",
    "\"acme\"",
    "42",
    "é\u{1f600}\u{202e}\n\0",
    MARKUP,
];

pub(crate) fn product(name: &str, cents: u64) -> Product {
    Product { name: name.to_owned(), cents }
}
