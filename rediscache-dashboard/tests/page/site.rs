//! A program with a dashboard below a path, for a test of its own.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use http::request::Parts;
use rediscache::RedisSession;
use rediscache_dashboard::{Access, Dashboard};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::shared::{Outgoing, Shop, Tenant};

/// Where the dashboard is, in a program that has more.
const PREFIX: &str = "/admin/redis";

pub(crate) struct Site {
    pub(crate) session: RedisSession,
    pub(crate) port: u16,
    server: JoinHandle<()>,
}

impl Site {
    pub(crate) async fn start(access: Access) -> Self {
        let session = RedisSession::in_memory();
        let dashboard = Dashboard::new(&session).with::<Shop>().with::<Outgoing>().with::<Tenant>();
        Self::of(session, dashboard.access(move |_: &Parts| access)).await
    }

    pub(crate) async fn of(session: RedisSession, dashboard: Dashboard) -> Self {
        let (port, server) = serve(Router::new().nest_service(PREFIX, dashboard)).await;
        Self { session, port, server }
    }

    /// The address of the page, where `place` is what stands behind `#/`.
    pub(crate) fn page(&self, place: &str) -> String {
        format!("http://127.0.0.1:{}{PREFIX}/#/{place}", self.port)
    }

    /// As somebody writes it: without a slash behind it.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}{PREFIX}", self.port)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A page of somebody else.
pub(crate) async fn stranger(page: String) -> u16 {
    serve(Router::new().route("/", get(|| async { Html(page) }))).await.0
}

async fn serve(app: Router) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a port");
    let port = listener.local_addr().expect("it has one").port();
    let server = tokio::spawn(async move { axum::serve(listener, app).await.expect("it serves") });
    (port, server)
}
