use std::error::Error;
use std::time::Duration;

use redis::cmd;
use support::{Direction, Proxy, Random, Server, Strike};
use tokio::task::block_in_place;
use tokio::time::sleep;

use crate::crew::Crew;
use crate::stage::Stage;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    ConnectionsCut,
    ConnectionsRefused,
    RepliesDelayed,
    RequestsDelayed,
    TrafficThrottled,
    PacketsVanish,
    TrafficHeld,
    CallsStruck,
    ReplyGarbled,
    ScriptsForgotten,
    ProcessKilled,
    ServerKilled,
    ServerFrozen,
    ServerBusy,
    ServerPaused,
    ServerOutOfMemory,
    ClientsKilled,
    CommandForbidden,
    IdleClosed,
}

/// What a user may lose the right to.
const COMMANDS: [&str; 29] = [
    "blmove",
    "del",
    "eval",
    "evalsha",
    "hdel",
    "hget",
    "hgetall",
    "hkeys",
    "hlen",
    "hmget",
    "hset",
    "hsetnx",
    "lmove",
    "llen",
    "lpush",
    "lrange",
    "lrem",
    "pexpire",
    "publish",
    "rpop",
    "rpush",
    "set",
    "time",
    "type",
    "unlink",
    "zadd",
    "zrange",
    "zrangebyscore",
    "zrem",
];

/// How long it takes until a server has closed what is idle for a second.
const IDLE: Duration = Duration::from_millis(2300);

/// What concerns nobody else on the server.
const ON_ANY_SERVER: [Fault; 11] = [
    Fault::ConnectionsCut,
    Fault::ConnectionsRefused,
    Fault::RepliesDelayed,
    Fault::RequestsDelayed,
    Fault::TrafficThrottled,
    Fault::PacketsVanish,
    Fault::TrafficHeld,
    Fault::CallsStruck,
    Fault::ReplyGarbled,
    Fault::ScriptsForgotten,
    Fault::ProcessKilled,
];

const ON_OUR_SERVER: [Fault; 8] = [
    Fault::ServerKilled,
    Fault::ServerFrozen,
    Fault::ServerBusy,
    Fault::ServerPaused,
    Fault::ServerOutOfMemory,
    Fault::ClientsKilled,
    Fault::CommandForbidden,
    Fault::IdleClosed,
];

/// Slow enough that calls queue up.
const SLOW: u32 = 40_000;

type Outcome = Result<(), Box<dyn Error>>;

impl Fault {
    /// All that may happen, in an order of chance: each comes once before any comes again.
    pub(crate) fn shuffled(ours: bool, random: &mut Random) -> Vec<Self> {
        let mut all = ON_ANY_SERVER.to_vec();
        if ours {
            all.extend(ON_OUR_SERVER);
        }
        for last in (1..all.len()).rev() {
            all.swap(last, random.place(last + 1));
        }
        all
    }

    /// Makes it happen, and ends it.
    pub(crate) async fn strike(self, stage: &mut Stage, crew: &mut Crew, random: &mut Random) -> Outcome {
        let duration = Duration::from_millis(random.within(50..600));
        match self {
            Self::ProcessKilled => {
                let place = random.place(stage.proxies.len());
                block_in_place(|| crew.kill(place))?;
            }
            Self::ScriptsForgotten => cmd("SCRIPT").arg("FLUSH").exec(&mut stage.raw()?)?,
            Self::ClientsKilled => cmd("CLIENT").arg("KILL").arg("TYPE").arg("normal").exec(&mut stage.raw()?)?,
            Self::ServerBusy => busy(stage, duration).await?,
            Self::ServerPaused => {
                let ms = u64::try_from(duration.as_millis())?;
                cmd("CLIENT").arg("PAUSE").arg(ms).exec(&mut stage.raw()?)?;
                sleep(duration).await;
            }
            Self::ServerOutOfMemory => {
                let mut raw = stage.raw()?;
                cmd("CONFIG").arg("SET").arg("maxmemory").arg(1).exec(&mut raw)?;
                sleep(duration).await;
                cmd("CONFIG").arg("SET").arg("maxmemory").arg(0).exec(&mut raw)?;
            }
            Self::CommandForbidden => {
                let (mut raw, command) = (stage.raw()?, COMMANDS[random.place(COMMANDS.len())]);
                cmd("ACL").arg("SETUSER").arg("default").arg(format!("-{command}")).exec(&mut raw)?;
                sleep(duration).await;
                cmd("ACL").arg("SETUSER").arg("default").arg("+@all").exec(&mut raw)?;
            }
            Self::IdleClosed => {
                cmd("CONFIG").arg("SET").arg("timeout").arg(1).exec(&mut stage.raw()?)?;
                sleep(IDLE).await;
                cmd("CONFIG").arg("SET").arg("timeout").arg(0).exec(&mut stage.raw()?)?;
            }
            Self::ServerKilled | Self::ServerFrozen => {
                if let Some(server) = &mut stage.server {
                    self.of_process(server, duration).await;
                }
            }
            _ => self.on_the_way(stage, duration, random).await,
        }
        Ok(())
    }

    async fn of_process(self, server: &mut Server, duration: Duration) {
        if self == Self::ServerFrozen {
            server.pause();
            sleep(duration).await;
            server.resume();
        } else {
            server.kill();
            sleep(duration).await;
            block_in_place(|| server.restart());
        }
    }

    /// On the way of one process to the server, or of all.
    async fn on_the_way(self, stage: &Stage, duration: Duration, random: &mut Random) {
        let one = random.place(stage.proxies.len());
        let proxies = if random.percent(50) { &stage.proxies[..] } else { &stage.proxies[one..=one] };
        let direction = [Direction::Requests, Direction::Replies, Direction::Both][random.place(3)];
        let strikes: Vec<Strike> = (0..5).map(|_| random_strike(random)).collect();
        for proxy in proxies {
            self.at(proxy, direction, duration, &strikes);
        }
        if !matches!(self, Self::ConnectionsCut) {
            sleep(duration).await;
        }
        proxies.iter().for_each(Proxy::heal);
    }

    fn at(self, proxy: &Proxy, direction: Direction, duration: Duration, strikes: &[Strike]) {
        match self {
            Self::ConnectionsRefused => {
                proxy.refuse();
                proxy.cut();
            }
            Self::RepliesDelayed => proxy.delay(Direction::Replies, duration / 4),
            Self::RequestsDelayed => proxy.delay(Direction::Requests, duration / 4),
            Self::TrafficThrottled => proxy.throttle(SLOW),
            Self::PacketsVanish => proxy.swallow(direction),
            Self::TrafficHeld => proxy.hold(direction),
            Self::CallsStruck => strikes.iter().for_each(|strike| proxy.strike("", strike.clone())),
            Self::ReplyGarbled => proxy.corrupt_next_reply(),
            _ => proxy.cut(),
        }
    }
}

fn random_strike(random: &mut Random) -> Strike {
    match random.within(0..6) {
        0 => Strike::Before,
        1 => Strike::During,
        2 => Strike::After,
        3 => Strike::InReply,
        4 => Strike::Vanish,
        _ => Strike::VanishAfter,
    }
}

/// Runs a script without end, and kills it.
async fn busy(stage: &Stage, duration: Duration) -> Outcome {
    // Connected before, since the server will let nobody in.
    let (mut runs, mut kills) = (stage.raw()?, stage.raw()?);
    let script = std::thread::spawn(move || {
        let _ = cmd("EVAL").arg("while true do end").arg(0).exec(&mut runs);
    });
    sleep(duration).await;
    // Again and again: it may not have started yet.
    while !script.is_finished() {
        let _ = cmd("SCRIPT").arg("KILL").exec(&mut kills);
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
