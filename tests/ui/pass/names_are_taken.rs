//! The expansion names everything in full, so a crate may use every name for something else.
#![no_implicit_prelude]
#![expect(dead_code, non_camel_case_types, unused_macros, reason = "names are taken, and not used")]
#![expect(clippy::new_ret_no_self, clippy::wrong_self_convention, reason = "names of methods, too")]

mod std {}
mod core {}
mod alloc {}

mod names {
    mod rediscache {}

    struct Vec;
    struct Option;
    struct Result;
    struct String;
    struct Box;
    struct Duration;
    struct Declaration;
    struct Inspector;
    struct Window;
    struct I;
    mod inspect {}
    struct ObjectInfo;
    struct RedisObject;
    struct RedisTaskObject;
    struct RedisVersionedObject;
    struct RedisReadableObject;
    struct RedisNearObject;
    struct RedisFieldsObject;
    struct RedisTtlObject;
    struct RedisLimitObject;
    struct RedisLeasedObject;
    struct RedisLockObject;
    struct OptionalLifetime;
    struct OptionalRate;
    struct LeadsTo;
    struct Value;
    struct Older0;
    struct T;
    struct Near;
    struct Bound;
    struct RedisBound;
    struct Handle;
    struct RedisSession;
    struct Clone;
    struct Debug;
    struct str;
    struct u32;
    struct u64;
    struct f64;

    macro_rules! vec {
        () => {};
    }

    macro_rules! unreachable {
        () => {};
    }

    fn it() {}
    fn info() {}
    fn inspector() {}
    fn task_queue() {}
    fn versioned() {}
    fn older_types() {}
    fn readable() {}
    fn near_cache() {}
    fn ttl_cache() {}
    fn limit() {}
    fn leased() {}
    fn lock() {}
    fn without_ttl() {}
    fn without_rate() {}
    fn object() {}

    type Number = ::core::primitive::u64;

    #[derive(::rediscache::RedisNamespaced)]
    struct Channel {
        topics: ::rediscache::RedisCache<Number, ::std::string::String>,
        it: ::rediscache::RedisQueue<Number>,
        #[rediscache(global = false, client_identifier = "w1", recover_after = "5s", max_attempts = 3)]
        task_queue: ::rediscache::RedisTaskQueue<Number>,
        #[rediscache(version = 2)]
        versioned: ::rediscache::RedisQueue<Number>,
        #[rediscache(from(Number), version = 2, unreadable = "absent", near(capacity = 10, ttl = "5s"))]
        older_types: ::rediscache::RedisCache<Number, Number>,
        #[rediscache(ttl = "10m", stale = "1h", jitter = "10%", eager = 0.8, when_down = "error")]
        ttl_cache: ::rediscache::RedisTtlCache<Number, Number>,
        #[rediscache(idle = "30m", lease = "5s", load_timeout = "1m", retry_after = "2s")]
        without_ttl: ::rediscache::RedisTtlCache<Number, Number>,
        #[rediscache(rate = "100/1m", burst = 20)]
        limit: ::rediscache::RedisLimit<Number>,
        #[rediscache(lease = "5s", max_hold = "1m")]
        lock: ::rediscache::RedisLock<Number>,
        objects: ::rediscache::RedisQueue<Number>,
        declare: ::rediscache::RedisQueue<Number>,
        describe: ::rediscache::RedisQueue<Number>,
        inspect: ::rediscache::RedisQueue<Number>,
        window: ::rediscache::RedisQueue<Number>,
        #[rediscache(secret)]
        secret: ::rediscache::RedisQueue<Number>,
        new: ::rediscache::RedisQueue<Number>,
        on: ::rediscache::RedisQueue<Number>,
        bound: ::rediscache::RedisQueue<Number>,
        clone: ::rediscache::RedisQueue<Number>,
        session: ::rediscache::RedisQueue<Number>,
        fmt: ::rediscache::RedisQueue<Number>,
    }

    struct RedisFamily;
    struct BoundFamily;
    struct FamilyId;
    struct FamilyScan;
    struct ObjectsOf;
    struct ObjectsOfOne;
    struct Clearing;
    struct Lend;
    struct Operation;
    struct Sized;

    fn one() {}
    fn id() {}

    #[derive(::rediscache::RedisNamespaced)]
    #[rediscache(namespace = "tenant.{}", per = "Number")]
    struct Tenant {
        one: ::rediscache::RedisCache<Number, Number>,
        id: ::rediscache::RedisCache<Number, Number>,
        of: ::rediscache::RedisCache<Number, Number>,
        ids: ::rediscache::RedisCache<Number, Number>,
        clone: ::rediscache::RedisQueue<Number>,
        session: ::rediscache::RedisQueue<Number>,
        fmt: ::rediscache::RedisQueue<Number>,
        objects_of: ::rediscache::RedisQueue<Number>,
    }
}

/// Every type has methods of the names that the expansion calls.
trait Methods: ::core::marker::Sized {
    fn new(_: &'static str) {}
    fn declare(_: ()) {}
    fn describe(_: ()) {}
    fn objects() {}
    fn inspect(_: (), _: ()) {}
    fn window(self, _: (), _: ()) {}
    fn secret(self) {}
    fn into_vec(self) {}
    fn without_global_namespace(self) {}
    fn client_identifier(self, _: ()) {}
    fn recover_after(self, _: ()) {}
    fn max_attempts(self, _: ()) {}
    fn version(self, _: ()) {}
    fn from_older_versions(self, _: ()) {}
    fn unreadable_as_absent(self) {}
    fn near(self, _: ()) {}
    fn ttl(self, _: ()) {}
    fn idle(self, _: ()) {}
    fn stale(self, _: ()) {}
    fn jitter(self, _: ()) {}
    fn eager(self, _: ()) {}
    fn lease(self, _: ()) {}
    fn load_timeout(self, _: ()) {}
    fn retry_after(self, _: ()) {}
    fn when_down_is_error(self) {}
    fn rate(self, _: ()) {}
    fn burst(self, _: ()) {}
    fn max_hold(self, _: ()) {}
    fn bound(self, _: ()) {}
    fn on(self, _: ()) {}
    fn of(self, _: ()) {}
    fn clear_all(self) {}
    fn clear_each(self) {}
    fn objects_of(self) {}
    fn clone(self, _: ()) {}
}

impl<T> Methods for T {}

#[derive(::rediscache::RedisNamespaced)]
struct Guild {
    #[rediscache(global = false, client_identifier = "w1", recover_after = "5s", max_attempts = 3)]
    reminders: ::rediscache::RedisTaskQueue<u64>,
    #[rediscache(from(u32), version = 2, unreadable = "absent", near, secret)]
    topics: ::rediscache::RedisCache<u64, u64>,
    #[rediscache(ttl = "10m", stale = "1h", jitter = "10%", eager = 0.8, when_down = "error")]
    pages: ::rediscache::RedisTtlCache<u64, u64>,
    #[rediscache(idle = "30m", lease = "5s", load_timeout = "1m", retry_after = "2s")]
    sessions: ::rediscache::RedisTtlCache<u64, u64>,
    #[rediscache(rate = "100/1m", burst = 20)]
    requests: ::rediscache::RedisLimit<u64>,
    #[rediscache(lease = "5s", max_hold = "1m")]
    orders: ::rediscache::RedisLock<u64>,
}

#[derive(::rediscache::RedisNamespaced)]
#[rediscache(namespace = "member.{}", per = "u64")]
struct Member {
    #[rediscache(from(u32), version = 2, unreadable = "absent", near)]
    topics: ::rediscache::RedisCache<u64, u64>,
    #[rediscache(rate = "100/1m", burst = 20)]
    requests: ::rediscache::RedisLimit<u64>,
}

fn main() {
    let _ = Guild::reminders();
    let _ = <Guild as ::rediscache::RedisNamespaced>::objects();
}
