//! A cache of a million entries, on the server at `REDISCACHE_TEST_URL`.

use std::time::{Duration, Instant};

use rediscache::RedisSession;
use rediscache_dashboard::{Access, Dashboard};
use serde_json::Value;

use crate::client::Client;
use crate::shared::Shop;

const ENTRIES: u64 = 1_000_000;

/// What this process holds of the memory, in bytes.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.trim().trim_end_matches("kB").trim().parse::<u64>().expect("it is a number") * 1024
}

#[tokio::test]
async fn the_first_page_of_a_million_entries_comes_at_once_and_takes_little_memory() {
    let url = std::env::var("REDISCACHE_TEST_URL").expect("`tests/run` sets REDISCACHE_TEST_URL, the URL of a server");
    let name = format!("dashboard{}", std::process::id());
    let session = RedisSession::builder(url).global_namespace(name).connect().await.expect("it answers");
    let numbers = Shop::on(&session).numbers();
    for begin in (0..ENTRIES).step_by(20_000) {
        numbers.update((begin..begin + 20_000).map(|number| (number, number))).await.expect("it is stored");
    }
    let before = memory();
    let dashboard = Dashboard::new(&session).with::<Shop>().access(|_| Access::Reader);
    let client = Client::new(&dashboard, "");

    let begun = Instant::now();
    let page = client.json("/api/objects/Shop.numbers/page?part=entries").await;
    let took = begun.elapsed();
    let count = page["entries"].as_array().map_or(0, Vec::len);
    let begun = Instant::now();
    let summary = client.json("/api/objects/Shop.numbers/summary").await;
    eprintln!("{count} entries in {took:?}, the summary in {:?}", begun.elapsed());
    assert!((1..2_000).contains(&count) && took < Duration::from_millis(200), "{count} in {took:?}");
    assert_eq!(summary["counts"]["entries"], ENTRIES);

    let (mut cursor, mut pages) = (page["next"].clone(), 1);
    while let (Value::String(next), 1..200) = (&cursor, pages) {
        cursor =
            client.json(&format!("/api/objects/Shop.numbers/page?part=entries&cursor={next}")).await["next"].clone();
        pages += 1;
    }
    let more = memory().saturating_sub(before);
    eprintln!("{more} bytes more after {pages} pages");
    assert!(more < 100 << 20, "{more} bytes more");
    numbers.clear().await.expect("it is cleared");
}
