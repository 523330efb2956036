//! Nothing is shown until the program says to whom, and a reader changes nothing.

use axum::body::Body;
use http::Request;
use rediscache::RedisSession;
use rediscache_dashboard::Dashboard;
use serde_json::json;

use crate::client::{Client, dashboard, post};
use crate::shared::{Shop, Tenant, product};

const DATA: [&str; 9] = [
    "/api/objects",
    "/api/findings",
    "/api/figures",
    "/api/events",
    "/api/objects/Shop.products/summary",
    "/api/objects/Shop.products/page?part=entries",
    "/api/families/tenant.%7B%7D/ids",
    "/api/objects/tenant.%7B%7D.prices/summary?of=acme",
    "/api/objects/tenant.%7B%7D.prices/page?part=entries&of=acme",
];

const CHANGES: [&str; 3] = ["set", "act", "act-on-all"];

#[tokio::test]
async fn without_access_nobody_is_shown_anything() {
    let session = RedisSession::in_memory();
    Shop::on(&session).products().set("a", product("secret name", 1)).await.expect("it is stored");
    let nobody = Client::new(&Dashboard::new(&session).with::<Shop>().with::<Tenant>(), "all");
    for path in DATA.iter().chain(&["/page.js", "/anything"]) {
        let told = nobody.get(path).await;
        assert_eq!(told.status, 403, "{path}");
        assert!(!told.text.contains("products") && !told.text.contains("secret name"), "{path}: {}", told.text);
    }
    let told = nobody.get("/").await;
    assert_eq!((told.status.as_u16(), told.header("content-type")), (403, "text/html; charset=utf-8"));
    assert!(told.text.contains("Dashboard::new(&amp;session)") && !told.text.contains("page.js"), "{}", told.text);
    assert_eq!(nobody.get("/?style.css").await.status, 200, "the page that refuses has a style");
}

#[tokio::test]
async fn nobody_changes_anything() {
    let session = RedisSession::in_memory();
    let nobody = Client::new(&dashboard(&session), "stranger");
    for change in CHANGES {
        let told =
            nobody.post(&format!("/api/objects/Shop.numbers/{change}"), &json!({ "key": "1", "value": "2" })).await;
        assert_eq!(told.status, 403, "{change}");
    }
    assert_eq!(Shop::on(&session).numbers().len().await.expect("it answers"), 0);
}

#[tokio::test]
async fn a_reader_sees_everything_and_changes_nothing() {
    let session = RedisSession::in_memory();
    let shop = Shop::on(&session);
    shop.numbers().set(1, 2).await.expect("it is stored");
    let reader = Client::new(&dashboard(&session), "reader");
    for path in DATA.iter().filter(|path| **path != "/api/events") {
        assert_eq!(reader.get(path).await.status, 200, "{path}");
    }
    assert_eq!(reader.json("/api/objects").await["may_change"], false);
    for (change, body) in [
        ("set", json!({ "key": "1", "value": "3" })),
        ("act", json!({ "action": "delete", "part": "entries", "id": "692f31" })),
        ("act-on-all", json!({ "action": "delete", "part": "entries" })),
    ] {
        let told = reader.post(&format!("/api/objects/Shop.numbers/{change}"), &body).await;
        assert_eq!(told.status, 403, "{change}: {}", told.text);
    }
    assert_eq!(shop.numbers().get(1).await.expect("it answers"), Some(2));
}

#[tokio::test]
async fn what_another_site_sends_is_refused() {
    let session = RedisSession::in_memory();
    let shop = Shop::on(&session);
    shop.numbers().set(1, 2).await.expect("it is stored");
    let all = Client::new(&dashboard(&session), "all");
    let (set, body) = ("/api/objects/Shop.numbers/set", json!({ "key": "1", "value": "3" }));
    for headers in [
        [("sec-fetch-site", "cross-site"), ("host", "shop.example")],
        [("sec-fetch-site", "same-site"), ("origin", "https://shop.example")],
        [("origin", "https://evil.example"), ("host", "shop.example")],
        [("origin", "null"), ("host", "shop.example")],
    ] {
        let told = all.send(post(set, &body, &headers)).await;
        assert_eq!(told.status, 403, "{headers:?}");
        assert_eq!(shop.numbers().get(1).await.expect("it answers"), Some(2));
    }
    // A form of another site cannot say that it is JSON.
    let form =
        Request::post(set).header("content-type", "text/plain").body(Body::from(body.to_string())).expect("it is one");
    assert_eq!(all.send(form).await.status, 415);
    assert_eq!(shop.numbers().get(1).await.expect("it answers"), Some(2));

    let told =
        all.send(post(set, &body, &[("sec-fetch-site", "same-origin"), ("origin", "https://shop.example")])).await;
    assert_eq!(told.status, 200, "{}", told.text);
    assert_eq!(shop.numbers().get(1).await.expect("it answers"), Some(3));
}

#[tokio::test]
async fn every_answer_keeps_the_browser_to_this_page() {
    let all = Client::new(&dashboard(&RedisSession::in_memory()), "all");
    let nobody = Client::new(&dashboard(&RedisSession::in_memory()), "");
    for told in [
        all.get("/").await,
        all.get("/page.js").await,
        all.get("/api/objects").await,
        all.get("/nothing").await,
        nobody.get("/").await,
        all.post("/api/objects/x/set", &json!({})).await,
    ] {
        let policy = told.header("content-security-policy");
        let rules = [
            "default-src 'none'",
            "script-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ];
        assert!(rules.iter().all(|rule| policy.contains(rule)) && !policy.contains("unsafe"), "{policy}");
        assert_eq!(told.header("x-content-type-options"), "nosniff");
        assert_eq!(told.header("referrer-policy"), "no-referrer");
        if told.header("content-type") == "application/json" {
            assert_eq!(told.header("cache-control"), "no-store");
        }
    }
}

#[tokio::test]
async fn nothing_but_reading_and_posting_is_done() {
    let all = Client::new(&dashboard(&RedisSession::in_memory()), "all");
    for (method, path) in
        [("PUT", "/api/objects"), ("DELETE", "/api/objects/Shop.numbers/set"), ("POST", "/page.js"), ("OPTIONS", "/")]
    {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("it is a request");
        let told = all.send(request).await;
        assert_eq!(told.status, 405, "{method} {path}");
        assert!(told.header("allow").starts_with("GET, HEAD"), "{method} {path}");
    }
}
