//! The typed value: one by itself, or a field of a record.

mod declare;
mod home;
mod place;
mod window;

use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

pub use home::{InRecord, OwnKey, OwnLifetime, ValueHome};

use self::home::sealed::Home;
use self::place::{RecordField, ValuePlace};
use super::entry_name::record_of;
use super::named::bound_methods;
use super::object::{Object, Target};
use super::operation::Operation;
use super::step::EntryRef;
use super::value::{Encoded, encode_value};
use super::versions::version_methods;
use crate::bounds::Value;
use crate::codec::{Codec, EncodedKey, OlderTypes, ShapedCodec, Typestring};
use crate::error::Result;
use crate::lend::{Give, Lend};
use crate::number::Number;
use crate::record::{ObjectKind, ObjectTypes};
use crate::refusal::{config, contended, no_numbers};
use crate::session::RedisSession;
use crate::store::{Compared, Increment, Life, STRING};

/// One typed value, by itself or as a field of a record.
///
/// A value is a name, as a [`RedisCache`](crate::RedisCache) is: it holds no data and no connection, and clones, and other values
/// of the same name, see the same. For a setting, a counter, what was seen last. Values by a key belong into a `RedisCache`, and
/// what something slow says, for a time, into a [`RedisTtlCache`](crate::RedisTtlCache).
///
/// In a struct with `#[rediscache(record)]`, its `RedisValue` fields lie together in one hash, each of a type of its own: settings in
/// one place. Such a field does all that a value by itself does, but it has no lifetime of its own: [`set_for`](Self::set_for) and
/// the expiry do not compile. A field with a `namespace` or `global` of its own is not in the record.
///
/// Beside the errors that each method names, all of them can fail as those of a `RedisCache`.
///
/// # Redis
///
/// By itself, one string at `{global}.{namespace}`, in the form that the codec gives to values: see [`Typestring`]. It may end:
/// [`set`](Self::set), [`set_if_absent`](Self::set_if_absent) and [`replace`](Self::replace) store for good,
/// [`set_for`](Self::set_for) for a time, and everything else keeps the end that there is. Each change is a script that looks what the
/// key holds, since `SET` would put a value in the place of a queue.
///
/// In a record, one field of the hash at `{global}.{Struct}`, or at the `namespace` of the struct. The field is named as in
/// Rust, in the form that the codec gives to keys: `s|threshold`. So python-discord's bot keeps its settings.
///
/// Reads that go out at once leave together: fields of one record as one `HMGET`, values by themselves as one `MGET`, and of one value
/// as one read. On a cluster, where those lie in slots of their own, as one `GET` each.
///
/// The first write of a struct, enum or list in a session keeps its shape first, in one or two more round trips, and the first
/// read of a shape that the session has not met looks it up, in one more: see
/// [`when_types_change`](crate::when_types_change). What the namespace holds is put on record behind the first write.
///
/// # Examples
///
/// ```
/// use rediscache::{RedisNamespaced, RedisSession, RedisValue};
///
/// #[derive(RedisNamespaced)]
/// #[rediscache(record, namespace = "Defcon.redis_cache")]
/// struct Defcon {
///     threshold: RedisValue<f64>,
///     invoker: RedisValue<String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// RedisSession::in_memory().install();
/// Defcon::threshold().set(7.5).await?;
/// Defcon::invoker().set("ada").await?;
/// // One `HMGET`.
/// let (threshold, invoker) = tokio::try_join!(Defcon::threshold().get(), Defcon::invoker().get_or("nobody"))?;
/// assert_eq!((threshold, invoker.as_str()), (Some(7.5), "ada"));
/// # Ok(())
/// # }
/// ```
pub struct RedisValue<T, C = Typestring, H = OwnKey> {
    object: Object,
    /// How long the name of the field of a record is, with which the namespace ends.
    field: Option<usize>,
    types: ValueTypes<T, C, H>,
}

/// Holds none of them: a value is `Send` and `Sync` whatever they are.
type ValueTypes<T, C, H> = PhantomData<fn() -> (T, C, H)>;

impl<T: Value, C: Codec> RedisValue<T, C> {
    /// Names a value by a constant. A name made at run time, as by `format!`, goes to [`with_namespace`](Self::with_namespace).
    ///
    /// An empty name, and one with a `{` or `}`, does not compile where the call is a constant itself, and is
    /// [`Config`](crate::ErrorKind::Config) at use elsewhere.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::RedisValue;
    ///
    /// static MOTTO: RedisValue<String> = RedisValue::new("motto");
    /// assert_eq!(MOTTO.namespace(), "motto");
    /// ```
    #[must_use]
    pub const fn new(namespace: &'static str) -> Self {
        Self::over(Object::new(namespace, Self::TYPES), None)
    }

    /// Names a value by a string that is known only at run time.
    ///
    /// An empty one, or one beyond 64 KiB, is [`Config`](crate::ErrorKind::Config) at use. Braces stand for themselves: on a
    /// cluster, `{tag}.motto` lies where all names with `{tag}` do.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::RedisValue;
    ///
    /// let motto = RedisValue::<String>::with_namespace(format!("motto.{}", 7));
    /// assert_eq!(motto.namespace(), "motto.7");
    /// ```
    #[must_use]
    pub fn with_namespace(namespace: impl Into<String>) -> Self {
        Self::over(Object::with_namespace(namespace.into(), Self::TYPES), None)
    }

    /// Names a field of a record, as a struct with `#[rediscache(record)]` does for each of its own.
    ///
    /// An empty name of a record is [`Config`](crate::ErrorKind::Config) at use.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{RedisSession, RedisValue};
    ///
    /// let session = RedisSession::in_memory();
    /// let threshold = RedisValue::<u64>::in_record("settings", "threshold").on(&session);
    /// threshold.set(7).await?;
    /// assert_eq!((threshold.namespace(), threshold.key()?.as_str()), ("settings.threshold", "settings"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn in_record(record: impl Into<String>, field: &str) -> RedisValue<T, C, InRecord> {
        let mut namespace = record.into();
        if !namespace.is_empty() {
            namespace.push('.');
            namespace.push_str(field);
        }
        let object = Object::with_namespace(namespace, RedisValue::<T, C, InRecord>::TYPES);
        RedisValue::over(object, Some(field.len()))
    }
}

impl<T, C, H> RedisValue<T, C, H> {
    const fn over(object: Object, field: Option<usize>) -> Self {
        Self { object, field, types: PhantomData }
    }
}

impl<T: Value, C: Codec, H: ValueHome> RedisValue<T, C, H> {
    const TYPES: &'static ObjectTypes = &ObjectTypes::of_queue::<T, C>(<H as Home>::KIND);

    bound_methods!("RedisValue", "<String>", "(\"names\")");
    version_methods!(T, "RedisValue", "", "");

    /// The full Redis key in the session in force, also when that is closed: of a field of a record, that of the hash.
    ///
    /// # Errors
    ///
    /// [`NotInitialized`](crate::ErrorKind::NotInitialized) without a session and [`Config`](crate::ErrorKind::Config) for an
    /// unacceptable namespace.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    /// assert_eq!(RedisValue::<u64>::new("threshold").on(&session).key()?, "bot.threshold");
    /// assert_eq!(RedisValue::<u64>::in_record("settings", "threshold").on(&session).key()?, "bot.settings");
    /// # Ok(())
    /// # }
    /// ```
    pub fn key(&self) -> Result<String> {
        let mut key = self.object.key()?;
        if let Some(suffix) = self.suffix() {
            key.truncate(record_of(&key, suffix).len());
        }
        Ok(key)
    }

    /// Takes a value that cannot be read for absent, instead of failing with [`Decode`](crate::ErrorKind::Decode).
    ///
    /// [`get`](Self::get), [`get_or`](Self::get_or), [`take`](Self::take) and [`update`](Self::update) find nothing then, and
    /// [`replace`](Self::replace) overwrites it and tells of nothing. It stays stored until it is overwritten:
    /// [`is_empty`](Self::is_empty) and [`set_if_absent`](Self::set_if_absent) do not look into values.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{RedisSession, RedisValue};
    ///
    /// static COUNT: RedisValue<u64> = RedisValue::new("count").unreadable_as_absent();
    ///
    /// let session = RedisSession::in_memory();
    /// RedisValue::<String>::new("count").on(&session).set("many").await?;
    /// assert_eq!(COUNT.on(&session).get().await?, None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn unreadable_as_absent(mut self) -> Self {
        self.object.unreadable_is_absent = true;
        self
    }

    /// Names the value, for a [`Transaction`](crate::Transaction).
    ///
    /// Nothing is sent. What is [set](crate::Transaction::set) stands for good, as by [`set`](Self::set).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSession, RedisSet, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let last = RedisValue::<u64>::new("last").on(&session);
    /// let seen = RedisSet::<u64>::new("seen").on(&session);
    /// let both = session.transaction().expect(last.entry(), None).set(last.entry(), 7).add(&seen, 7);
    /// assert!(both.commit().await?.is_done());
    /// assert_eq!(last.get().await?, Some(7));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn entry(&self) -> EntryRef<T, C> {
        let field = self.place().map(|place| match place {
            ValuePlace::Field(RecordField { stored, suffix }) => Some((stored, suffix)),
            ValuePlace::Key => None,
        });
        EntryRef::value(&self.object, field)
    }

    /// How long what stands behind the name of the record is.
    fn suffix(&self) -> Option<usize> {
        self.field.map(|field| field + 1)
    }

    /// The name of the field of a record as it is stored, if it is one.
    fn stored_field(&self) -> Result<Option<EncodedKey>> {
        let Some(field) = self.field else { return Ok(None) };
        let name = self.object.namespace();
        let name = name.get(name.len().saturating_sub(field)..).unwrap_or_default();
        EncodedKey::of::<C, String>(&name).map(Some)
    }

    fn place(&self) -> Result<ValuePlace> {
        match (self.stored_field()?, self.suffix()) {
            (Some(stored), Some(suffix)) => Ok(ValuePlace::Field(RecordField { stored, suffix })),
            _ if <H as Home>::KIND == ObjectKind::Value => Ok(ValuePlace::Key),
            _ => Err(config("the namespace of a field of a record has no `.` in it; name it `Struct.field`")),
        }
    }
}

// Parts of this module in files of their own. As modules, they would put private paths into compiler messages.
include!("one.rs");
include!("swap.rs");
include!("update.rs");
include!("number.rs");
include!("lifetime.rs");

impl<T, C, H> Clone for RedisValue<T, C, H> {
    fn clone(&self) -> Self {
        Self::over(self.object.clone(), self.field)
    }
}

impl<T, C, H> fmt::Debug for RedisValue<T, C, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisValue");
        self.object.show(&mut shown);
        shown.finish_non_exhaustive()
    }
}
