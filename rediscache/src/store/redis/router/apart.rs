//! Calls on keys of their own: those that go to one server leave as one request.

use std::borrow::Cow;

use futures_util::future::join_all;
use redis::{FromRedisValue, Value};

use super::Router;
use crate::error::Result;
use crate::refusal::unexpected;
use crate::store::redis::connection::Connection;
use crate::store::redis::error::from_driver;
use crate::store::redis::remedy::{Remedy, is_unknown_script};
use crate::store::redis::request::Request;

/// Calls that go to one server, by their places.
struct Group {
    /// `None` where there is but one, or it is not known.
    server: Option<Connection>,
    calls: Vec<usize>,
}

impl Router {
    /// By what name those calls are gathered that may leave together: that of the server which has the key.
    pub(crate) fn server_of(&self, key: &str) -> Cow<'static, str> {
        self.topology.server_of(key)
    }

    /// Makes a call on each of `keys`, as `request` says. There is an answer for each, which may be a refusal.
    ///
    /// What a server sends elsewhere, or is not ready for, goes again by itself.
    pub(crate) async fn send_apart<'a, T, F>(&self, keys: &[&'a str], request: F) -> Vec<Result<T>>
    where
        T: FromRedisValue,
        F: Fn(usize) -> Request<'a> + Sync,
    {
        if keys.len() == 1 {
            return vec![self.send(&request(0)).await];
        }
        let groups = self.groups(keys);
        let sent = join_all(groups.iter().map(|group| self.send_group(&group.calls, &request))).await;
        let mut answers: Vec<Option<Result<Value>>> = keys.iter().map(|_| None).collect();
        for (group, sent) in groups.iter().zip(sent) {
            group.calls.iter().zip(sent).for_each(|(&at, answer)| answers[at] = answer);
        }
        let again = answers.iter().enumerate().filter(|(_, answer)| answer.is_none()).map(|(at, _)| at);
        let mut again = join_all(again.map(|at| self.send_alone(at, &request))).await.into_iter();
        let answers = answers.into_iter().map(|answer| {
            let value = answer.or_else(|| again.next()).unwrap_or_else(|| Err(unexpected()))?;
            T::from_redis_value(value).map_err(|error| from_driver(&error.into()))
        });
        answers.collect()
    }

    /// The calls on these keys, by the server that has each.
    fn groups(&self, keys: &[&str]) -> Vec<Group> {
        if !self.is_cluster() {
            return vec![Group { server: None, calls: (0..keys.len()).collect() }];
        }
        let mut groups: Vec<Group> = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            let server = self.topology.connection(key).ok();
            let is_there = |group: &&mut Group| match (&group.server, &server) {
                (Some(known), Some(server)) => known.is(server),
                (known, server) => known.is_none() && server.is_none(),
            };
            match groups.iter_mut().find(is_there) {
                Some(group) => group.calls.push(at),
                None => groups.push(Group { server, calls: vec![at] }),
            }
        }
        groups
    }

    /// The answers of calls that go to one server; `None` for those that are to go again.
    async fn send_group<'a, F>(&self, calls: &[usize], request: &F) -> Vec<Option<Result<Value>>>
    where
        F: Fn(usize) -> Request<'a> + Sync,
    {
        if let &[alone] = calls {
            return vec![Some(self.send_alone(alone, request).await)];
        }
        let Some(together) = Request::apart(calls.iter().map(|&at| request(at))) else { return Vec::new() };
        match self.send::<Vec<Value>>(&together).await {
            Ok(answers) => {
                answers.into_iter().zip(calls).map(|(answer, &at)| own_answer(answer, || request(at))).collect()
            }
            Err(error) => calls.iter().map(|_| Some(Err(error.again()))).collect(),
        }
    }

    async fn send_alone<'a, F>(&self, at: usize, request: &F) -> Result<Value>
    where
        F: Fn(usize) -> Request<'a> + Sync,
    {
        self.send(&request(at)).await
    }
}

/// What one of several calls was answered; `None` where nothing was done, and may be.
fn own_answer<'a>(answer: Value, request: impl FnOnce() -> Request<'a>) -> Option<Result<Value>> {
    match answer.extract_error() {
        Ok(value) => Some(Ok(value)),
        Err(error) if is_unknown_script(&error) => None,
        Err(error) => match Remedy::of(&error) {
            Remedy::None => Some(Err(from_driver(&request().named(error)))),
            _ => None,
        },
    }
}
