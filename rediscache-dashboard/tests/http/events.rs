//! What is live: told to all viewers, found out for none when nobody looks, and never piled up.

use std::time::Duration;

use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use rediscache::RedisSession;
use rediscache_dashboard::{Dashboard, DashboardBody};
use serde_json::Value;
use tokio::time::{sleep, timeout};
use tower_service::Service;

use crate::client::dashboard;
use crate::shared::Shop;

async fn watch(dashboard: &Dashboard) -> DashboardBody {
    let request = Request::get("/api/events").header("x-role", "reader").body(Body::empty()).expect("it is a request");
    let answer = dashboard.clone().call(request).await.expect("it cannot fail");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    answer.into_body()
}

/// What the next event tells; `None` after the last.
async fn next(body: &mut DashboardBody) -> Option<Value> {
    loop {
        let frame = body.frame().await?.expect("it cannot fail").into_data().expect("it is data");
        let text = String::from_utf8(frame.to_vec()).expect("it is text");
        assert!(text.ends_with("\n\n"), "{text:?}");
        if let Some(data) = text.strip_prefix("data: ") {
            return Some(serde_json::from_str(data).expect("it is JSON"));
        }
        assert!(text.starts_with("retry: "), "{text:?}");
    }
}

fn held(tick: &Value) -> u64 {
    tick["objects"][1]["counts"]["entries"].as_u64().expect("it is a number")
}

#[tokio::test(start_paused = true)]
async fn each_viewer_is_told_what_changes() {
    let session = RedisSession::in_memory();
    let dashboard = dashboard(&session);
    let (mut one, mut other) = (watch(&dashboard).await, watch(&dashboard).await);
    assert_eq!(held(&next(&mut one).await.expect("it goes on")), 0);
    Shop::on(&session).numbers().set(1, 2).await.expect("it is stored");
    for viewer in [&mut one, &mut other] {
        while held(&next(viewer).await.expect("it goes on")) != 1 {}
    }
    // Who comes later is told at once what was found out last.
    let mut late = watch(&dashboard).await;
    let told = timeout(Duration::from_millis(1), next(&mut late)).await.expect("it does not wait for a tick");
    assert_eq!(held(&told.expect("it goes on")), 1);
}

#[tokio::test(start_paused = true)]
async fn one_who_does_not_read_has_one_tick_waiting() {
    let session = RedisSession::in_memory();
    let dashboard = dashboard(&session);
    let mut slow = watch(&dashboard).await;
    assert_eq!(held(&next(&mut slow).await.expect("it goes on")), 0);
    for number in 1..=8 {
        Shop::on(&session).numbers().set(number, 0).await.expect("it is stored");
        sleep(Duration::from_secs(1)).await;
    }
    let told = held(&next(&mut slow).await.expect("it goes on"));
    assert!(told >= 7, "it was told of {told}, which was long ago");
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_after_ten_seconds_so_that_access_is_asked_again() {
    let dashboard = dashboard(&RedisSession::in_memory());
    let (mut viewer, begun) = (watch(&dashboard).await, tokio::time::Instant::now());
    while next(&mut viewer).await.is_some() {}
    assert!((9..=11).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert!(next(&mut watch(&dashboard).await).await.is_some(), "it can be asked for again");
}

#[tokio::test(start_paused = true)]
async fn streams_end_with_the_session() {
    let session = RedisSession::in_memory();
    let dashboard = dashboard(&session);
    let mut viewer = watch(&dashboard).await;
    assert!(next(&mut viewer).await.is_some());
    session.close().await.expect("it closes");
    let begun = tokio::time::Instant::now();
    while next(&mut viewer).await.is_some() {}
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}
