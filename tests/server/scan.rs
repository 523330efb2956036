use futures_util::StreamExt;
use redis::cmd;
use rediscache::{RedisCache, RedisSession};
use support::Server;

const MILLION: usize = 1_000_000;
/// More than any page holds.
const PAGE: usize = 2_000;

/// How often the server was asked for a page, and the longest that one took it, on average, in microseconds.
fn pages(server: &Server) -> (usize, f64) {
    let stats: String = cmd("INFO").arg("commandstats").query(&mut server.raw()).unwrap();
    let line = stats.lines().find_map(|line| line.strip_prefix("cmdstat_hscan:")).unwrap();
    let field = |name: &str| line.split(',').find_map(|field| field.strip_prefix(name)).unwrap();
    (field("calls=").parse().unwrap(), field("usec_per_call=").parse().unwrap())
}

#[tokio::test]
async fn a_million_entries_are_scanned_a_page_at_a_time() {
    let server = Server::start();
    let fill = "for n = 0, 999999 do redis.call('HSET', 'numbers', 'i|' .. n, 'i|' .. n * 2) end";
    cmd("EVAL").arg(fill).arg(0).exec(&mut server.raw()).unwrap();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let numbers = RedisCache::<usize, usize>::new("numbers").on(&session);
    let mut seen = vec![false; MILLION];
    let mut count = 0;
    let mut scan = numbers.scan();
    while let Some(entry) = scan.next().await {
        let (key, value) = entry.unwrap();
        assert_eq!(value, key * 2);
        seen[key] = true;
        count += 1;
        if count % 100_000 == 1 {
            // What was fetched and not given out yet is a page at most.
            let (pages, _) = pages(&server);
            assert!(pages * PAGE >= count, "{count} entries came in {pages} pages");
            assert!(pages <= count / 100 + 2, "{pages} pages were fetched for {count} entries");
        }
    }
    assert!(seen.iter().all(|seen| *seen));
    assert!((MILLION..MILLION + PAGE).contains(&count), "{count} entries of a quiet hash");
    let (pages, microseconds) = pages(&server);
    assert!(pages >= MILLION / PAGE, "{pages} pages");
    assert!(microseconds < 100_000.0, "a page took the server {microseconds} µs");
}
