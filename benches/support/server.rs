use std::collections::HashMap;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take to answer after it was started.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server of one benchmark, on a free port of the loopback interface, that keeps nothing on disk and ends with it.
#[derive(Debug)]
pub struct Server {
    process: Child,
    url: String,
    version: String,
}

impl Server {
    /// Starts the program in `REDISCACHE_SERVER`, or `redis-server`, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[must_use]
    pub fn start() -> Self {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(server) = Self::launch() {
                return server;
            }
        }
        panic!("the server does not answer")
    }

    /// Nothing where somebody else took the port.
    fn launch() -> Option<Self> {
        let program = std::env::var_os("REDISCACHE_SERVER").unwrap_or_else(|| "redis-server".into());
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).ok()?.port();
        let process = Command::new(program)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("there is a `redis-server` on the PATH, or its path in REDISCACHE_SERVER");
        let mut server = Self { process, url: format!("redis://127.0.0.1:{port}"), version: String::new() };
        while matches!(server.process.try_wait(), Ok(None)) {
            match info(&server.url) {
                Some(facts) if facts.get("process_id") == Some(&server.process.id().to_string()) => {
                    server.version = version(&facts);
                    return Some(server);
                }
                _ => thread::sleep(Duration::from_millis(5)),
            }
        }
        None
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The number of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Its name and version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What the server at `url` tells of itself.
fn info(url: &str) -> Option<HashMap<String, String>> {
    let mut connection = redis::Client::open(url).ok()?.get_connection_with_timeout(PATIENCE).ok()?;
    let info: String = redis::cmd("INFO").arg("server").query(&mut connection).ok()?;
    let fact = |line: &str| line.trim().split_once(':').map(|(name, value)| (name.to_owned(), value.to_owned()));
    Some(info.lines().filter_map(fact).collect())
}

fn version(facts: &HashMap<String, String>) -> String {
    match (facts.get("valkey_version"), facts.get("redis_version")) {
        (Some(version), _) => format!("valkey {version}"),
        (None, Some(version)) => format!("redis {version}"),
        (None, None) => "unknown".to_owned(),
    }
}
