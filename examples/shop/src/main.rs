//! A web shop whose database is slow: `cargo run -p shop`.
//!
//! Runs on the embedded store, or on the server whose URL is in `REDISCACHE_URL`. `SHOP_ADDRESS` is where it listens, and
//! `SHOP_DATABASE` the file of its SQLite database; without it, that is in memory.
//!
//! ```sh
//! curl localhost:3000/pages/1                        # takes a while, and the next time it does not
//! curl -X PUT -d 600 localhost:3000/pages/1/price    # whoever asks from here on is told the new price
//! token=$(curl -d ada localhost:3000/login)
//! curl -H "authorization: Bearer $token" localhost:3000/me
//! curl localhost:3000/stats
//! ```
#![expect(clippy::print_stdout, reason = "it says where it is")]

mod cache;
mod customer;
mod database;
mod failure;
mod limit;
mod pages;

use std::env;
use std::net::SocketAddr;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};
use rediscache::{Bound, RedisSession};
use tokio::net::TcpListener;

use crate::cache::Shop;
use crate::database::Database;

/// What each request is given.
#[derive(Clone)]
struct App {
    cache: Bound<Shop>,
    database: Database,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let session = RedisSession::from_env().await?;
    let database = Database::open(&env::var("SHOP_DATABASE").unwrap_or_else(|_| ":memory:".to_owned()))?;
    let app = App { cache: Shop::on(&session), database };
    let routes = Router::new()
        .route("/pages/{number}", get(pages::show))
        .route("/pages/{number}/price", put(pages::set_price))
        .route("/stats", get(pages::stats))
        .route("/login", post(customer::log_in))
        .route("/me", get(customer::show))
        .route("/logout", post(customer::log_out))
        .layer(from_fn_with_state(app.clone(), limit::per_address))
        .with_state(app)
        .into_make_service_with_connect_info::<SocketAddr>();

    let listener = TcpListener::bind(env::var("SHOP_ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned())).await?;
    println!("the shop is open at http://{}", listener.local_addr()?);
    axum::serve(listener, routes).with_graceful_shutdown(interrupted()).await?;
    session.close().await?;
    Ok(())
}

/// Waits for ctrl-c.
async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("ctrl-c will not be noticed: {error}");
        std::future::pending::<()>().await;
    }
}
