//! Calls on keys of their own: those that go to one server leave as one request.

use std::borrow::Cow;

use futures_util::future::join_all;
use redis::{FromRedisValue, Value};

use super::Router;
use crate::error::Result;
use crate::refusal::unexpected;
use crate::store::redis::answer::list;
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
        if !self.is_cluster() || keys.len() == 1 {
            return self.send_to_one(keys.len(), request).await;
        }
        let groups = self.groups(keys);
        let to_each = groups.iter().map(|group| self.send_to_one(group.calls.len(), |at| request(group.calls[at])));
        let sent = join_all(to_each).await;
        let mut answers: Vec<Result<T>> = keys.iter().map(|_| Err(unexpected())).collect();
        for (group, sent) in groups.iter().zip(sent) {
            group.calls.iter().zip(sent).for_each(|(&at, answer)| answers[at] = answer);
        }
        answers
    }

    /// Makes so many calls on one server.
    async fn send_to_one<'a, T, F>(&self, calls: usize, request: F) -> Vec<Result<T>>
    where
        T: FromRedisValue,
        F: Fn(usize) -> Request<'a> + Sync,
    {
        if calls == 1 {
            return vec![self.send(&request(0)).await];
        }
        let Some(together) = Request::apart((0..calls).map(&request)) else { return Vec::new() };
        self.send_together(&together, calls, request).await
    }

    /// The same, of calls which `together` has in it and `request` makes by themselves.
    pub(crate) async fn send_together<'a, T, F>(
        &self,
        together: &Request<'_>,
        calls: usize,
        request: F,
    ) -> Vec<Result<T>>
    where
        T: FromRedisValue,
        F: Fn(usize) -> Request<'a> + Sync,
    {
        let sent = self.answer_of(together).await.and_then(|(answer, by)| Ok((list(answer, Ok)?, by)));
        let (values, by) = match sent {
            Ok((values, by)) if values.len() == calls => (values, by),
            Ok(_) => return (0..calls).map(|_| Err(unexpected())).collect(),
            Err(error) => return (0..calls).map(|_| Err(error.again())).collect(),
        };
        let refusal = |error| by.refusal(together.effect(), error);
        let mut again = Vec::new();
        let answer = |(at, value)| match own_answer(value, || request(at)) {
            Some(answer) => answer.and_then(read).map_err(refusal),
            None => {
                again.push(at);
                Err(unexpected())
            }
        };
        let mut answers: Vec<Result<T>> = values.into_iter().enumerate().map(answer).collect();
        if !again.is_empty() {
            let request = &request;
            let sent = join_all(again.iter().map(|&at| async move { self.send(&request(at)).await })).await;
            again.iter().zip(sent).for_each(|(&at, answer)| answers[at] = answer.map_err(refusal));
        }
        answers
    }

    /// The calls on these keys, by the server that has each.
    fn groups(&self, keys: &[&str]) -> Vec<Group> {
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
}

fn read<T: FromRedisValue>(value: Value) -> Result<T> {
    T::from_redis_value(value).map_err(|error| from_driver(&error.into()))
}

/// What one of several calls was answered; `None` where nothing was done, and may be.
fn own_answer<'a>(answer: Value, request: impl FnOnce() -> Request<'a>) -> Option<Result<Value>> {
    if let Value::Okay | Value::Int(_) | Value::Nil | Value::BulkString(_) = answer {
        return Some(Ok(answer));
    }
    match answer.extract_error() {
        Ok(value) => Some(Ok(value)),
        Err(error) if is_unknown_script(&error) => None,
        Err(error) => match Remedy::of(&error) {
            Remedy::None => Some(Err(from_driver(&request().named(error)))),
            _ => None,
        },
    }
}
