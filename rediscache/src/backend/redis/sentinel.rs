use std::collections::HashMap;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, ErrorKind, ProtocolVersion, RedisConnectionInfo, RedisError,
    RedisResult, Value, cmd,
};
use tokio::task::JoinSet;

use super::dial::at;
use crate::config::Credentials;

/// Those who know where the master of a service is.
pub(super) struct Sentinels {
    /// With the credentials for Sentinels.
    sentinels: Vec<ConnectionInfo>,
    /// How to reach the master, but for its address.
    master: ConnectionInfo,
    service: String,
}

/// What a Sentinel says.
struct Said {
    host: String,
    port: u16,
    /// Goes up with each failover.
    epoch: u64,
}

impl Sentinels {
    pub(super) fn new(urls: Vec<ConnectionInfo>, service: &str, credentials: Option<&Credentials>) -> Self {
        let mut settings = RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP2);
        if let Some(Credentials { user, password }) = credentials {
            settings = settings.set_password(password);
            if let Some(user) = user {
                settings = settings.set_username(user);
            }
        }
        let master = urls[0].clone();
        let sentinels = urls.into_iter().map(|url| url.set_redis_settings(settings.clone())).collect();
        Self { sentinels, master, service: service.to_owned() }
    }

    /// The way to the master, as far as it is known, and those to the Sentinels.
    pub(super) fn known(&self) -> (&[ConnectionInfo], &[ConnectionInfo]) {
        (std::slice::from_ref(&self.master), &self.sentinels)
    }

    /// Asks all Sentinels, and believes the one that saw the last failover of those that answer first, more than half of
    /// all. Each is given up after `patience`.
    pub(super) async fn master(&self, patience: Duration) -> RedisResult<ConnectionInfo> {
        let mut asked = JoinSet::new();
        for sentinel in &self.sentinels {
            let answer = ask(sentinel.clone(), self.service.clone());
            asked.spawn(async move { tokio::time::timeout(patience, answer).await.unwrap_or_else(|_| Err(late())) });
        }
        let (mut answers, mut last, mut failure) = (0, None::<Said>, None);
        while let Some(answer) = asked.join_next().await {
            match answer.unwrap_or_else(|_| Err(late())) {
                Ok(said) => {
                    answers += 1;
                    last = last.into_iter().chain(said).max_by_key(|said| said.epoch);
                }
                Err(error) => failure = Some(error),
            }
            if answers > self.sentinels.len() / 2 {
                break;
            }
        }
        match (last, failure) {
            (Some(Said { host, port, .. }), _) => Ok(at(&self.master, host, port)),
            (None, Some(error)) if answers == 0 => Err(error),
            _ => Err((ErrorKind::MasterNameNotFoundBySentinel, "no Sentinel knows the service").into()),
        }
    }

    /// A server that is no master any more, though some Sentinel said so, is none for us.
    pub(super) async fn check_role(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let role: RedisResult<Vec<Value>> = cmd("ROLE").query_async(connection).await;
        match role.as_deref() {
            Ok([Value::BulkString(role), ..]) if role != b"master" => {
                Err(std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into())
            }
            // Where an ACL forbids it, a write will tell.
            _ => Ok(()),
        }
    }
}

async fn ask(sentinel: ConnectionInfo, service: String) -> RedisResult<Option<Said>> {
    let options = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
    let mut connection = Client::open(sentinel)?.get_multiplexed_async_connection_with_config(&options).await?;
    let master: RedisResult<HashMap<String, String>> =
        cmd("SENTINEL").arg("MASTER").arg(service).query_async(&mut connection).await;
    match master {
        Ok(master) => Ok((|| {
            let host = master.get("ip")?.clone();
            let port = master.get("port")?.parse().ok()?;
            let epoch = master.get("config-epoch").and_then(|epoch| epoch.parse().ok()).unwrap_or(0);
            Some(Said { host, port, epoch })
        })()),
        // `ERR No such master with that name`.
        Err(error) if error.code() == Some("ERR") => Ok(None),
        Err(error) => Err(error),
    }
}

fn late() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}
