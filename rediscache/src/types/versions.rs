//! The methods of caches and queues whose values may be of older types.

/// The methods of caches and queues whose values may be of older types, with examples of that type.
///
/// `$value` is the type of values, `$type` the name of the cache or queue, `$key` what stands before the value's type there,
/// and `$more` what `new` is given beside the name.
macro_rules! version_methods {
    ($value:ty, $type:literal, $key:literal, $more:literal) => {
        /// Says which version of its meaning the value's type has; 1 where this is not called.
        ///
        /// For a change of meaning that serde does not see, such as a price in another currency. The version stands in
        /// the stored shape: a value of a version that is not listed, here or by
        /// [`from_older_versions`](Self::from_older_versions), is [`Decode`](crate::ErrorKind::Decode), also in
        /// programs that know none. Numbers, texts and bools have no shape: a version of them is
        /// [`Config`](crate::ErrorKind::Config) at use. So is 0.
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use rediscache::", $type, ";")]
        ///
        #[doc = concat!("static PRICES: ", $type, "<", $key, "(u64, String)> = ", $type, "::new(\"prices\"", $more, ").version(2);")]
        /// assert_eq!(PRICES.namespace(), "prices");
        /// ```
        #[must_use = "this makes a changed object"]
        pub const fn version(mut self, version: u32) -> Self
        where
            C: ShapedCodec,
        {
            self.object.meaning = self.object.meaning.at_version(version);
            self
        }

        /// Reads values of older types, too: a tuple of those, oldest first.
        ///
        /// Each turns into the next by [`TryInto`], and the last into today's. A value of the shape of one of them goes
        /// this way; a number, text or bool does where today's type reads none. What is of no shape that is listed is
        /// read by the names of its parts. Two types of one shape are [`Config`](crate::ErrorKind::Config) at use,
        /// unless [versions](Self::from_older_versions) tell them apart.
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use rediscache::", $type, ";")]
        /// # use serde::{Deserialize, Serialize};
        ///
        /// #[derive(Deserialize, Serialize)]
        /// struct Name {
        ///     first: String,
        ///     last: Option<String>,
        /// }
        ///
        /// impl From<String> for Name {
        ///     fn from(first: String) -> Self {
        ///         Self { first, last: None }
        ///     }
        /// }
        ///
        #[doc = concat!("static NAMES: ", $type, "<", $key, "Name> = ", $type, "::new(\"names\"", $more, ").from_older::<(String,)>();")]
        /// assert_eq!(NAMES.namespace(), "names");
        /// ```
        #[must_use = "this makes a changed object"]
        pub const fn from_older<O: OlderTypes<$value> + 'static>(self) -> Self
        where
            C: ShapedCodec,
        {
            self.from_older_versions::<O>(&[])
        }

        /// Reads values of older types, each of which was of the [version](Self::version) at its place; of the first,
        /// where there are fewer versions than types.
        ///
        /// As of [`from_older`](Self::from_older). A version above today's is
        /// [`Config`](crate::ErrorKind::Config) at use.
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use rediscache::", $type, ";")]
        /// # use serde::{Deserialize, Serialize};
        ///
        /// #[derive(Deserialize, Serialize)]
        /// struct Dollars {
        ///     amount: u64,
        /// }
        ///
        /// #[derive(Deserialize, Serialize)]
        /// struct Cents {
        ///     amount: u64,
        /// }
        ///
        /// impl From<Dollars> for Cents {
        ///     fn from(dollars: Dollars) -> Self {
        ///         Self { amount: dollars.amount * 100 }
        ///     }
        /// }
        ///
        #[doc = concat!("static PRICES: ", $type, "<", $key, "Cents> = ", $type, "::new(\"prices\"", $more, ")")]
        ///     .version(2)
        ///     .from_older_versions::<(Dollars,)>(&[1]);
        /// assert_eq!(PRICES.namespace(), "prices");
        /// ```
        #[must_use = "this makes a changed object"]
        pub const fn from_older_versions<O: OlderTypes<$value> + 'static>(mut self, versions: &'static [u32]) -> Self
        where
            C: ShapedCodec,
        {
            self.object.meaning = self.object.meaning.with_older::<$value, O>(versions);
            self
        }
    };
}
pub(super) use version_methods;
