//! What the suites show: a struct of each kind of object, with hostile text where there can be some.

use rediscache::{RedisCache, RedisNamespaced, RedisTaskQueue};
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

pub(crate) fn product(name: &str, cents: u64) -> Product {
    Product { name: name.to_owned(), cents }
}
