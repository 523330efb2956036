//! The cache whose entries live for a time, each a Redis key of its own.

mod declare;
mod load;
mod options;
mod reads;
mod scan;
mod window;

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

pub use load::{GetOrLoad, LoadError, Loaded, TtlStats, WhenDown};
pub use scan::TtlScan;

use self::load::LoadCall;
use self::options::Options;
use self::reads::EntryReads;
use super::entry_name::{entry_name, entry_names, read_key};
use super::named::named_methods;
use super::object::{Object, Target};
use super::operation::{Access, Operation};
use super::step::EntryRef;
use super::value::{Encoded, EncodedEntry, PackedPairs, encode_entry, encode_value, pack_keys, pack_pairs};
use super::versions::version_methods;
use crate::bounds::{Key, NearValue, Value};
use crate::codec::{Codec, EncodedKey, OlderTypes, ShapedCodec, Typestring};
use crate::error::Result;
use crate::lend::{Give, Lend};
use crate::near::{Near, NearStats};
use crate::number::Number;
use crate::record::{ObjectKind, ObjectTypes};
use crate::session::RedisSession;
use crate::store::{Compared, Increment, Life, Packed};

/// A typed cache whose entries live for a time, each a Redis key of its own.
///
/// For what is made anew when it is gone: pages, profiles, sessions, counts of a minute. A cache is a name, as a
/// [`RedisCache`](crate::RedisCache) is; clones, and other caches of the same name, see the same data. What is to stay, or to be
/// counted and listed as a whole, belongs into a `RedisCache`. [`get_or_load`](Self::get_or_load) asks for what is not there, once
/// for all who want it: [`entries_that_expire`](crate::entries_that_expire) tells what holds then.
///
/// A field of a [`RedisNamespaced`](trait@crate::RedisNamespaced) struct says by `ttl` or `idle` how long entries live.
///
/// Every method gives an [`Operation`], a future that owns what it needs; nothing happens until it is awaited. Beside the errors
/// that each names, all of them can fail as those of a `RedisCache`, but never with [`WrongType`](crate::ErrorKind::WrongType):
/// what is no value is none. [`Config`](crate::ErrorKind::Config) also says what is wrong with how long entries live.
///
/// # Redis
///
/// One string at `{key}:{entry}` for each entry, in the form that the codec gives its value, with an expiry (`PX`). The entry's own
/// key stands in the form that the codec gives it, in which `:`, `$`, `{`, `}`, `%`, blanks, control characters and bytes that are
/// no UTF-8 are written as `%` and two hexadecimal digits: the entry 42 of `Shop.pages` is `Shop.pages:i|42`. So on a cluster each
/// entry lies in a slot of its own, and a server that is short of memory evicts single entries (`maxmemory-policy`).
///
/// What each call does with what it finds:
///
/// | call | nothing | stale | fresh |
/// |---|---|---|---|
/// | `get`, `get_or`, `get_many`, `contains`, `pop`, `replace`, `compare_and_*`, `delete`, `expiry` | absent | absent | the value |
/// | `set_if_absent` | stores | stores | `false` |
/// | `increment` | begins a life | begins one | counts, keeps it |
/// | `touch`, `expire` | `false` | `false` | begin it anew, or as told |
/// | `scan` | not shown | not shown | shown |
///
/// While someone loads an entry that has no value, its key holds a hash instead, which all of these take for nothing, and which all
/// that write end, so that a load that began before a write is never stored after it. What others put there is taken for nothing
/// as well: reads do not see it, and writes replace it. A program that writes without this library with `SET` or `DEL` ends such a
/// load, too; what it does to an entry that has a value ends the load that goes on beside it if the value's bytes or its end are
/// others then.
///
/// # Examples
///
/// ```
/// use std::io;
/// use std::time::Duration;
///
/// use rediscache::{RedisNamespaced, RedisSession, RedisTtlCache};
///
/// #[derive(RedisNamespaced)]
/// struct Shop {
///     #[rediscache(ttl = "10m", stale = "1h", jitter = "10%")]
///     pages: RedisTtlCache<u64, String>,
///     #[rediscache(ttl = "1m")]
///     requests: RedisTtlCache<String, u32>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// RedisSession::in_memory().install();
/// let page = Shop::pages().get_or_load(7, || async { io::Result::Ok("welcome".to_owned()) }).await?;
/// assert_eq!(page, "welcome");
///
/// assert_eq!(Shop::requests().increment("127.0.0.1", 1).await?, 1);
/// assert!(Shop::requests().expiry("127.0.0.1").await? <= Some(Duration::from_secs(60)));
/// # Ok(())
/// # }
/// ```
pub struct RedisTtlCache<K, V, C = Typestring> {
    object: Object,
    options: Options,
    /// How answers are kept in this process, if they are.
    reads: Option<EntryReads<V>>,
    types: TtlTypes<K, V, C>,
}

/// Holds none of them: a cache is `Send` and `Sync` whatever they are.
type TtlTypes<K, V, C> = PhantomData<fn() -> (K, V, C)>;

impl<K, V, C> RedisTtlCache<K, V, C> {
    const fn living(object: Object, options: Options) -> Self {
        Self { object, options, reads: None, types: PhantomData }
    }
}

impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    const TYPES: &'static ObjectTypes =
        &ObjectTypes::of_cache::<K, V, C>(ObjectKind::TtlCache).reading_keys(read_key::<C, K>);

    /// Names a cache by a constant, whose entries live for `ttl`. A name made at run time, as by `format!`, goes to
    /// [`with_namespace`](Self::with_namespace).
    ///
    /// An empty name, one with a `{` or `}`, and a time of zero do not compile where the call is a constant itself, and are
    /// [`Config`](crate::ErrorKind::Config) at use elsewhere.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisTtlCache;
    ///
    /// static PAGES: RedisTtlCache<u64, String> = RedisTtlCache::new("pages", Duration::from_secs(600));
    /// assert_eq!(PAGES.namespace(), "pages");
    /// ```
    #[must_use]
    pub const fn new(namespace: &'static str, ttl: Duration) -> Self {
        Self::living(Object::new(namespace, Self::TYPES), Options::living(ttl))
    }

    /// Names a cache by a string that is known only at run time, whose entries live for `ttl`.
    ///
    /// An empty one, or one beyond 64 KiB, is [`Config`](crate::ErrorKind::Config) at use. Braces stand for themselves: on a
    /// cluster, all entries of `{tag}.pages` lie in one slot, where all names with `{tag}` do.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisTtlCache;
    ///
    /// let pages = RedisTtlCache::<u64, String>::with_namespace(format!("pages.{}", 7), Duration::from_secs(600));
    /// assert_eq!(pages.namespace(), "pages.7");
    /// ```
    #[must_use]
    pub fn with_namespace(namespace: impl Into<String>, ttl: Duration) -> Self {
        Self::living(Object::with_namespace(namespace.into(), Self::TYPES), Options::living(ttl))
    }

    named_methods!("RedisTtlCache", "<u64, String>", "(\"names\", std::time::Duration::from_secs(60))");
    version_methods!(V, "RedisTtlCache", "u64, ", ", std::time::Duration::from_secs(60)");
}

// Parts of this module in files of their own. As modules, they would put private paths into compiler messages.
include!("configure.rs");
include!("entry.rs");
include!("conditional.rs");
include!("number.rs");
include!("life.rs");
include!("bulk.rs");
include!("near.rs");
include!("absent.rs");
include!("configure_loads.rs");
include!("loading.rs");
include!("stats.rs");

impl<K, V, C> Clone for RedisTtlCache<K, V, C> {
    fn clone(&self) -> Self {
        Self { object: self.object.clone(), options: self.options, reads: self.reads, types: PhantomData }
    }
}

impl<K, V, C> fmt::Debug for RedisTtlCache<K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisTtlCache");
        self.object.show(&mut shown);
        shown.field("options", &self.options).finish_non_exhaustive()
    }
}
