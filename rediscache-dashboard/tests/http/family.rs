//! Families: the ids there are, and the objects of one, by its id.

use std::collections::BTreeSet;

use rediscache::{RedisCache, RedisNamespaced, RedisSession};
use rediscache_dashboard::{Access, Dashboard};
use serde_json::{Value, json};

use crate::client::{Client, dashboard, escaped};
use crate::shared::{HOSTILE_IDS, Tenant, product};

/// The path of something of the object of this field.
fn path(field: &str, what: &str, id: &str) -> String {
    let and = if what.contains('?') { '&' } else { '?' };
    format!("/api/objects/tenant.%7B%7D.{field}/{what}{and}of={}", escaped(id))
}

/// As the page writes it.
fn quoted(id: &str) -> String {
    json!(id).to_string()
}

/// All ids that are told, by how each is told, and on how many pages.
async fn ids(client: &Client) -> (BTreeSet<String>, usize) {
    let (mut seen, mut cursor, mut pages) = (BTreeSet::new(), String::new(), 0);
    loop {
        let page = client.json(&format!("/api/families/tenant.%7B%7D/ids{cursor}")).await;
        seen.extend(page["ids"].as_array().expect("it is a list").iter().map(Value::to_string));
        pages += 1;
        let Some(next) = page["next"].as_str() else { return (seen, pages) };
        cursor = format!("?cursor={next}");
    }
}

fn told(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| json!({ "json": quoted(id) }).to_string()).collect()
}

#[tokio::test]
async fn a_family_is_listed_with_its_template_its_fields_and_types() {
    let session = RedisSession::in_memory();
    let told = Client::new(&dashboard(&session), "reader").json("/api/objects").await;
    let family = &told["families"][0];
    assert_eq!(
        (&family["name"], &family["owner"], &family["namespace"], &family["id_type"]),
        (&json!("tenant.{}"), &json!("Tenant"), &json!("tenant.{}"), &json!("String"))
    );
    let objects = family["objects"].as_array().expect("it is a list");
    let names: Vec<_> = objects.iter().map(|object| (&object["name"], &object["kind"])).collect();
    let expected =
        [("prices", "cache"), ("jobs", "task queue"), ("logins", "limit"), ("stock", "lock"), ("keys", "cache")]
            .map(|(field, kind)| (json!(format!("tenant.{{}}.{field}")), json!(kind)));
    assert_eq!(names, expected.iter().map(|(name, kind)| (name, kind)).collect::<Vec<_>>());
    assert_eq!((&objects[0]["key_type"], &objects[0]["value_type"]), (&json!("String"), &json!("Product")));
    assert_eq!(objects[0]["parts"], json!([{ "name": "entries", "actions": ["edit", "delete"] }]));
    assert_eq!(objects[1]["parts"].as_array().map(Vec::len), Some(5));
    let findings = Client::new(&dashboard(&session), "reader").json("/api/findings").await;
    let shapes = findings["shapes"].as_array().expect("it is a list");
    assert!(shapes.iter().any(|shape| shape["name"] == "tenant.{}.prices" && shape["key"] == "text"), "{findings}");
}

#[tokio::test]
async fn families_of_one_template_have_names_of_their_own() {
    let dashboard = Dashboard::new(&RedisSession::in_memory()).with::<Tenant>().with::<Tenant>();
    let told = Client::new(&dashboard.access(|_| Access::Reader), "").json("/api/objects").await;
    let name = |at: usize| (told["families"][at]["name"].clone(), told["families"][at]["objects"][0]["name"].clone());
    assert_eq!(name(0), (json!("tenant.{}"), json!("tenant.{}.prices")));
    assert_eq!(name(1), (json!("tenant.{}~2"), json!("tenant.{}.prices~2")));
}

#[tokio::test]
async fn ids_are_read_in_pages_until_there_are_no_more() {
    let session = RedisSession::in_memory();
    let all: Vec<_> = (0..1_500).map(|number| format!("t{number}")).collect();
    for id in &all {
        Tenant::on(&session).of(id).prices().set("tea", product("Tea", 1)).await.expect("it is stored");
        Tenant::on(&session).of(id).jobs().put(product("job", 1)).await.expect("it is put");
    }
    let (seen, pages) = ids(&Client::new(&dashboard(&session), "reader")).await;
    assert_eq!(seen, told(&all.iter().map(String::as_str).collect::<Vec<_>>()));
    assert!(pages > 1, "{pages}");
}

#[tokio::test]
async fn an_id_that_cannot_be_read_says_why_and_hides_no_other() {
    let session = RedisSession::in_memory();
    Tenant::on(&session).of("acme").prices().set("tea", product("Tea", 1)).await.expect("it is stored");
    let foreign = RedisCache::<u64, u64>::with_namespace("tenant.{i|%41}.prices").on(&session);
    foreign.set(1, 1).await.expect("it is stored");
    let (seen, _) = ids(&Client::new(&dashboard(&session), "reader")).await;
    assert!(seen.len() == 2 && seen.is_superset(&told(&["acme"])), "{seen:?}");
    assert!(seen.iter().any(|id| id.contains("unreadable")), "{seen:?}");
}

#[tokio::test]
async fn the_objects_of_one_hold_what_is_its_own() {
    let session = RedisSession::in_memory();
    let (acme, other) = (Tenant::on(&session).of("acme"), Tenant::on(&session).of("other"));
    acme.prices().set("tea", product("Tea", 250)).await.expect("it is stored");
    other.prices().update([("a".to_owned(), product("A", 1)), ("b".to_owned(), product("B", 2))]).await.expect("it is");
    assert!(acme.logins().check("ada").await.expect("it answers").allowed());
    let guard = acme.stock().acquire("shelf").await.expect("it is free");
    let reader = Client::new(&dashboard(&session), "reader");
    for id in ["acme", "\"acme\""] {
        assert_eq!(reader.json(&path("prices", "summary", id)).await["counts"]["entries"], 1);
        let page = reader.json(&path("prices", "page?part=entries", id)).await;
        assert_eq!(page["entries"][0]["value"]["json"], r#"{"name":"Tea","cents":250}"#);
        let told = reader.json(&path("prices", "entry?key=tea", id)).await;
        assert_eq!(told["entry"]["value"]["json"], r#"{"name":"Tea","cents":250}"#);
        assert_eq!(reader.json(&path("logins", "page?part=entries", id)).await["entries"][0]["facts"]["remaining"], 4);
        let locks = reader.json(&path("stock", "page?part=entries", id)).await;
        assert_eq!(locks["entries"][0]["facts"]["fence"], guard.fence().to_string());
    }
    assert_eq!(reader.json(&path("prices", "summary", "other")).await["counts"]["entries"], 2);
    assert_eq!(reader.json(&path("prices", "summary", "nobody")).await["counts"]["entries"], 0);
}

#[tokio::test]
async fn whatever_an_id_holds_it_is_told_and_its_objects_are_read_and_changed() {
    let session = RedisSession::in_memory();
    let all = Client::new(&dashboard(&session), "all");
    for id in HOSTILE_IDS {
        let set = json!({ "key": "\"tea\"", "value": json!({ "name": id, "cents": 1 }).to_string() });
        let told = all.post(&path("prices", "set", &quoted(id)), &set).await;
        assert_eq!(told.status, 200, "{id:?}: {}", told.text);
        let prices = Tenant::on(&session).of(id).prices();
        assert_eq!(prices.get("tea").await.expect("it answers"), Some(product(id, 1)), "{id:?}");
    }
    assert_eq!(ids(&all).await.0, told(&HOSTILE_IDS));
    for id in HOSTILE_IDS {
        let page = all.json(&path("prices", "page?part=entries", &quoted(id))).await;
        let value = page["entries"][0]["value"]["json"].as_str().expect("it can be read");
        assert_eq!(serde_json::from_str::<Value>(value).expect("it is JSON")["name"], id);
        let act = json!({ "action": "delete", "part": "entries", "id": page["entries"][0]["id"] });
        let told = all.post(&path("prices", "act", &quoted(id)), &act).await;
        assert_eq!(told.json(), json!({ "done": true }), "{id:?}");
    }
    assert_eq!(ids(&all).await.0, BTreeSet::new());
}

#[tokio::test]
async fn what_is_done_with_one_is_done_with_no_other() {
    let session = RedisSession::in_memory();
    let (one, other) = (Tenant::on(&session).of("one").jobs(), Tenant::on(&session).of("other").jobs());
    for jobs in [&one, &other] {
        for name in ["a", "b"] {
            jobs.put(product(name, 1)).await.expect("it is put");
            drop(jobs.get().await.expect("it is there"));
        }
        while jobs.dead_len().await.expect("it answers") < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
    let all = Client::new(&dashboard(&session), "all");
    let page = all.json(&path("jobs", "page?part=dead", "one")).await;
    let act = json!({ "action": "requeue", "part": "dead", "id": page["entries"][0]["id"] });
    assert_eq!(all.post(&path("jobs", "act", "one"), &act).await.json(), json!({ "done": true }));
    let told = all.post(&path("jobs", "act-on-all", "one"), &json!({ "action": "delete", "part": "dead" })).await;
    assert_eq!((told.status.as_u16(), &told.json()["done"]), (200, &json!(true)), "{}", told.text);
    let held = async |jobs: &rediscache::RedisTaskQueue<_>| {
        (jobs.len().await.expect("it answers"), jobs.dead_len().await.expect("it answers"))
    };
    assert_eq!((held(&one).await, held(&other).await), ((1, 0), (0, 2)));
}

#[tokio::test]
async fn a_reader_and_nobody_and_secrets_are_as_elsewhere() {
    let session = RedisSession::in_memory();
    let acme = Tenant::on(&session).of("acme");
    acme.keys().set("door", "hunter2").await.expect("it is stored");
    acme.prices().set("tea", product("Tea", 1)).await.expect("it is stored");
    let dashboard = dashboard(&session);
    let (all, reader, nobody) =
        (Client::new(&dashboard, "all"), Client::new(&dashboard, "reader"), Client::new(&dashboard, ""));
    for what in ["page?part=entries", "entry?key=door"] {
        let told = all.get(&path("keys", what, "acme")).await;
        assert!(told.status == 200 && !told.text.contains("hunter2") && told.text.contains("secret"), "{}", told.text);
    }
    let set = json!({ "key": "\"door\"", "value": "\"hunter3\"" });
    assert_eq!(all.post(&path("keys", "set", "acme"), &set).await.status, 422);
    let clear = json!({ "action": "delete", "part": "entries" });
    for client in [&reader, &nobody] {
        assert_eq!(client.post(&path("prices", "act-on-all", "acme"), &clear).await.status, 403);
    }
    assert_eq!(acme.prices().len().await.expect("it answers"), 1);
    assert_eq!(nobody.get("/api/families/tenant.%7B%7D/ids").await.status, 403);
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "guild.{}", per = "u64")]
struct Guild {
    names: RedisCache<u64, String>,
}

#[tokio::test]
async fn what_is_no_id_and_no_family_is_refused() {
    let session = RedisSession::in_memory();
    Guild::on(&session).of(7).names().set(1, "one").await.expect("it is stored");
    let dashboard = Dashboard::new(&session).with::<Guild>().access(|_| Access::All);
    let client = Client::new(&dashboard, "");
    for (path, status) in [
        ("/api/objects/guild.%7B%7D.names/summary?of=7", 200),
        ("/api/objects/guild.%7B%7D.names/summary?of=-7", 422),
        ("/api/objects/guild.%7B%7D.names/summary?of=seven", 422),
        ("/api/objects/guild.%7B%7D.names/summary?of=", 422),
        ("/api/objects/guild.%7B%7D.names/summary?of=%ff", 422),
        ("/api/objects/guild.%7B%7D.names/summary", 422),
        ("/api/objects/guild.%7B%7D.nothing/summary?of=7", 404),
        ("/api/objects/guild.%7B%7D/summary?of=7", 404),
        ("/api/families/guild.%7B%7D/ids", 200),
        ("/api/families/guild.%7B%7D/ids?cursor=zz", 422),
        ("/api/families/guild.%7B%7D/ids?cursor=00", 422),
        ("/api/families/guild.%7B%7D/nothing", 404),
        ("/api/families/guild/ids", 404),
        ("/api/families", 404),
    ] {
        let told = client.get(path).await;
        assert_eq!(told.status, status, "{path}: {}", told.text);
        assert!(status == 200 || told.json()["error"].is_string(), "{path}: {}", told.text);
    }
    let set = json!({ "key": "1", "value": "\"two\"" });
    for (path, status) in [("?of=seven", 422), ("", 422), ("?of=7", 200)] {
        assert_eq!(client.post(&format!("/api/objects/guild.%7B%7D.names/set{path}"), &set).await.status, status);
    }
    assert_eq!(Guild::on(&session).of(7).names().get(1).await.expect("it answers").as_deref(), Some("two"));
}
