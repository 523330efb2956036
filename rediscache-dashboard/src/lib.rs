//! A page inside a program that shows what it keeps by [`rediscache`], with its types.
//!
//! [`Dashboard`] is a [tower service](tower_service::Service), to be mounted under any path. It shows the objects of the structs
//! that it is given: how much they hold, what stands in them, as JSON, what queues have waiting and why tasks failed. Values are
//! edited as JSON, and checked by their type before they are stored.
//!
//! Nothing is shown until the program says [to whom](Access).
//!
//! # Examples
//!
//! ```
//! use axum::Router;
//! use rediscache::{RedisCache, RedisNamespaced, RedisSession};
//! use rediscache_dashboard::{Access, Dashboard};
//!
//! #[derive(RedisNamespaced)]
//! struct Shop {
//!     pages: RedisCache<u64, String>,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let session = RedisSession::in_memory().install();
//! let dashboard = Dashboard::new(&session).with::<Shop>().access(|request| {
//!     // Whatever the program knows of who asks: here, a header that its proxy sets.
//!     match request.headers.get("x-role").map(|role| role.as_bytes()) {
//!         Some(b"operator") => Access::All,
//!         Some(b"support") => Access::Reader,
//!         _ => Access::Nobody,
//!     }
//! });
//! let app: Router = Router::new().nest_service("/redis", dashboard);
//! # let mut app = app;
//! # let request = http::Request::get("/redis/").header("x-role", "support").body(axum::body::Body::empty()).unwrap();
//! # let response = tower_service::Service::call(&mut app, request).await.unwrap();
//! # assert_eq!(response.status(), 200);
//! # }
//! ```

mod access;
mod answer;
mod api;
mod body;
mod cross_site;
mod dashboard;
mod figures;
mod files;
mod hex;
mod json;
mod live;
mod objects;
mod query;

pub use access::Access;
pub use body::DashboardBody;
pub use dashboard::{Dashboard, DashboardFuture};

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
