//! Every other kind of object: what is shown of it, and what can be changed.

use rediscache::{
    RedisCache, RedisLimit, RedisLock, RedisNamespaced, RedisRanking, RedisSession, RedisSet, RedisTtlCache, RedisValue,
};
use rediscache_dashboard::{Access, Dashboard};

use crate::browser::Browser;
use crate::site::Site;

#[derive(RedisNamespaced)]
struct Kinds {
    #[rediscache(near)]
    near: RedisCache<u64, u64>,
    #[rediscache(ttl = "10m")]
    pages: RedisTtlCache<u64, String>,
    visitors: RedisSet<String>,
    scores: RedisRanking<String, i64>,
    #[rediscache(rate = "5/1m")]
    logins: RedisLimit<String>,
    stock: RedisLock<String>,
    banner: RedisValue<String>,
}

async fn site() -> Site {
    let session = RedisSession::in_memory();
    let kinds = Kinds::on(&session);
    kinds.near().set(1, 100).await.expect("it is stored");
    for _ in 0..4 {
        assert_eq!(kinds.near().get(1).await.expect("it answers"), Some(100));
    }
    kinds
        .pages()
        .get_or_load(7, || async { Ok::<_, std::io::Error>("page seven".to_owned()) })
        .await
        .expect("it is loaded");
    kinds.visitors().add("ada").await.expect("it is stored");
    kinds.scores().set("ada", 41).await.expect("it is stored");
    assert!(kinds.logins().check("grace").await.expect("it answers").allowed());
    kinds.banner().set("Open").await.expect("it is stored");
    let dashboard = Dashboard::new(&session).with::<Kinds>().access(|_| Access::All);
    Site::of(session, dashboard).await
}

#[tokio::test(flavor = "multi_thread")]
async fn near_caches_loads_locks_and_limits_are_shown() {
    let (site, browser) = (site().await, Browser::start().await);
    let guard = Kinds::on(&site.session).stock().acquire("shelf").await.expect("it is free");
    browser.open(&site.page("caches")).await;
    browser.read("#near td", "near").await;
    browser.read("#near td", "%").await;
    browser.read("#loads td", "pages").await;
    browser.open(&site.page("guards")).await;
    browser.read("main td", "shelf").await;
    browser.read("main td", &guard.fence().to_string()).await;
    browser.read("main td", "grace").await;
    browser.open(&site.page("object/Kinds.stock")).await;
    browser.read("main td", "shelf").await;
    browser.open(&site.page("object/Kinds.pages")).await;
    browser.read("main td", "page seven").await;
    browser.read("main th", "Expires").await;
    guard.release().await.expect("it is released");
    browser.is_clean().await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_members_and_scores_are_changed() {
    let (site, browser) = (site().await, Browser::start().await);
    let kinds = Kinds::on(&site.session);
    browser.open(&site.page("object/Kinds.banner")).await;
    browser.click("button.open").await;
    browser.click("#edit").await;
    browser.write("#edit-value", "\"Closed\"").await;
    browser.click("#save").await;
    browser.read("main td", "Closed").await;
    assert_eq!(kinds.banner().get().await.expect("it answers").as_deref(), Some("Closed"));

    browser.open(&site.page("object/Kinds.visitors")).await;
    browser.read("main td", "ada").await;
    browser.click("#add").await;
    browser.write("#edit-key", "\"grace\"").await;
    browser.click("#save").await;
    browser.read("main td", "grace").await;
    browser.write("#find", "ada\n").await;
    browser.click("#delete").await;
    browser.click("#question-yes").await;
    browser.until("document.querySelectorAll('button.open').length === 1").await;
    assert!(!kinds.visitors().contains("ada").await.expect("it answers"));
    assert!(kinds.visitors().contains("grace").await.expect("it answers"));

    browser.open(&site.page("object/Kinds.scores")).await;
    browser.read("main td", "41").await;
    browser.click("button.open").await;
    browser.click("#edit").await;
    browser.write("#edit-value", "42").await;
    browser.click("#save").await;
    browser.read("main td", "42").await;
    assert_eq!(kinds.scores().score("ada").await.expect("it answers"), Some(42));
    browser.is_clean().await;
    browser.end().await;
}
