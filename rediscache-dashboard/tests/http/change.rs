//! What can be changed: a value that its type takes, one entry, all of them.

use rediscache::RedisSession;
use serde_json::json;

use crate::client::{Client, dashboard, post};
use crate::shared::{Shop, product};

#[tokio::test]
async fn a_value_is_stored_as_its_type_and_what_does_not_fit_is_refused() {
    let session = RedisSession::in_memory();
    let (shop, all) = (Shop::on(&session), Client::new(&dashboard(&session), "all"));
    let set = "/api/objects/Shop.products/set";
    let told = all.post(set, &json!({ "key": "\"tea\"", "value": r#"{"name": "Tea", "cents": 250}"# })).await;
    assert_eq!((told.status.as_u16(), told.json()), (200, json!({ "done": true })), "{}", told.text);
    assert_eq!(shop.products().get("tea").await.expect("it answers"), Some(product("Tea", 250)));
    for (key, value) in [
        ("\"tea\"", r#"{"name": "Tea"}"#),
        ("\"tea\"", r#"{"name": "Tea", "cents": -1}"#),
        ("\"tea\"", "{"),
        ("\"tea\"", ""),
    ] {
        let told = all.post(set, &json!({ "key": key, "value": value })).await;
        assert_eq!(told.status, 422, "{key} {value}: {}", told.text);
        assert!(told.json()["error"].as_str().is_some_and(|error| !error.is_empty()), "{}", told.text);
    }
    assert_eq!(shop.products().items().await.expect("it answers"), [("tea".to_owned(), product("Tea", 250))]);
}

#[tokio::test]
async fn integers_are_stored_to_the_last_digit() {
    let session = RedisSession::in_memory();
    let all = Client::new(&dashboard(&session), "all");
    let body = json!({ "key": "18446744073709551615", "value": "18446744073709551614" });
    assert_eq!(all.post("/api/objects/Shop.numbers/set", &body).await.status, 200);
    assert_eq!(Shop::on(&session).numbers().get(u64::MAX).await.expect("it answers"), Some(u64::MAX - 1));
}

#[tokio::test]
async fn one_entry_is_deleted_by_what_its_page_told() {
    let session = RedisSession::in_memory();
    let (shop, all) = (Shop::on(&session), Client::new(&dashboard(&session), "all"));
    shop.numbers().update([(1, 1), (2, 2)]).await.expect("it is stored");
    let page = all.json("/api/objects/Shop.numbers/page?part=entries").await;
    let entries = page["entries"].as_array().expect("it is a list");
    let one = entries.iter().find(|entry| entry["key"]["json"] == "1").expect("it is there");
    let body = json!({ "action": "delete", "part": "entries", "id": one["id"] });
    assert_eq!(all.post("/api/objects/Shop.numbers/act", &body).await.json(), json!({ "done": true }));
    assert_eq!(shop.numbers().items().await.expect("it answers"), [(2, 2)]);
    assert_eq!(all.post("/api/objects/Shop.numbers/act", &body).await.json(), json!({ "done": false }));
}

#[tokio::test]
async fn all_entries_are_deleted_at_once() {
    let session = RedisSession::in_memory();
    let (shop, all) = (Shop::on(&session), Client::new(&dashboard(&session), "all"));
    shop.numbers().update([(1, 1), (2, 2)]).await.expect("it is stored");
    shop.products().set("tea", product("Tea", 1)).await.expect("it is stored");
    let told =
        all.post("/api/objects/Shop.numbers/act-on-all", &json!({ "action": "delete", "part": "entries" })).await;
    assert_eq!((told.status.as_u16(), &told.json()["done"]), (200, &json!(true)));
    assert_eq!(shop.numbers().len().await.expect("it answers"), 0);
    assert_eq!(shop.products().len().await.expect("it answers"), 1);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused() {
    let session = RedisSession::in_memory();
    let all = Client::new(&dashboard(&session), "all");
    for (path, body, status) in [
        ("/api/objects/Shop.nothing/set", json!({}), 404),
        ("/api/objects/Shop.numbers/nothing", json!({}), 404),
        ("/api/objects", json!({}), 404),
        ("/api/objects/Shop.numbers/act", json!({ "action": "requeue", "part": "entries", "id": "00" }), 422),
        ("/api/objects/Shop.numbers/act", json!({ "action": "delete", "part": "dead", "id": "00" }), 422),
        ("/api/objects/Shop.numbers/act", json!({ "action": "delete", "part": "entries", "id": "x" }), 422),
        ("/api/objects/Shop.numbers/act-on-all", json!({ "action": "explode", "part": "entries" }), 422),
        ("/api/objects/Shop.numbers/act-on-all", json!([]), 422),
    ] {
        let told = all.post(path, &body).await;
        assert_eq!(told.status, status, "{path} {body}: {}", told.text);
    }
    let request = |text: String| {
        let (head, _) = post("/api/objects/Shop.numbers/set", &json!(null), &[]).into_parts();
        http::Request::from_parts(head, axum::body::Body::from(text))
    };
    assert_eq!(all.send(request("{".to_owned())).await.status, 400);
    assert_eq!(all.send(request(" ".repeat(5 << 20))).await.status, 413);
}
