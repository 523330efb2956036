use std::time::Duration;

use rediscache::{Bound, ObjectInfo, ObjectKind, RedisNamespaced, RedisSession, RedisTtlCache, WhenDown};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Page {
    title: String,
    views: u64,
}

/// As it was before.
#[derive(Deserialize, Serialize)]
struct OldPage {
    heading: String,
}

impl From<OldPage> for Page {
    fn from(old: OldPage) -> Self {
        Self { title: old.heading, views: 0 }
    }
}

type Prices = RedisTtlCache<String, f64>;

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(ttl = "10m", from(OldPage), version = 2, unreadable = "absent")]
    pages: RedisTtlCache<u64, Page>,
    #[rediscache(idle = "30m", global = false)]
    sessions: RedisTtlCache<String, u64>,
    #[rediscache(ttl = "1h", stale = "2h", jitter = "10%", eager = 0.8)]
    prices: Prices,
    #[rediscache(
        ttl = "500ms",
        lease = "5s",
        load_timeout = "1m",
        retry_after = "2s",
        when_down = "error",
        accessor = "stock"
    )]
    units: RedisTtlCache<u64, u32>,
    #[rediscache(ttl = "1m", when_down = "load")]
    plain: RedisTtlCache<u64, u32>,
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_field_says_how_long_entries_live_and_how_they_are_loaded() {
    let by_hand = RedisTtlCache::<u64, u32>::new;
    let shown = |cache: RedisTtlCache<u64, u32>| format!("{cache:?}");
    assert_eq!(shown(Shop::plain()), shown(by_hand("Shop.plain", MINUTE)));
    assert_ne!(shown(Shop::plain()), shown(by_hand("Shop.plain", 2 * MINUTE)));

    let second = Duration::from_secs(1);
    let stock = by_hand("Shop.units", second / 2).lease(5 * second).load_timeout(MINUTE).retry_after(2 * second);
    assert_eq!(shown(Shop::stock()), shown(stock.when_down(WhenDown::Error)));

    let prices = Prices::new("Shop.prices", 60 * MINUTE).stale(120 * MINUTE).jitter(0.1).eager(0.8);
    assert_eq!(format!("{:?}", Shop::prices()), format!("{prices:?}"));

    let sessions = RedisTtlCache::<String, u64>::new("Shop.sessions", MINUTE).idle(30 * MINUTE);
    assert_eq!(format!("{:?}", Shop::sessions()), format!("{:?}", sessions.without_global_namespace()));
}

#[tokio::test(start_paused = true)]
async fn an_entry_ends_when_its_field_says() -> rediscache::Result<()> {
    let shop = Shop::on(&RedisSession::in_memory());
    shop.plain().set(1, 10).await?;
    shop.stock().set(1, 20).await?;
    tokio::time::sleep(Duration::from_millis(499)).await;
    assert_eq!((shop.plain().get(1).await?, shop.stock().get(1).await?), (Some(10), Some(20)));
    tokio::time::sleep(Duration::from_millis(2)).await;
    assert_eq!((shop.plain().get(1).await?, shop.stock().get(1).await?), (Some(10), None));
    tokio::time::sleep(MINUTE).await;
    assert_eq!(shop.plain().get(1).await?, None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_is_read_lives_on_where_its_field_says_so() -> rediscache::Result<()> {
    let shop = Shop::on(&RedisSession::in_memory());
    shop.sessions().set("ada", 1).await?;
    for _ in 0..3 {
        tokio::time::sleep(20 * MINUTE).await;
        assert_eq!(shop.sessions().get("ada").await?, Some(1));
    }
    tokio::time::sleep(31 * MINUTE).await;
    assert_eq!(shop.sessions().get("ada").await?, None);
    Ok(())
}

#[tokio::test]
async fn an_entry_of_an_older_type_is_read() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    let old = RedisTtlCache::<u64, OldPage>::new("Shop.pages", MINUTE).on(&session);
    old.set(1, OldPage { heading: "welcome".to_owned() }).await?;
    let page = Shop::on(&session).pages().get(1).await?;
    assert_eq!(page, Some(Page { title: "welcome".to_owned(), views: 0 }));

    RedisTtlCache::<u64, u64>::new("Shop.pages", MINUTE).on(&session).set(2, 7).await?;
    assert_eq!(Shop::pages().on(&session).get(2).await?, None);
    Ok(())
}

#[tokio::test]
async fn a_field_may_leave_the_global_namespace_out() -> rediscache::Result<()> {
    let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    let shop = Shop::on(&session);
    assert_eq!((shop.pages().key()?, shop.sessions().key()?), ("bot.Shop.pages".into(), "Shop.sessions".into()));
    Ok(())
}

#[test]
fn it_is_listed_as_what_it_is() {
    let objects = Shop::objects();
    assert!(objects.iter().all(|object| object.kind() == ObjectKind::TtlCache), "{objects:?}");
    let fields: Vec<_> = objects.iter().map(ObjectInfo::field).collect();
    assert_eq!(fields, ["pages", "sessions", "prices", "units", "plain"]);
    assert_eq!(objects.iter().filter_map(ObjectInfo::key_type).count(), 5);
}

/// A handle is a value of a user's own.
struct Server {
    shop: Bound<Shop>,
}

#[tokio::test]
async fn a_handle_has_them_too() -> rediscache::Result<()> {
    let server = Server { shop: Shop::on(&RedisSession::in_memory()) };
    server.shop.prices().set("tea", 3.5).await?;
    assert_eq!(server.shop.prices().get("tea").await?, Some(3.5));
    Ok(())
}
