//! The server, or the nodes of a cluster, asked one thing after another.

use std::time::Duration;

use crc::{CRC_16_XMODEM, Crc};
use redis::{Client, Cmd, Connection, FromRedisValue, Pipeline, RedisResult};

use crate::address::Address;
use crate::error::{Failure, Result};

/// How long connecting and each answer may take. Scripts of `rename` may run for a while.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many commands go out together.
const TOGETHER: usize = 200;

/// How many keys a server looks at for one page of `SCAN`.
const PAGE: usize = 1000;

const SLOTS: u16 = 16384;

pub(crate) struct Server {
    nodes: Vec<Connection>,
    /// Which node has which slots, on a cluster.
    slots: Vec<(u16, u16, usize)>,
}

/// Fields of a hash, and their values.
pub(crate) type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// Where a walk over all keys goes on.
#[derive(Default)]
pub(crate) struct Walk {
    pub(crate) node: usize,
    pub(crate) cursor: Vec<u8>,
}

impl Server {
    pub(crate) fn connect(url: &str) -> Result<Self> {
        #[cfg(feature = "tls")]
        let _ = rustls::crypto::ring::default_provider().install_default();
        match Address::of(url)? {
            Address::One(url) => Ok(Self { nodes: vec![open(&url)?], slots: Vec::new() }),
            Address::Cluster(seeds) => Self::cluster(&seeds),
            Address::Sentinel { sentinels, service, master } => {
                let (host, port) = first(&sentinels, |url| {
                    let mut asked = redis::cmd("SENTINEL");
                    let asked = asked.arg("GET-MASTER-ADDR-BY-NAME").arg(&service);
                    let known: Option<(String, u16)> = asked.query(&mut open(url)?)?;
                    known.ok_or_else(|| {
                        Failure::failed("the Sentinels know no master by that service: is it the right name?")
                    })
                })?;
                Ok(Self { nodes: vec![open(&master.at(&host, port))?], slots: Vec::new() })
            }
        }
    }

    fn cluster(seeds: &[String]) -> Result<Self> {
        let (parts, ranges) = first(seeds, |url| {
            let ranges: Vec<redis::Value> = redis::cmd("CLUSTER").arg("SLOTS").query(&mut open(url)?)?;
            Ok((Address::parts_of(url), ranges))
        })?;
        let (mut urls, mut slots) = (Vec::new(), Vec::new());
        for range in ranges {
            let (start, end, node) =
                range_of(range).ok_or_else(|| Failure::failed("what the cluster says of its slots cannot be read"))?;
            let url = parts.at(&node.0, node.1);
            let at = urls.iter().position(|known| *known == url).unwrap_or_else(|| {
                urls.push(url);
                urls.len() - 1
            });
            slots.push((start, end, at));
        }
        let nodes: Vec<Connection> = urls.iter().map(|url| open(url)).collect::<Result<_>>()?;
        if nodes.is_empty() {
            return Err(Failure::failed("no node of the cluster serves any slot"));
        }
        Ok(Self { nodes, slots })
    }

    pub(crate) fn is_cluster(&self) -> bool {
        !self.slots.is_empty()
    }

    fn node_of(&self, key: &[u8]) -> usize {
        if !self.is_cluster() {
            return 0;
        }
        let slot = slot(key);
        self.slots.iter().find(|(start, end, _)| (*start..=*end).contains(&slot)).map_or(0, |(.., node)| *node)
    }

    /// Asks whoever has this key.
    pub(crate) fn ask<T: FromRedisValue>(&mut self, key: &[u8], command: &Cmd) -> Result<T> {
        let node = self.node_of(key);
        Ok(command.query(&mut self.nodes[node])?)
    }

    /// Asks much at once; each command by the key that it is about.
    pub(crate) fn ask_all<T: FromRedisValue>(&mut self, commands: Vec<(&[u8], Cmd)>) -> Result<Vec<RedisResult<T>>> {
        let mut answers: Vec<Option<RedisResult<T>>> = commands.iter().map(|_| None).collect();
        for node in 0..self.nodes.len() {
            let own: Vec<usize> = (0..commands.len()).filter(|at| self.node_of(commands[*at].0) == node).collect();
            for some in own.chunks(TOGETHER) {
                let mut pipeline = Pipeline::with_capacity(some.len());
                for at in some {
                    pipeline.add_command(commands[*at].1.clone());
                }
                let told: Vec<RedisResult<T>> = pipeline.ignore_errors().query(&mut self.nodes[node])?;
                some.iter().zip(told).for_each(|(at, answer)| answers[*at] = Some(answer));
            }
        }
        Ok(answers.into_iter().flatten().collect())
    }

    /// Some fields of a hash with their values, and the cursor of the next ones, 0 after the last.
    pub(crate) fn fields(&mut self, hash: &[u8], cursor: u64, count: usize) -> Result<(u64, Fields)> {
        self.ask(hash, redis::cmd("HSCAN").arg(hash).arg(cursor).arg("COUNT").arg(count))
    }

    /// The next page of the names of all keys, or of those that are like a pattern; `None` after the last.
    pub(crate) fn page(&mut self, walk: &mut Walk, pattern: Option<&[u8]>) -> Result<Option<Vec<Vec<u8>>>> {
        let Some(node) = self.nodes.get_mut(walk.node) else { return Ok(None) };
        let mut scan = redis::cmd("SCAN");
        scan.arg(if walk.cursor.is_empty() { b"0" } else { &*walk.cursor });
        if let Some(pattern) = pattern {
            scan.arg("MATCH").arg(pattern);
        }
        let (cursor, names): (Vec<u8>, Vec<Vec<u8>>) = scan.arg("COUNT").arg(PAGE).query(node)?;
        walk.cursor = cursor;
        if walk.cursor == b"0" {
            *walk = Walk { node: walk.node + 1, cursor: Vec::new() };
        }
        Ok(Some(names))
    }

    /// Whether a walk has not come to its end.
    pub(crate) fn has_more(&self, walk: &Walk) -> bool {
        walk.node < self.nodes.len()
    }

    /// How many keys there are.
    pub(crate) fn key_count(&mut self) -> Option<u64> {
        self.nodes.iter_mut().map(|node| redis::cmd("DBSIZE").query::<u64>(node).ok()).sum()
    }

    /// The server's time in milliseconds since 1970.
    pub(crate) fn now(&mut self) -> Result<u64> {
        let (seconds, micros): (u64, u64) = redis::cmd("TIME").query(&mut self.nodes[0])?;
        Ok(seconds.saturating_mul(1000).saturating_add(micros / 1000))
    }
}

fn open(url: &str) -> Result<Connection> {
    let connection = Client::open(url)?.get_connection_with_timeout(PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    Ok(connection)
}

/// What the first says that answers.
fn first<T>(urls: &[String], ask: impl Fn(&str) -> Result<T>) -> Result<T> {
    let mut last = None;
    for url in urls {
        match ask(url) {
            Ok(answer) => return Ok(answer),
            Err(failure) => last = Some(failure),
        }
    }
    Err(last.unwrap_or_else(|| Failure::failed("there is nobody to ask")))
}

/// The slots of a line of `CLUSTER SLOTS`, and the address of their master.
fn range_of(range: redis::Value) -> Option<(u16, u16, (String, u16))> {
    let redis::Value::Array(mut parts) = range else { return None };
    let redis::Value::Array(mut node) = (if parts.len() > 2 { parts.swap_remove(2) } else { return None }) else {
        return None;
    };
    node.truncate(2);
    let number = |value: &redis::Value| u16::from_redis_value_ref(value).ok();
    let address = (String::from_redis_value_ref(node.first()?).ok()?, number(node.get(1)?)?);
    Some((number(&parts[0])?, number(&parts[1])?, address))
}

/// The slot of a key: <https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/>.
fn slot(key: &[u8]) -> u16 {
    static CHECKSUM: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);
    let open = key.iter().position(|byte| *byte == b'{');
    let tag = open.and_then(|open| {
        let length = key[open + 1..].iter().position(|byte| *byte == b'}')?;
        (length > 0).then(|| &key[open + 1..open + 1 + length])
    });
    CHECKSUM.checksum(tag.unwrap_or(key)) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_slots_that_redis_gives_them() {
        assert_eq!([&b"123456789"[..], b"foo", b"{foo}bar", b"{}foo"].map(slot), [12739, 12182, 12182, 9500]);
    }
}
