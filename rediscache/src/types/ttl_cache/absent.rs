// A part of `mod.rs`.

/// What a cache has whose entries can be counted and listed at once: [`RedisCache`](crate::RedisCache) does, and no
/// [`RedisTtlCache`] ever.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `RedisTtlCache` does not know how many entries it has, nor lists them at once: use `scan()`",
    label = "each entry is a Redis key of its own, which ends by itself",
    note = "`scan()` streams the entries and walks all keys of the database for that, a page at a time; what is counted and \
            listed often belongs into a `RedisCache`"
)]
#[expect(unnameable_types, reason = "nobody is to have it")]
pub trait ListedAtOnce {
    fn listed<T>(&self) -> Listed<T>;
}

/// What such a call would give.
type Listed<T> = Operation<T>;

/// What would lie or be slow is not there.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    #[doc(hidden)]
    pub fn len(&self) -> Listed<u64>
    where
        Self: ListedAtOnce,
    {
        self.listed()
    }

    #[doc(hidden)]
    pub fn is_empty(&self) -> Listed<bool>
    where
        Self: ListedAtOnce,
    {
        self.listed()
    }

    #[doc(hidden)]
    pub fn items(&self) -> Listed<Vec<(K, V)>>
    where
        Self: ListedAtOnce,
    {
        self.listed()
    }

    #[doc(hidden)]
    pub fn keys(&self) -> Listed<Vec<K>>
    where
        Self: ListedAtOnce,
    {
        self.listed()
    }

    #[doc(hidden)]
    pub fn values(&self) -> Listed<Vec<V>>
    where
        Self: ListedAtOnce,
    {
        self.listed()
    }

    #[doc(hidden)]
    pub fn to_map(&self) -> Listed<HashMap<K, V>>
    where
        Self: ListedAtOnce,
    {
        self.listed()
    }
}
