//! What can be looked at: objects, how much they hold, entries in pages and by key, what differs.

use rediscache::{RedisCache, RedisSession};
use serde_json::{Value, json};

use crate::client::{Client, dashboard, escaped};
use crate::shared::{MARKUP, Outgoing, Shop, product};

fn reader(session: &RedisSession) -> Client {
    Client::new(&dashboard(session), "reader")
}

#[tokio::test]
async fn every_object_is_listed_with_its_kind_and_types() {
    let session = RedisSession::builder("memory://").global_namespace("bot").connect().await.expect("it is there");
    let told = reader(&session).json("/api/objects").await;
    assert_eq!(told["global_namespace"], "bot");
    let objects = told["objects"].as_array().expect("it is a list");
    let names: Vec<_> = objects.iter().map(|object| object["name"].as_str().expect("it is text")).collect();
    assert_eq!(names[..2], ["Shop.products", "Shop.numbers"]);
    assert!(names[2].contains("\"><img src=x"), "{}", names[2]);
    assert_eq!(names[3..], ["Outgoing.mails", "Outgoing.tokens"]);
    let products = &objects[0];
    assert_eq!(
        (&products["owner"], &products["field"], &products["kind"]),
        (&json!("Shop"), &json!("products"), &json!("cache"))
    );
    assert_eq!((&products["key_type"], &products["value_type"]), (&json!("String"), &json!("Product")));
    assert_eq!(objects[3]["kind"], "task queue");
}

#[tokio::test]
async fn a_summary_says_how_much_there_is() {
    let session = RedisSession::in_memory();
    for number in 0..3 {
        Shop::on(&session).numbers().set(number, number).await.expect("it is stored");
    }
    let told = reader(&session).json("/api/objects/Shop.numbers/summary").await;
    assert_eq!(told["counts"]["entries"], 3, "{told}");
}

#[tokio::test]
async fn entries_are_read_in_pages_until_there_are_no_more() {
    let (session, mut seen) = (RedisSession::in_memory(), Vec::new());
    for number in 0..1_000 {
        Shop::on(&session).numbers().set(number, 2 * number).await.expect("it is stored");
    }
    let (reader, mut cursor, mut pages) = (reader(&session), String::new(), 0);
    loop {
        let page = reader.json(&format!("/api/objects/Shop.numbers/page?part=entries{cursor}")).await;
        let entries = page["entries"].as_array().expect("it is a list");
        assert!(entries.len() <= 600, "{} at once", entries.len());
        for entry in entries {
            let number =
                |side: &str| entry[side]["json"].as_str().and_then(|text| text.parse::<u64>().ok()).expect("a number");
            assert_eq!(number("value"), 2 * number("key"));
            seen.push(number("key"));
        }
        pages += 1;
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    seen.sort_unstable();
    seen.dedup();
    assert!(seen.len() == 1_000 && pages > 1, "{} in {pages}", seen.len());
}

#[tokio::test]
async fn an_entry_is_found_by_its_key_as_json_or_as_text() {
    let session = RedisSession::in_memory();
    let shop = Shop::on(&session);
    shop.products().set("tea", product("Tea", 250)).await.expect("it is stored");
    shop.products().set("42", product("Number", 1)).await.expect("it is stored");
    shop.numbers().set(u64::MAX, u64::MAX).await.expect("it is stored");
    let reader = reader(&session);
    for (object, key, value) in [
        ("Shop.products", "tea", r#"{"name":"Tea","cents":250}"#),
        ("Shop.products", "\"tea\"", r#"{"name":"Tea","cents":250}"#),
        ("Shop.products", "42", r#"{"name":"Number","cents":1}"#),
        ("Shop.numbers", "18446744073709551615", "18446744073709551615"),
    ] {
        let told = reader.json(&format!("/api/objects/{object}/entry?key={}", escaped(key))).await;
        assert_eq!(told["entry"]["value"]["json"], value, "{key}: {told}");
    }
    assert_eq!(reader.json("/api/objects/Shop.numbers/entry?key=7").await["entry"], Value::Null);
    let told = reader.get("/api/objects/Shop.numbers/entry?key=tea").await;
    assert_eq!(told.status, 422, "{}", told.text);
    assert!(told.json()["error"].as_str().is_some_and(|error| !error.is_empty()), "{}", told.text);
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_says_why_and_hides_no_other() {
    let session = RedisSession::in_memory();
    RedisCache::<String, Vec<u64>>::new("Shop.products")
        .on(&session)
        .set("old", vec![4_711])
        .await
        .expect("it is stored");
    Shop::on(&session).products().set("tea", product("Tea", 250)).await.expect("it is stored");
    let told = reader(&session).json("/api/objects/Shop.products/page?part=entries").await;
    let entries = told["entries"].as_array().expect("it is a list");
    let of = |key: &str| entries.iter().find(|entry| entry["key"]["json"] == key).expect("it is there");
    assert!(of("\"old\"")["value"]["unreadable"].as_str().is_some_and(|why| !why.contains("4711")), "{told}");
    assert_eq!(of("\"tea\"")["value"]["json"], r#"{"name":"Tea","cents":250}"#);
    let told = reader(&session).json("/api/findings").await;
    assert_eq!(
        (&told["findings"][0]["kind"], &told["findings"][0]["namespace"]),
        (&json!("unreadable"), &json!("Shop.products"))
    );
    assert_eq!(told["shapes"][1]["value"], "u64");
}

#[tokio::test]
async fn a_long_value_is_cut_among_others_and_whole_by_itself() {
    let session = RedisSession::in_memory();
    let name = "ü".repeat(50_000);
    Shop::on(&session).products().set("long", product(&name, 1)).await.expect("it is stored");
    let reader = reader(&session);
    let page = reader.get("/api/objects/Shop.products/page?part=entries").await;
    assert!(page.text.len() < 10_000, "{}", page.text.len());
    assert_eq!(page.json()["entries"][0]["value"]["bytes"], 100_000 + r#"{"name":"","cents":1}"#.len());
    let told = reader.json("/api/objects/Shop.products/entry?key=long").await;
    assert!(told["entry"]["value"]["json"].as_str().is_some_and(|text| text.contains(&name)));
}

#[tokio::test]
async fn hostile_text_stays_text() {
    let session = RedisSession::in_memory();
    Shop::on(&session).marked().set(MARKUP, MARKUP).await.expect("it is stored");
    let reader = reader(&session);
    let objects = reader.json("/api/objects").await;
    let name = objects["objects"][2]["name"].as_str().expect("it is text").to_owned();
    let told = reader.get(&format!("/api/objects/{}/page?part=entries", escaped(&name))).await;
    assert_eq!((told.status.as_u16(), told.header("content-type")), (200, "application/json"));
    assert_eq!(told.header("x-content-type-options"), "nosniff");
    assert_eq!(told.json()["entries"][0]["value"]["json"], json!(MARKUP).to_string());
}

#[tokio::test]
async fn the_values_of_a_secret_object_are_never_sent() {
    let session = RedisSession::in_memory();
    Outgoing::on(&session).tokens().set("ada", "hunter2").await.expect("it is stored");
    let all = Client::new(&dashboard(&session), "all");
    for path in ["page?part=entries", "entry?key=ada"] {
        let told = all.get(&format!("/api/objects/Outgoing.tokens/{path}")).await;
        assert!(told.status == 200 && !told.text.contains("hunter2") && told.text.contains("secret"), "{}", told.text);
    }
    let set = json!({ "key": "\"ada\"", "value": "\"hunter3\"" });
    let told = all.post("/api/objects/Outgoing.tokens/set", &set).await;
    assert!(told.status == 422 && !told.text.contains("hunter"), "{}", told.text);
}

#[tokio::test]
async fn what_is_not_there_is_missing_and_what_makes_no_sense_refused() {
    let reader = reader(&RedisSession::in_memory());
    for (path, status) in [
        ("/nothing", 404),
        ("/api", 404),
        ("/api/nothing", 404),
        ("/api/objects/Shop.nothing/summary", 404),
        ("/api/objects/Shop.numbers/nothing", 404),
        ("/api/objects/Shop.numbers/%ff/", 404),
        ("/../Cargo.toml", 404),
        ("/api/objects/Shop.numbers/page", 422),
        ("/api/objects/Shop.numbers/page?part=dead", 422),
        ("/api/objects/Shop.numbers/page?part=entries&cursor=zz", 422),
        ("/api/objects/Shop.numbers/entry", 422),
    ] {
        let told = reader.get(path).await;
        assert_eq!(told.status, status, "{path}: {}", told.text);
        assert!(told.json()["error"].is_string(), "{path}: {}", told.text);
    }
}

#[tokio::test]
async fn a_closed_session_is_told() {
    let session = RedisSession::in_memory();
    let reader = reader(&session);
    session.close().await.expect("it closes");
    let told = reader.get("/api/objects/Shop.numbers/page?part=entries").await;
    assert_eq!((told.status.as_u16(), &told.json()["kind"]), (503, &json!("Closed")), "{}", told.text);
}
