// A part of `mod.rs`.

/// Loading what is not there.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// The value of `key`; where there is none, `loader` is asked for it.
    pub fn get_or_load<L, F, R, E>(&self, key: impl Lend<K>, loader: L) -> GetOrLoad<V, E>
    where
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = std::result::Result<R, E>> + Send + 'static,
        R: Into<Loaded<V>> + 'static,
        E: Send + Sync + 'static,
    {
        Ask::<V, C, L, R, E>::new(self.object.clone(), self.options, loader).about(new_key::<C, K>(&key))
    }
}
