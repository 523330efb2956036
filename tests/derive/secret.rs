use rediscache::inspect::{Inspector, Window};
use rediscache::{
    ObjectInfo, RedisCache, RedisLimit, RedisLock, RedisNamespaced, RedisQueue, RedisRanking, RedisSession, RedisSet,
    RedisTaskQueue, RedisTtlCache, RedisValue,
};

#[derive(RedisNamespaced)]
struct Secrets {
    #[rediscache(secret)]
    caches: RedisCache<u64, String>,
    #[rediscache(secret, ttl = "10m")]
    pages: RedisTtlCache<u64, String>,
    #[rediscache(secret)]
    values: RedisValue<String>,
    #[rediscache(secret)]
    sets: RedisSet<String>,
    #[rediscache(secret)]
    rankings: RedisRanking<String>,
    #[rediscache(secret)]
    queues: RedisQueue<String>,
    #[rediscache(secret, max_attempts = 3)]
    tasks: RedisTaskQueue<String>,
    #[rediscache(secret, rate = "1/1s")]
    limits: RedisLimit<String>,
    #[rediscache(secret)]
    locks: RedisLock<String>,
}

/// As above, but for the key. A field may use the name of anything that the trait has.
#[derive(RedisNamespaced)]
#[rediscache(record)]
struct Open {
    #[rediscache(secret)]
    inspect: RedisValue<u64>,
    window: RedisValue<u64>,
    #[deprecated]
    old: RedisCache<u64, String>,
}

#[derive(Default)]
struct Shown(Vec<ObjectInfo>);

impl Inspector for Shown {
    fn window(&mut self, window: Box<dyn Window>) {
        self.0.push(window.info().clone());
    }
}

/// What any such struct shows.
fn shown<T: RedisNamespaced>() -> Vec<ObjectInfo> {
    let mut shown = Shown::default();
    T::inspect(&RedisSession::in_memory(), &mut shown);
    shown.0
}

#[test]
fn an_object_of_every_kind_may_be_secret() {
    assert_eq!(Secrets::objects().len(), 9);
    assert!(Secrets::objects().iter().all(ObjectInfo::is_secret));
    let secret: Vec<_> = Open::objects().iter().map(ObjectInfo::is_secret).collect();
    assert_eq!(secret, [true, false, false]);
}

#[test]
fn each_object_is_shown_in_the_order_of_the_fields() {
    assert_eq!(shown::<Secrets>(), Secrets::objects());
    assert!(shown::<Secrets>().iter().all(ObjectInfo::is_secret));
    assert_eq!(shown::<Open>(), Open::objects());
}

#[test]
fn a_struct_that_was_written_by_hand_shows_nothing() {
    struct Hand;

    impl RedisNamespaced for Hand {
        fn objects() -> Vec<ObjectInfo> {
            Secrets::objects()
        }
    }

    assert!(shown::<Hand>().is_empty());
}
