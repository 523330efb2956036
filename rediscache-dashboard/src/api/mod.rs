//! What the page asks for, below `api/`.

mod change;
mod findings;
mod objects;
mod page;

use std::sync::Arc;

use http::StatusCode;
use rediscache::{Error, ErrorKind, RedisSession};
use serde_json::json;

use crate::access::Access;
use crate::answer::{self, Answer};
use crate::body::DashboardBody;
use crate::figures::Figures;
use crate::json::error_json;
use crate::live::Live;
use crate::objects::{Objects, Shown};
use crate::query::{decoded, parameter};

pub(crate) use change::change;
pub(crate) use findings::Findings;

/// Where answers come from, and how much of it whoever asks may do.
pub(crate) struct Source<'a> {
    pub(crate) session: &'a RedisSession,
    pub(crate) objects: &'a Objects,
    pub(crate) findings: &'a Findings,
    pub(crate) live: &'a Arc<Live>,
    pub(crate) figures: &'a Figures,
    pub(crate) access: Access,
}

/// Answers what changes nothing.
pub(crate) async fn read(source: &Source<'_>, path: &str, query: Option<&str>) -> Answer {
    match steps(path).as_deref() {
        Some([api, all]) if api == "api" && all == "objects" => answer::json(&objects::all(source)),
        Some([api, all]) if api == "api" && all == "findings" => findings::answer(source).await,
        Some([api, all]) if api == "api" && all == "figures" => answer::json(&source.figures.json()),
        Some([api, all]) if api == "api" && all == "events" => {
            answer::events(DashboardBody::events(source.live.watch(source.objects)))
        }
        Some([api, objects, name, of_it]) if api == "api" && objects == "objects" => match source.objects.named(name) {
            Some(object) => of_object(object, of_it, query).await,
            None => missing("there is no such object"),
        },
        _ => missing("there is nothing here"),
    }
}

async fn of_object(object: &Shown, of_it: &str, query: Option<&str>) -> Answer {
    match of_it {
        "summary" => objects::summary(object).await,
        "page" => page::page(object, query).await,
        "entry" => match parameter(query, "key") {
            Some(key) => page::entry(object, &key).await,
            None => refused("the key is missing: `entry?key=…`, in JSON"),
        },
        _ => missing("there is nothing here"),
    }
}

/// The parts of a path; `None` where one is no text.
fn steps(path: &str) -> Option<Vec<String>> {
    path.trim_start_matches('/').split('/').map(decoded).collect()
}

fn missing(message: &str) -> Answer {
    answer::failure(StatusCode::NOT_FOUND, message)
}

fn refused(message: &str) -> Answer {
    answer::failure(StatusCode::UNPROCESSABLE_ENTITY, message)
}

/// What a call failed with.
fn failed(error: &Error) -> Answer {
    let status = match error.kind() {
        ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Closed => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Server => StatusCode::BAD_GATEWAY,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut body = error_json(error);
    body["retry"] = json!(error.is_retryable());
    answer::of(status, answer::JSON, body.to_string())
}
