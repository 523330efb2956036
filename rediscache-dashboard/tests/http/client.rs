//! One who asks the service, as a router would hand it on.

use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use rediscache::RedisSession;
use rediscache_dashboard::{Access, Dashboard};
use serde_json::Value;
use tower_service::Service;

use crate::shared::{Outgoing, Shop, Tenant};

/// Someone with a role, who asks one dashboard.
pub(crate) struct Client {
    pub(crate) dashboard: Dashboard,
    pub(crate) role: &'static str,
}

pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Told {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Client {
    pub(crate) fn new(dashboard: &Dashboard, role: &'static str) -> Self {
        Self { dashboard: dashboard.clone(), role }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Told {
        let (mut head, body) = request.into_parts();
        head.headers.insert("x-role", self.role.parse().expect("it is a header"));
        let answer = self.dashboard.clone().call(Request::from_parts(head, body)).await.expect("it cannot fail");
        let (head, body) = answer.into_parts();
        let bytes = body.collect().await.expect("it cannot fail").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("it is text");
        Told { status: head.status, headers: head.headers, text }
    }

    pub(crate) async fn get(&self, path: &str) -> Told {
        self.send(Request::get(path).body(Body::empty()).expect("it is a request")).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Told {
        self.send(post(path, body, &[])).await
    }

    /// What is told at this path, which must be there.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let told = self.get(path).await;
        assert_eq!(told.status, 200, "{path}: {}", told.text);
        told.json()
    }
}

pub(crate) fn post(path: &str, body: &Value, headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::builder().method(Method::POST).uri(path).header("content-type", "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Body::from(body.to_string())).expect("it is a request")
}

/// A text as it stands in an address.
pub(crate) fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A dashboard of all structs, where the header `x-role` says who asks.
pub(crate) fn dashboard(session: &RedisSession) -> Dashboard {
    Dashboard::new(session).with::<Shop>().with::<Outgoing>().with::<Tenant>().access(|request| {
        match request.headers.get("x-role").map(http::HeaderValue::as_bytes) {
            Some(b"all") => Access::All,
            Some(b"reader") => Access::Reader,
            _ => Access::Nobody,
        }
    })
}
