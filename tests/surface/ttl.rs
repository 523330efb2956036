//! Caches whose entries live for a time, in every form of call that is promised.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use rediscache::{Bound, ErrorKind, LoadError, Loaded, RedisNamespaced, RedisSession, RedisTtlCache, Result, WhenDown};
use serde::{Deserialize, Serialize};

const MINUTE: Duration = Duration::from_secs(60);

/// Needs no `Clone`: who shares a load reads what is stored.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Page {
    title: String,
    links: Vec<u64>,
}

fn page(title: &str) -> Page {
    Page { title: title.to_owned(), links: vec![1, 2] }
}

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(ttl = "10m", stale = "1h", jitter = "10%")]
    pages: RedisTtlCache<u64, Page>,
    #[rediscache(idle = "30m")]
    sessions: RedisTtlCache<String, Vec<u8>>,
    #[rediscache(ttl = "1m")]
    requests: RedisTtlCache<IpAddr, u32>,
}

static NAMES: RedisTtlCache<u64, String> = RedisTtlCache::new("names", MINUTE).stale(MINUTE).jitter(0.1).eager(0.8);
const TOKENS: RedisTtlCache<String, String> = RedisTtlCache::new("tokens", MINUTE)
    .lease(Duration::from_secs(2))
    .load_timeout(Duration::from_secs(5))
    .retry_after(Duration::from_secs(1))
    .when_down(WhenDown::Error)
    .without_global_namespace();

fn shop() -> Bound<Shop> {
    Shop::on(&RedisSession::in_memory())
}

fn sendable<F: Future + Send + 'static>(future: F) -> F {
    future
}

#[tokio::test]
async fn every_call_takes_what_a_user_has_at_hand() -> Result<()> {
    let (sessions, requests) = (shop().sessions(), shop().requests());
    let (name, bytes) = (String::from("ada"), vec![1, 2]);
    sendable(sessions.set(name.clone(), bytes.clone())).await?;
    sendable(sessions.set(&name, &bytes)).await?;
    sendable(sessions.set("ada", b"\x01\x02")).await?;
    sendable(sessions.set_for("bob", &[3], MINUTE)).await?;
    sendable(sessions.set_many([("eve", vec![4]), ("dan", vec![5])])).await?;
    assert_eq!(sendable(sessions.get("ada")).await?, Some(vec![1, 2]));
    assert_eq!(sendable(sessions.get(&name)).await?, Some(vec![1, 2]));
    assert_eq!(sendable(sessions.get_or("nobody", &[9])).await?, &[9]);
    assert_eq!(sendable(sessions.get_many(["ada", "nobody", "bob"])).await?, [Some(vec![1, 2]), None, Some(vec![3])]);
    assert!(sendable(sessions.contains("ada")).await?);
    assert!(!sendable(sessions.set_if_absent("ada", &[0])).await?);
    assert_eq!(sendable(sessions.replace("ada", &[6])).await?, Some(vec![1, 2]));
    assert!(sendable(sessions.compare_and_set("ada", &[6], &[7])).await?);
    assert!(sendable(sessions.compare_and_delete("ada", &[7])).await?);
    assert_eq!(sendable(sessions.pop("bob")).await?, Some(vec![3]));
    assert!(sendable(sessions.touch("eve")).await? && sendable(sessions.expire("eve", MINUTE)).await?);
    assert!(sendable(sessions.expiry("eve")).await?.is_some_and(|left| left <= MINUTE));
    assert_eq!(sessions.scan().try_collect::<Vec<_>>().await?.len(), 2);
    assert!(sendable(sessions.delete("eve")).await?);
    assert_eq!(sendable(sessions.delete_many(["dan", "eve"])).await?, 1);
    sendable(sessions.clear()).await?;

    let (address, one) = (IpAddr::V4(Ipv4Addr::LOCALHOST), &1);
    assert_eq!(sendable(requests.increment(address, 2)).await?, 2);
    let address = &address;
    assert_eq!(sendable(requests.decrement(address, one)).await?, 1);
    Ok(())
}

/// An error of a user's own, which is neither cloned nor compared.
#[derive(Debug)]
struct Broken(io::Error);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the database is broken")
    }
}

impl StdError for Broken {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

/// A database to be moved into loaders, and shared by them.
#[derive(Clone)]
struct Database(Arc<str>);

impl Database {
    async fn page(&self, number: u64) -> std::result::Result<Page, Broken> {
        tokio::task::yield_now().await;
        match number {
            0 => Err(Broken(io::Error::other("no page is numbered 0"))),
            _ => Ok(page(&self.0)),
        }
    }
}

#[tokio::test]
async fn a_loader_is_given_in_every_form() -> std::result::Result<(), Box<dyn StdError + Send + Sync>> {
    let (pages, db) = (shop().pages(), Database("welcome".into()));
    let loaded = pages.get_or_load(7, move || async move { db.page(7).await }).await?;
    assert_eq!(loaded, page("welcome"));
    // What is there is not loaded; a reference to a key will do.
    let seven = &7;
    let again = pages.get_or_load(seven, || async { Err::<Page, _>(Broken(io::Error::other("asked"))) }).await?;
    assert_eq!(again, loaded);

    // A function, and one that says what a value is worth.
    async fn new_page() -> io::Result<Loaded<Page>> {
        Ok(Loaded::living(page("new"), MINUTE))
    }
    assert_eq!(pages.get_or_load(8, new_page).await?, page("new"));
    let unstored = || async { io::Result::Ok(Loaded::unstored(page("once"))) };
    assert_eq!(pages.get_or_load(9, unstored).await?, page("once"));
    assert_eq!(pages.get(9).await?, None);

    // Borrowed keys; spawned, from a temporary.
    let session = RedisSession::in_memory();
    let token = TOKENS.on(&session).get_or_load("ada", || async { io::Result::Ok("secret".to_owned()) });
    assert_eq!(tokio::spawn(sendable(token)).await??, "secret");
    let name = session.scope(NAMES.get_or_load(1, || async { io::Result::Ok("ada".to_owned()) })).await?;
    assert_eq!(name, "ada");
    Ok(())
}

/// What a program does that handles each kind of failure.
async fn title(shop: &Bound<Shop>, db: Database, number: u64) -> std::result::Result<String, LoadError<Broken>> {
    let page = shop.pages().get_or_load(number, move || async move { db.page(number).await }).await?;
    shop.pages().touch(number).await?;
    Ok(page.title)
}

#[tokio::test]
async fn an_error_of_a_loader_is_shared_and_an_error() {
    let (shop, db) = (shop(), Database("welcome".into()));
    let error = title(&shop, db.clone(), 0).await.expect_err("the loader fails");
    assert!(matches!(&error, LoadError::Load(broken) if broken.0.kind() == io::ErrorKind::Other));
    assert!(error.load().is_some() && error.cache().is_none());
    let boxed: Box<dyn StdError + Send + Sync> = error.clone().into();
    let (mut said, mut next) = (Vec::new(), boxed.source());
    while let Some(error) = next {
        said.push(error.to_string());
        next = error.source();
    }
    assert_eq!(boxed.to_string(), "the database is broken");
    assert_eq!(said, ["no page is numbered 0"]);
    assert_eq!(title(&shop, db, 1).await.expect("it loads"), "welcome");
    let stats = shop.pages().stats();
    assert_eq!((stats.loads(), stats.failures(), stats.misses(), stats.hits()), (2, 1, 2, 0));
    assert_eq!((stats.shared(), stats.stale()), (0, 0));
}

#[tokio::test]
async fn a_loader_may_fail_with_what_is_no_error_type() {
    let pages = shop().pages();
    let error =
        pages.get_or_load(1, || async { Err::<Page, _>("it is closed".to_owned()) }).await.expect_err("it fails");
    assert_eq!(error.to_string(), "it is closed");
    assert!(matches!(error, LoadError::Load(reason) if *reason == "it is closed"));
    let literal = pages.get_or_load(1, || async { Err::<Page, &str>("it is closed") }).await;
    assert_eq!(literal.expect_err("it fails").load(), Some(&"it is closed"));
    // As anyhow's error, which is none, either.
    let boxed = || async { Err::<Page, Box<dyn StdError + Send + Sync>>("it is closed".into()) };
    let error = pages.get_or_load(1, boxed).await.expect_err("it fails");
    assert_eq!(error.load().map(ToString::to_string).as_deref(), Some("it is closed"));
    assert_eq!(format!("{error:#}"), "it is closed");
    assert!(format!("{error:?}").contains("it is closed"));
}

#[tokio::test]
async fn an_error_of_the_cache_keeps_its_kind() {
    let session = RedisSession::in_memory();
    let pages = Shop::on(&session).pages();
    session.close().await.expect("nothing is left");
    let error = pages.get_or_load(1, || async { Ok::<_, Broken>(page("never")) }).await.expect_err("it is closed");
    assert_eq!(error.cache().map(rediscache::Error::kind), Some(ErrorKind::Closed));
    assert!(error.load().is_none());
}

/// Of any types, as a library over this one would have it.
async fn get_or_make<K, V>(
    cache: &RedisTtlCache<K, V>,
    key: K,
    make: fn(&K) -> V,
) -> std::result::Result<V, LoadError<Broken>>
where
    K: rediscache::Key + Clone + Send + Sync,
    V: rediscache::Value + Send,
{
    let asked = key.clone();
    cache.get_or_load(key, move || async move { Ok::<_, Broken>(make(&asked)) }).await
}

#[tokio::test]
async fn generic_code_loads_too() {
    let pages = shop().pages();
    let made = get_or_make(&pages, 7, |number| page(&number.to_string())).await;
    assert_eq!(made.expect("it is made"), page("7"));
}
