//! The derive macro of `rediscache`, which re-exports it: depend on that crate, not on this one.

mod attr;
mod bound;
mod entry;
mod errors;
mod expand;
mod fallback;
mod family;
mod key;
mod lease;
mod model;
mod older;
mod one_of;
mod option;
mod rate;
mod ttl;

use proc_macro::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

use crate::errors::Errors;
use crate::model::Model;

/// Gives a struct one accessor per cache field, and `RedisNamespaced::objects`.
///
/// The accessor has the name, the visibility and the docs of its field, and returns the object by value. The
/// struct itself is never built: its fields are declarations.
///
/// ```text
/// #[derive(RedisNamespaced)]
/// #[rediscache(namespace = "chan")]
/// pub struct Channel {
///     /// Topic of each channel.
///     pub topics: RedisCache<u64, String>,           // Channel::topics(), namespace "chan.topics"
///     #[rediscache(namespace = "birthday", global = false)]
///     birthdays: RedisCache<String, Date>,           // Channel::birthdays(), namespace "birthday"
///     #[rediscache(recover_after = "5s", max_attempts = 3)]
///     reminders: RedisTaskQueue<Reminder>,           // Channel::reminders(), namespace "chan.reminders"
///     #[rediscache(near(capacity = 10_000, ttl = "60s"))]
///     names: RedisCache<u64, String>,                // Channel::names(), kept in this process
///     #[rediscache(ttl = "10m", stale = "1h", jitter = "10%")]
///     pages: RedisTtlCache<u64, String>,             // Channel::pages(), each of which ends by itself
///     #[rediscache(from(UserV1, UserV2), unreadable = "absent")]
///     users: RedisCache<u64, User>,                  // Channel::users(), of which some are of older types
///     #[rediscache(skip)]
///     other: u32,                                    // nothing
/// }
/// ```
///
/// `Channel::on(&session)` gives a handle, `rediscache::Bound<Channel>`, that has the same accessors for objects that are
/// bound to that session: `channel.topics()`. Where an accessor is called `on` itself, the handle is made by
/// `<Channel as rediscache::RedisBound>::on(&session)`.
///
/// # Keys of the struct
///
/// - `namespace = "name"`: stands in front of every field's name, in place of the struct's own.
/// - `per = "TenantId"`: makes it a family, of which there are as many as there are ids of this type; the `namespace` has one `{}`
///   then, where they stand, and so has that of a field. In place of accessors of its own the struct has
///   `Tenant::of(&id)`, `Tenant::ids()` and `Tenant::on(&session)`; see the module `families` of `rediscache`.
/// - `global = false`: leaves out the session's global namespace, for every field.
/// - `record`: its `RedisValue` fields are fields of one hash, whose namespace is the struct's name, or its `namespace`. Other fields,
///   and such as have a `namespace` or `global` of their own, are what they are without it.
/// - `crate = "path"`: where `rediscache` is found, when it is renamed or re-exported.
///
/// # Keys of a field
///
/// - `namespace = "name"`: the whole namespace of this field, in place of `Struct.field`.
/// - `global = false`: leaves out the session's global namespace; `global = true` puts it back.
/// - `accessor = "name"`: the name of the accessor, in place of the field's. The namespace stays.
/// - `timeout = "50ms"`: the longest that a call of this object takes, waiting for an item of a queue aside; a whole number
///   of `ms`, `s`, `m` or `h`.
/// - `secret`: pages that show objects, such as `rediscache-dashboard`, never show what it holds, nor let anyone edit it; of a set
///   or ranking that is its members, of all others their values. Keys are shown.
/// - `skip`: the field is not a cache object and gets no accessor.
///
/// # Keys of a field of the default codec
///
/// - `from(UserV1, UserV2)`: the types that values were of before, oldest first, 8 at the most. Each turns into the next by
///   `TryInto`, and the last into today's. One whose `version` was not 1 says so: `from(UserV1, UserV2 = 2)`.
/// - `version = 2`: which version of its meaning the type has; 1 without it. For a change that its shape does not show.
///
/// # Keys of a `RedisTaskQueue` field
///
/// - `client_identifier = "w1"`: the client that the tasks taken belong to.
/// - `recover_after = "5s"`: how long a client may be silent before its tasks return to the queue; a whole number of
///   `ms`, `s`, `m` or `h`.
/// - `max_attempts = 3`: how often a task is delivered before it becomes a dead letter.
/// - `backoff = "1s..5m"`: after how long a task that failed comes again, the first time and at the most.
/// - `unreadable_for = "1h"`: how long other programs may try to read a task that this one cannot.
/// - `recover_unleased = "1h"`: after how long what is pending without a lease returns to the queue; never without it.
///
/// # Keys of a `RedisCache` field
///
/// - `near`: keeps what is read in this process, as `Near` says. With options: `near(capacity = 10_000, ttl = "60s")`;
///   they are `mode` (`"tracking"` or `"fields"`), `capacity` or `bytes` (`"64MiB"`), `ttl` and `staleness`.
/// - `unreadable = "absent"`: takes a value that cannot be read for none; `"error"`, the default, makes it an error.
///
/// # Keys of a `RedisTtlCache` field
///
/// - `ttl = "10m"` or `idle = "30m"`, one of which is there: how long an entry lives after it was stored, or after it was last
///   read. With `idle` there is none of the next three, and no `near`.
/// - `stale = "1h"`: how long a value is kept after its `ttl` for who loads it anew.
/// - `jitter = "10%"`: how much of its `ttl` may be missing, by chance; 1 to 99 %.
/// - `eager = 0.8`: from which part of its `ttl` on it may be loaded anew.
/// - `lease = "10s"`: how long a load that nobody renews keeps others from loading.
/// - `load_timeout = "30s"`: how long a loader may take.
/// - `retry_after = "1s"`: how long one that failed is not asked again while there is a stale value, at first.
/// - `when_down = "error"`: fails while the server is away; `"load"`, the default, loads.
/// - `near` and `unreadable`, as on a `RedisCache` field, but for the mode `fields`.
///
/// # Keys of a `RedisValue` field
///
/// - `unreadable`, as on a `RedisCache` field.
///
/// # Errors
///
/// Every mistake is reported in one compile, at the key: unknown, repeated, misplaced or empty keys, two fields with
/// one namespace or one accessor, a field with that of the record, a `RedisTtlCache` without `ttl` or `idle`, a namespace that begins with `$`, or has a brace in it without `per`, an older type of a newer version, a field that is
/// neither a cache object nor `skip`, and anything but a struct with named fields and no generics.
#[proc_macro_derive(RedisNamespaced, attributes(rediscache))]
pub fn derive_redis_namespaced(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let model = Model::read(&input, &mut errors);
    let errors = errors.into_compile_errors();
    let is_sound = errors.is_none();
    let mut tokens = errors.unwrap_or_default();
    tokens.extend(if is_sound { expand::expand(&model) } else { fallback::expand(&model) });
    tokens.extend(match &model.family {
        Some(family) => one_of::expand(&model, family, is_sound),
        None => bound::expand(&model, is_sound),
    });
    if is_sound && model.may_name_deprecated {
        // What is said of the struct does not hold for items beside it.
        tokens = quote!(#[allow(deprecated)] const _: () = { #tokens };);
    }
    tokens.into()
}
