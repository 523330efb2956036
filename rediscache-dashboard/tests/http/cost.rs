//! What a page costs that is left open, beside a program at work on the server at `REDISCACHE_TEST_URL`.

use std::time::Duration;

use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use rediscache::RedisSession;
use rediscache_dashboard::Dashboard;
use tokio::time::{interval, sleep};
use tower_service::Service;

use crate::client::{Client, dashboard};
use crate::shared::Shop;

/// What this process has had of the processors.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("this is Linux");
    // Behind the name of the program, which may have any sign in it: ticks of a hundredth of a second.
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<u64>().expect("it is a number");
    Duration::from_millis(10 * (ticks(11) + ticks(12)))
}

/// Looks as the page does: at the events without end, and at the entries each three seconds.
async fn look(dashboard: Dashboard) {
    let client = Client::new(&dashboard, "reader");
    let events = async {
        loop {
            let request =
                Request::get("/api/events").header("x-role", "reader").body(Body::empty()).expect("it is a request");
            let mut body = dashboard.clone().call(request).await.expect("it cannot fail").into_body();
            while body.frame().await.is_some() {}
        }
    };
    let entries = async {
        let mut ticks = interval(Duration::from_secs(3));
        loop {
            ticks.tick().await;
            client.json("/api/objects/Shop.numbers/page?part=entries").await;
        }
    };
    tokio::join!(events, entries);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures for as long as is said: `COST_SECONDS=3600 cargo test -p rediscache-dashboard --test http -- --ignored cost --nocapture`"]
async fn a_page_that_is_left_open_costs_little() {
    let seconds = std::env::var("COST_SECONDS").map_or(600, |seconds| seconds.parse().expect("it is a number"));
    let (time, url) =
        (Duration::from_secs(seconds), std::env::var("REDISCACHE_TEST_URL").expect("the URL of a server"));
    let name = format!("cost{}", std::process::id());
    let session = RedisSession::builder(url).global_namespace(name).connect().await.expect("it answers");
    let numbers = Shop::on(&session).numbers();
    let work = tokio::spawn(async move {
        let mut ticks = interval(Duration::from_millis(10));
        for number in 0_u64.. {
            ticks.tick().await;
            // A thousand a second.
            for part in 0..5 {
                numbers.set((10 * number + part) % 5_000, number).await.expect("it is stored");
                numbers.get(number % 5_000).await.expect("it answers");
            }
        }
    });
    let share = async |what: &str, time: Duration| {
        let begun = processor_time();
        sleep(time).await;
        let share = (processor_time() - begun).as_secs_f64() / time.as_secs_f64() * 100.0;
        eprintln!("{what}: {share:.2} % of a core over {time:?}");
        share
    };
    sleep(Duration::from_secs(6)).await;
    let alone = share("nobody looks", time / 10).await;
    let viewer = tokio::spawn(look(dashboard(&session)));
    let watched = share("one looks", time).await;
    viewer.abort();
    let after = share("nobody looks any more", time / 10).await;
    work.abort();
    let more = watched - (alone + after) / 2.0;
    eprintln!("an open page costs {more:.2} % of a core");
    assert!(more < 2.0, "{more:.2} % of a core");
}
