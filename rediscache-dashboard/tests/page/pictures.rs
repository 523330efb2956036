//! Takes the pictures that the documentation shows: `cargo test -p rediscache-dashboard --test page -- --ignored pictures`.

use std::time::Duration;

use rediscache::RedisSession;
use rediscache_dashboard::{Access, Dashboard};
use serde_json::json;
use tokio::time::sleep;

use crate::browser::Browser;
use crate::shop::{Branch, Outgoing, Shop};
use crate::site::Site;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/screenshots");

/// What is shown, and when there is enough to be seen of it.
const PICTURES: [(&str, &str, &str); 6] = [
    ("overview", "", "document.querySelectorAll('.tile').length > 5"),
    ("queues", "queues", "document.querySelectorAll('.card').length === 2"),
    ("entries", "object/Shop.products", "document.querySelectorAll('button.open').length > 10"),
    ("family", "family/branch.{}/\"Aarhus\"", "document.querySelectorAll('main polyline').length > 3"),
    ("dead-letters", "object/Outgoing.mails/dead", "document.querySelectorAll('button.open').length > 0"),
    ("figures", "figures", "document.querySelectorAll('.plot polyline').length > 3"),
];

const LARGEST: usize = 150_000;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it writes the pictures of the documentation, and takes a minute"]
async fn the_pictures_are_taken() {
    let session = RedisSession::in_memory().install();
    crate::busy::fill(&session).await.expect("it is stored");
    let work = crate::busy::begin();
    let dashboard = Dashboard::new(&session).with::<Shop>().with::<Outgoing>().with::<Branch>().access(|_| Access::All);
    let (site, browser) = (Site::of(session, dashboard).await, Browser::start().await);
    browser.open(&site.page("")).await;
    browser.read("main h1", "Overview").await;
    // Lines need a past.
    let past = std::env::var("PICTURE_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(60);
    sleep(Duration::from_secs(past)).await;
    for scheme in ["light", "dark"] {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", &features).await;
        for (name, place, condition) in PICTURES {
            browser.run(&format!("location.hash = {}", json!(format!("#/{place}")))).await;
            browser.until(condition).await;
            sleep(Duration::from_millis(1_500)).await;
            save(&format!("{name}-{scheme}"), &browser.picture().await);
        }
    }
    let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true });
    browser.devtools("Emulation.setDeviceMetricsOverride", &phone).await;
    for (name, place, condition) in &PICTURES[..4] {
        browser.run(&format!("location.hash = {}", json!(format!("#/{place}")))).await;
        browser.until(condition).await;
        sleep(Duration::from_millis(1_500)).await;
        save(&format!("{name}-phone"), &browser.picture().await);
    }
    work.abort_all();
    browser.is_clean().await;
    browser.end().await;
}

fn save(name: &str, picture: &[u8]) {
    assert!(picture.starts_with(b"\x89PNG") && picture.len() < LARGEST, "{name}: {} bytes", picture.len());
    std::fs::write(format!("{FOLDER}/{name}.png"), picture).expect("there is room");
}
