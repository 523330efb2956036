//! What differs between the program and what is stored, and the shapes of its types.

use std::future::Future;
use std::pin::Pin;

use rediscache::{Finding, FindingKind, RedisNamespaced, RedisSession, Result};
use serde_json::{Value, json};

use super::reply::failed;
use crate::answer::{self, Answer};
use crate::objects::{Objects, Shown};

type Verifying = Pin<Box<dyn Future<Output = Result<Vec<Finding>>> + Send>>;

/// How each struct is compared with what is stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings(Vec<fn(RedisSession) -> Verifying>);

impl Findings {
    pub(crate) fn add<T: RedisNamespaced>(&mut self) {
        self.0.push(|session| Box::pin(async move { session.verify::<T>().await }));
    }

    async fn all(&self, session: &RedisSession) -> Result<Vec<Value>> {
        let mut findings = Vec::new();
        for verify in &self.0 {
            findings.extend(verify(session.clone()).await?.iter().map(finding_json));
        }
        Ok(findings)
    }
}

pub(super) async fn answer(findings: &Findings, session: &RedisSession, objects: &Objects) -> Answer {
    let shapes: Vec<_> = objects.declared().map(shapes_json).collect();
    match findings.all(session).await {
        Ok(findings) => answer::json(&json!({ "shapes": shapes, "findings": findings })),
        Err(error) => failed(&error),
    }
}

fn shapes_json(object: &Shown) -> Value {
    let info = object.window.info();
    json!({
        "name": object.name,
        "key": info.key_shape().map(|shape| shape.to_string()),
        "value": info.value_shape().to_string(),
    })
}

fn finding_json(finding: &Finding) -> Value {
    let kind = match finding.kind() {
        FindingKind::Mixed => "two types in one namespace",
        FindingKind::OtherKind => "another kind of object",
        FindingKind::OtherKey => "keys of another type",
        FindingKind::Renamed => "renamed",
        FindingKind::Unreadable => "unreadable",
        _ => "other",
    };
    json!({ "kind": kind, "namespace": finding.namespace(), "message": finding.to_string() })
}
