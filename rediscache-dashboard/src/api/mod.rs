//! What the page asks for, below `api/`.
//!
//! An object is asked for by its name, and one of a family by whose it is, too: `objects/tenant.{}.pages/page?of="acme"`. The id is
//! JSON and stands behind the question mark, since it may hold anything, and not all proxies leave a path alone.

mod change;
mod findings;
mod objects;
mod page;
mod reply;

use std::sync::Arc;

use rediscache::RedisSession;

use crate::access::Access;
use crate::answer::{self, Answer};
use crate::body::DashboardBody;
use crate::figures::Figures;
use crate::live::Live;
use crate::objects::{Objects, Shown};
use crate::query::parameter;
use reply::{missing, not_found, refused, steps};

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
        Some([api, all]) if api == "api" && all == "objects" => {
            answer::json(&objects::all(source.session, source.objects, source.access))
        }
        Some([api, all]) if api == "api" && all == "findings" => {
            findings::answer(source.findings, source.session, source.objects).await
        }
        Some([api, all]) if api == "api" && all == "figures" => answer::json(&source.figures.json()),
        Some([api, all]) if api == "api" && all == "events" => {
            answer::events(DashboardBody::events(source.live.watch(source.objects)))
        }
        Some([api, all, name, of_it]) if api == "api" && all == "objects" => {
            match source.objects.find(name, parameter(query, "of").as_deref()) {
                Ok(object) => of_object(&object, of_it, query).await,
                Err(why) => not_found(&why),
            }
        }
        Some([api, all, name, ids]) if api == "api" && all == "families" && ids == "ids" => {
            match source.objects.family(name) {
                Some(family) => page::ids(family, query).await,
                None => missing("there is no such family"),
            }
        }
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
