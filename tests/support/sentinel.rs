use std::collections::HashMap;

use redis::cmd;

use crate::server::eventually;
use crate::{Server, ServerOptions};

/// A master, its replica, and three Sentinels that watch them, on the loopback interface.
///
/// Dropping it kills all of them. All its methods block until every Sentinel that lives knows what was done.
#[derive(Debug)]
pub struct Sentinels {
    servers: [Server; 2],
    sentinels: Vec<Server>,
}

/// What the Sentinels call the master.
const SERVICE: &str = "main-1";

impl Sentinels {
    /// Starts servers and Sentinels without passwords.
    ///
    /// # Panics
    ///
    /// When they do not come to know each other.
    pub fn start() -> Self {
        Self::with(Server::options(), None)
    }

    /// Starts servers of these options, and Sentinels that ask for this password.
    ///
    /// # Panics
    ///
    /// When they do not come to know each other.
    pub fn with(options: ServerOptions, password: Option<&str>) -> Self {
        let master = options.clone().start();
        let port = master.port().to_string();
        let replica = options.clone().args(["--replicaof", "127.0.0.1", &port]).start();
        let mut lines = vec![
            format!("sentinel monitor {SERVICE} 127.0.0.1 {port} 2"),
            format!("sentinel down-after-milliseconds {SERVICE} 1000"),
            format!("sentinel failover-timeout {SERVICE} 3000"),
        ];
        lines.extend(options.secret().map(|secret| format!("sentinel auth-pass {SERVICE} {secret}")));
        lines.extend(password.map(|password| format!("sentinel sentinel-pass {password}")));
        let sentinel = |_| {
            let options = Server::options().sentinel(lines.clone());
            password.map_or(options.clone(), |password| options.password(password)).start()
        };
        let trio = Self { servers: [master, replica], sentinels: (0..3).map(sentinel).collect() };
        trio.get_ready();
        trio
    }

    /// Has them meet sooner than by themselves. Later they must not be as quick: one that sees a new master before it
    /// hears of the failover makes it a replica again, after four times its `publish-period`.
    fn get_ready(&self) {
        self.pace(&["info-period", "100", "ping-period", "100", "ask-period", "100", "publish-period", "100"]);
        // A busy machine is no reason to do nothing for half a minute.
        self.pace(&["tilt-trigger", "20000", "tilt-period", "1000"]);
        eventually("the Sentinels know each other and the replica", || {
            self.sentinels.iter().all(|sentinel| {
                let known = told(sentinel);
                let is = |key: &str, value: &str| known.get(key).is_some_and(|known| known == value);
                is("num-other-sentinels", "2") && is("num-slaves", "1") && is("flags", "master")
            })
        });
        self.pace(&["publish-period", "1000"]);
    }

    fn pace(&self, periods: &[&str]) {
        for sentinel in &self.sentinels {
            cmd("SENTINEL").arg("DEBUG").arg(periods).exec(&mut sentinel.raw()).expect("a Sentinel takes it");
        }
    }

    /// Its URL, without credentials.
    pub fn url(&self) -> String {
        let sentinels: Vec<_> =
            self.sentinels.iter().map(|sentinel| format!("127.0.0.1:{}", sentinel.port())).collect();
        format!("redis-sentinel://{}/{SERVICE}", sentinels.join(","))
    }

    /// The server that is the master for all Sentinels that live.
    ///
    /// # Panics
    ///
    /// When they do not agree.
    pub fn master(&self) -> &Server {
        let ports: Vec<_> = self.living().map(|sentinel| told(sentinel).remove("port")).collect();
        assert!(ports.windows(2).all(|ports| ports[0] == ports[1]), "{ports:?}");
        let is_it = |server: &&Server| Some(server.port().to_string()) == ports[0];
        self.servers.iter().find(is_it).expect("it is one of the servers")
    }

    /// The server that is not the master.
    pub fn replica(&self) -> &Server {
        let master = self.master().port();
        if self.servers[0].port() == master { &self.servers[1] } else { &self.servers[0] }
    }

    /// The Sentinels, dead ones included.
    pub fn sentinels(&mut self) -> &mut [Server] {
        &mut self.sentinels
    }

    /// Kills the master, as a crash would, and makes the replica the master. The Sentinels are told to: left to
    /// themselves they vote, and may split their votes again and again.
    ///
    /// # Panics
    ///
    /// When the Sentinels do not do it.
    pub fn kill_master(&mut self) {
        let (master, next) = (self.master().port(), self.replica().port());
        self.servers.iter_mut().filter(|server| server.port() == master).for_each(Server::kill);
        self.promote(next);
    }

    /// Makes the replica the master. The old master goes on as one for some seconds, until it is told.
    ///
    /// # Panics
    ///
    /// When the Sentinels do not do it.
    pub fn fail_over(&self) {
        self.promote(self.replica().port());
    }

    fn promote(&self, port: u16) {
        let sentinel = self.living().next().expect("a Sentinel lives");
        eventually("a Sentinel made the replica the master", || {
            knows(sentinel, port) || {
                // Again and again: one that did not hear of the replica just before gives up without a word.
                let _ = cmd("SENTINEL").arg("FAILOVER").arg(SERVICE).exec(&mut sentinel.raw());
                false
            }
        });
        eventually("all know the new master", || self.living().all(|sentinel| knows(sentinel, port)));
    }

    fn living(&self) -> impl Iterator<Item = &Server> {
        self.sentinels.iter().filter(|sentinel| sentinel.is_running())
    }
}

/// Whether the master is on this port, for all that a Sentinel knows.
fn knows(sentinel: &Server, port: u16) -> bool {
    told(sentinel).get("port") == Some(&port.to_string())
}

/// What a Sentinel tells of the master.
fn told(sentinel: &Server) -> HashMap<String, String> {
    let told = cmd("SENTINEL").arg("MASTER").arg(SERVICE).query(&mut sentinel.raw());
    told.unwrap_or_else(|error| panic!("a Sentinel does not know {SERVICE}: {error}"))
}
