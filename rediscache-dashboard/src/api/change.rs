//! What changes something: a value that is set, and what is done with one entry or with all.

use http::StatusCode;
use rediscache::inspect::{Action, Part};
use serde_json::{Value, json};

use super::reply::{failed, missing, not_found, refused, steps};
use crate::answer::{self, Answer};
use crate::hex;
use crate::json::{action_named, part_named};
use crate::objects::{Objects, Shown};
use crate::query::parameter;

/// Answers a request that carries this JSON.
pub(crate) async fn change(objects: &Objects, path: &str, query: Option<&str>, body: &[u8]) -> Answer {
    let Some(steps) = steps(path) else { return missing("there is nothing here") };
    let [api, all, name, change] = steps.as_slice() else { return missing("there is nothing here") };
    if api != "api" || all != "objects" {
        return missing("there is nothing here");
    }
    let object = match objects.find(name, parameter(query, "of").as_deref()) {
        Ok(object) => object,
        Err(why) => return not_found(&why),
    };
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return answer::failure(StatusCode::BAD_REQUEST, "the request is no JSON");
    };
    match change.as_str() {
        "set" => set(&object, &body).await,
        "act" => act(&object, &body).await,
        "act-on-all" => act_on_all(&object, &body).await,
        _ => missing("there is nothing here"),
    }
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name)?.as_str()
}

/// `{"key": "…", "value": "…"}`, each the text of some JSON.
async fn set(object: &Shown, body: &Value) -> Answer {
    let value = text(body, "value").unwrap_or_default();
    match object.window.set(text(body, "key").unwrap_or_default(), value).await {
        Ok(()) => answer::json(&json!({ "done": true })),
        Err(error) => failed(&error),
    }
}

/// `{"action": "delete", "part": "dead", "id": "…"}`
async fn act(object: &Shown, body: &Value) -> Answer {
    let Some((action, part)) = what(object, body) else { return refused("this is not done with it") };
    let Some(id) = text(body, "id").and_then(hex::read) else { return refused("this tells no entry from others") };
    match object.window.act(action, part, &id).await {
        Ok(was_there) => answer::json(&json!({ "done": was_there })),
        Err(error) => failed(&error),
    }
}

/// `{"action": "delete", "part": "dead"}`
async fn act_on_all(object: &Shown, body: &Value) -> Answer {
    let Some((action, part)) = what(object, body) else { return refused("this is not done with it") };
    match object.window.act_on_all(action, part).await {
        Ok(count) => answer::json(&json!({ "done": true, "count": count })),
        Err(error) => failed(&error),
    }
}

/// What is to be done with which part, if there is one; whether it can be done the window says.
fn what(object: &Shown, body: &Value) -> Option<(Action, Part)> {
    let (action, part) = (action_named(text(body, "action")?)?, part_named(text(body, "part")?)?);
    object.window.parts().contains(&part).then_some((action, part))
}
