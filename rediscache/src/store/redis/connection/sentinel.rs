//! Sentinels, who know where the master of a service is, and tell when it is elsewhere.

use std::collections::HashMap;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, ErrorKind, ProtocolVersion, RedisConnectionInfo, RedisError,
    RedisResult, Value, cmd,
};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::backoff::Backoff;
use super::barrier_finder::BarrierFinder;
use super::connector::{Connector, at};
use crate::config::Credentials;

/// Those who know where the master of a service is.
pub(crate) struct Sentinels {
    /// With the credentials for Sentinels.
    sentinels: Vec<ConnectionInfo>,
    /// How to reach the master, but for its address.
    master: ConnectionInfo,
    service: String,
    /// The last failover that any of them told of.
    last: watch::Sender<Option<MasterAddress>>,
}

/// Where a Sentinel says that the master is.
#[derive(Clone, Debug)]
pub(crate) struct MasterAddress {
    host: String,
    port: u16,
    /// Goes up with each failover.
    epoch: u64,
}

impl MasterAddress {
    /// Whether it is another one, to which there was a failover since.
    fn is_after(&self, other: &Self) -> bool {
        self.epoch > other.epoch && (&self.host, self.port) != (&other.host, other.port)
    }
}

/// Between attempts to hear from Sentinels.
const BACKOFF: Backoff = Backoff::between(Duration::from_millis(100), Duration::from_secs(30));

/// How often a Sentinel that says nothing is asked whether it is still there.
const CHECK: Duration = Duration::from_secs(10);

impl Sentinels {
    pub(super) fn new(urls: Vec<ConnectionInfo>, service: &str, credentials: Option<&Credentials>) -> Self {
        let mut settings = RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP3);
        if let Some(Credentials { user, password }) = credentials {
            settings = settings.set_password(password);
            if let Some(user) = user {
                settings = settings.set_username(user);
            }
        }
        let master = urls[0].clone();
        let sentinels = urls.into_iter().map(|url| url.set_redis_settings(settings.clone())).collect();
        Self { sentinels, master, service: service.to_owned(), last: watch::Sender::default() }
    }

    /// The way to the master, as far as it is known, and those to the Sentinels.
    pub(super) fn known(&self) -> (&[ConnectionInfo], &[ConnectionInfo]) {
        (std::slice::from_ref(&self.master), &self.sentinels)
    }

    /// Asks all Sentinels, and believes the one that saw the last failover of those that answer first, more than half of
    /// all; none that saw less than any before. Each is given up after `limit`.
    pub(super) async fn master(&self, limit: Duration) -> RedisResult<MasterAddress> {
        let mut asked = JoinSet::new();
        for sentinel in &self.sentinels {
            let answer = ask(sentinel.clone(), self.service.clone());
            asked.spawn(async move { tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| Err(late())) });
        }
        let (mut answers, mut known, mut failure) = (0, false, None);
        while let Some(answer) = asked.join_next().await {
            match answer.unwrap_or_else(|_| Err(late())) {
                Ok(answer) => {
                    answers += 1;
                    known |= answer.is_some();
                    answer.into_iter().for_each(|address| self.remember(address));
                }
                Err(error) => failure = Some(error),
            }
            if answers > self.sentinels.len() / 2 {
                break;
            }
        }
        match (self.last.borrow().clone(), failure) {
            (Some(address), _) if known => Ok(address),
            (_, Some(error)) if answers == 0 => Err(error),
            _ => Err((ErrorKind::MasterNameNotFoundBySentinel, "no Sentinel knows the service").into()),
        }
    }

    pub(super) fn at(&self, address: &MasterAddress) -> ConnectionInfo {
        at(&self.master, address.host.clone(), address.port)
    }

    fn remember(&self, address: MasterAddress) {
        self.last.send_if_modified(|last| {
            let is_later = last.as_ref().is_none_or(|last| last.epoch <= address.epoch);
            if is_later {
                *last = Some(address);
            }
            is_later
        });
    }

    /// Whether the master is known to be elsewhere, whichever connection heard of it.
    pub(super) fn have_left(&self, address: &MasterAddress) -> bool {
        self.last.borrow().as_ref().is_some_and(|last| last.is_after(address))
    }

    /// Returns when a Sentinel tells of a failover after which the master is elsewhere. The old one may go on as a master
    /// for seconds, and what it takes then is lost. <https://redis.io/docs/latest/develop/reference/sentinel-clients/>
    pub(super) async fn moved_from(&self, address: &MasterAddress, connector: &Connector) {
        let mut last = self.last.subscribe();
        tokio::select! {
            () = self.hear_of_move(address, connector) => {}
            _ = last.wait_for(|last| last.as_ref().is_some_and(|last| last.is_after(address))) => {}
        }
    }

    async fn hear_of_move(&self, address: &MasterAddress, connector: &Connector) {
        let mut backoff = BACKOFF;
        for sentinel in self.sentinels.iter().cycle() {
            match self.listen(sentinel, address, connector).await {
                Heard::Moved => return,
                Heard::Something => backoff.reset(),
                Heard::Nothing => {}
            }
            backoff.fail();
            backoff.pause().await;
        }
    }

    async fn listen(&self, sentinel: &ConnectionInfo, address: &MasterAddress, connector: &Connector) -> Heard {
        let (push, mut pushes) = watch::channel(());
        let pushed = Box::new(move |_| push.send_replace(()));
        let subscribed = async {
            let mut connection = connector.connect(sentinel.clone(), pushed).await?;
            connection.subscribe("+switch-master").await?;
            RedisResult::Ok(connection)
        };
        let Ok(Ok(mut connection)) = tokio::time::timeout(connector.timeout, subscribed).await else {
            return Heard::Nothing;
        };
        loop {
            // Whatever it told, or might have told before.
            let asked =
                tokio::time::timeout(connector.timeout, address_of_master(&self.service, &mut connection)).await;
            let Ok(Ok(Some(now))) = asked else { return Heard::Something };
            if now.is_after(address) {
                self.remember(now);
                return Heard::Moved;
            }
            let _ = tokio::time::timeout(CHECK, pushes.changed()).await;
        }
    }

    /// A server that is no master any more, though some Sentinel says so, is none for us.
    pub(super) async fn check_role(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let role: RedisResult<Vec<Value>> = cmd("ROLE").query_async(connection).await;
        match role.as_deref() {
            Ok([Value::BulkString(role), ..]) if role != b"master" => {
                Err(std::io::Error::other("the server that Sentinels name as the master is a replica").into())
            }
            // Where an ACL forbids it, a write will tell.
            _ => Ok(()),
        }
    }
}

/// What came of listening to a Sentinel.
enum Heard {
    Nothing,
    Something,
    Moved,
}

async fn ask(sentinel: ConnectionInfo, service: String) -> RedisResult<Option<MasterAddress>> {
    let options = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
    let client = Client::open(sentinel.clone())?;
    let connecting = client.get_multiplexed_async_connection_with_config(&options);
    let mut connection = BarrierFinder::default().explained(&sentinel, connecting).await?;
    address_of_master(&service, &mut connection).await
}

async fn address_of_master(service: &str, sentinel: &mut MultiplexedConnection) -> RedisResult<Option<MasterAddress>> {
    let master: RedisResult<HashMap<String, String>> =
        cmd("SENTINEL").arg("MASTER").arg(service).query_async(sentinel).await;
    match master {
        Ok(master) => Ok((|| {
            let host = master.get("ip")?.clone();
            let port = master.get("port")?.parse().ok()?;
            let epoch = master.get("config-epoch").and_then(|epoch| epoch.parse().ok()).unwrap_or(0);
            Some(MasterAddress { host, port, epoch })
        })()),
        // `ERR No such master with that name`, and not that the command is unknown.
        Err(error) if error.detail().is_some_and(|detail| detail.starts_with("No such master")) => Ok(None),
        Err(error) => Err(error),
    }
}

fn late() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}
