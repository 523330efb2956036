//! A shop that keeps its data in the embedded store, busy with itself, and the page that shows it.
//!
//! `cargo run -p rediscache-dashboard --example demo`, with the port behind `--` if it is to be a certain one; on a server with
//! `REDISCACHE_URL=redis://127.0.0.1:6379`.

mod busy;
mod shop;

use std::error::Error;
use std::io::{self, Write};
use std::net::Ipv4Addr;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use http::header::HOST;
use http::request::Parts;
use rediscache::RedisSession;
use rediscache_dashboard::{Access, Dashboard};
use tokio::net::TcpListener;

use shop::{Branch, Outgoing, Shop};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse::<u16>())?;
    let session = RedisSession::from_env().await?.install();
    busy::fill(&session).await?;
    let work = busy::begin();

    let dashboard = Dashboard::new(&session).with::<Shop>().with::<Outgoing>().with::<Branch>().access(who);
    let app =
        Router::new().route("/", get(|| async { Redirect::temporary("/redis/") })).nest_service("/redis", dashboard);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    writeln!(io::stdout(), "http://{}/redis/", listener.local_addr()?)?;
    let end = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, app).with_graceful_shutdown(end).await?;
    work.abort_all();
    session.close().await?;
    Ok(())
}

/// Whoever is at this machine may do everything; a page elsewhere whose name leads here, nothing.
fn who(request: &Parts) -> Access {
    let host = request.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    match host.rsplit_once(':').map_or(host, |(name, _)| name) {
        "127.0.0.1" | "localhost" => Access::All,
        _ => Access::Nobody,
    }
}
