//! What the program declares of its objects, and how much one holds.

use rediscache::{ObjectKind, RedisSession};
use serde_json::{Value, json};

use super::reply::failed;
use crate::access::Access;
use crate::answer::{self, Answer};
use crate::json::{action_name, part_name, summary_json};
use crate::objects::{Family, Objects, Shown, short_type};

/// All of them, and what whoever asks may do.
pub(super) fn all(session: &RedisSession, objects: &Objects, access: Access) -> Value {
    json!({
        "may_change": access == Access::All,
        "global_namespace": session.global_namespace(),
        "objects": objects.alone().iter().map(|object| declared(object)).collect::<Vec<_>>(),
        "families": objects.families().iter().map(|family| declared_family(family)).collect::<Vec<_>>(),
    })
}

fn declared_family(family: &Family) -> Value {
    json!({
        "name": family.name,
        "owner": family.owner,
        "namespace": family.window.namespace(),
        "id_type": short_type(family.window.id_type()),
        "objects": family.objects.iter().map(declared).collect::<Vec<_>>(),
    })
}

fn declared(object: &Shown) -> Value {
    let info = object.window.info();
    let parts = object.window.parts().iter().map(|part| {
        let actions: Vec<_> = object.window.actions(*part).iter().map(|action| action_name(*action)).collect();
        json!({ "name": part_name(*part), "actions": actions })
    });
    json!({
        "name": object.name,
        "owner": object.owner,
        "field": info.field(),
        "namespace": info.namespace(),
        "kind": kind_name(info.kind()),
        "secret": info.is_secret(),
        "key_type": info.key_type().map(short_type),
        "value_type": short_type(info.value_type()),
        "parts": parts.collect::<Vec<_>>(),
    })
}

fn kind_name(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Cache => "cache",
        ObjectKind::Queue => "queue",
        ObjectKind::TaskQueue => "task queue",
        ObjectKind::TtlCache => "ttl cache",
        ObjectKind::Set => "set",
        ObjectKind::Ranking => "ranking",
        ObjectKind::Limit => "limit",
        ObjectKind::Lock => "lock",
        ObjectKind::Value => "value",
        ObjectKind::RecordField => "field",
        _ => "object",
    }
}

pub(super) async fn summary(object: &Shown) -> Answer {
    match object.window.summary().await {
        Ok(summary) => answer::json(&summary_json(&summary)),
        Err(error) => failed(&error),
    }
}
