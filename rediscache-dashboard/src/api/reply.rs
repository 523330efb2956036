//! Answers that several of them give, and paths taken apart.

use http::StatusCode;
use rediscache::{Error, ErrorKind};
use serde_json::json;

use crate::answer::{self, Answer};
use crate::json::error_json;
use crate::objects::NotFound;
use crate::query::decoded;

/// The parts of a path; `None` where one is no text.
pub(super) fn steps(path: &str) -> Option<Vec<String>> {
    path.trim_start_matches('/').split('/').map(decoded).collect()
}

pub(super) fn missing(message: &str) -> Answer {
    answer::failure(StatusCode::NOT_FOUND, message)
}

/// Why an object is not there.
pub(super) fn not_found(why: &NotFound) -> Answer {
    match why {
        NotFound::Name => missing("there is no such object"),
        NotFound::NoId => refused("the id is missing: `?of=…`, in JSON"),
        NotFound::Id(error) => failed(error),
    }
}

pub(super) fn refused(message: &str) -> Answer {
    answer::failure(StatusCode::UNPROCESSABLE_ENTITY, message)
}

/// What a call failed with.
pub(super) fn failed(error: &Error) -> Answer {
    let status = match error.kind() {
        ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Closed => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Server => StatusCode::BAD_GATEWAY,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut body = error_json(error);
    body["retry"] = json!(error.is_retryable());
    answer::of(status, answer::JSON, body.to_string())
}
