//! How often an address may ask: so many times in a minute, which begins with the first.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::App;

const MOST_REQUESTS: u32 = 100;

pub(crate) async fn per_address(
    State(app): State<App>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let (requests, address) = (app.cache.requests(), address.ip());
    // While Redis is away nobody is counted, and everybody is served.
    if requests.increment(address, 1).await.is_ok_and(|count| count > MOST_REQUESTS) {
        let left = requests.expiry(address).await.ok().flatten().unwrap_or_default();
        let wait = [(RETRY_AFTER, (left.as_secs() + 1).to_string())];
        return (StatusCode::TOO_MANY_REQUESTS, wait, "not so fast\n").into_response();
    }
    next.run(request).await
}
