//! Responses, and the headers by which a browser keeps to what the page is.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::body::DashboardBody;

pub(crate) type Answer = Response<DashboardBody>;

pub(crate) const JSON: &str = "application/json";

const EVENTS: &str = "text/event-stream";

/// Nothing but what this service itself serves is loaded, run or asked, and no other page may hold it in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What every response says.
const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("x-robots-tag", "noindex"),
];

/// One of this content. What is data is kept by no cache; what is a file is asked for anew, since a program may be another.
pub(crate) fn of(status: StatusCode, content_type: &'static str, content: impl Into<Bytes>) -> Answer {
    let is_file = !matches!(content_type, JSON | EVENTS) && status.is_success();
    with_body(status, content_type, if is_file { "no-cache" } else { "no-store" }, DashboardBody::whole(content))
}

pub(crate) fn json(value: &Value) -> Answer {
    of(StatusCode::OK, JSON, value.to_string())
}

pub(crate) fn failure(status: StatusCode, message: &str) -> Answer {
    of(status, JSON, json!({ "error": message }).to_string())
}

pub(crate) fn events(body: DashboardBody) -> Answer {
    let mut answer = with_body(StatusCode::OK, EVENTS, "no-store", body);
    // Proxies such as nginx would gather them.
    answer.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    answer
}

fn with_body(status: StatusCode, content_type: &'static str, caching: &'static str, body: DashboardBody) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    answer
}
