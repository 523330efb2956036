mod process;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use redis::{Client, Connection};
use tempfile::TempDir;

use process::Process;

use crate::free_port;

/// How long a server may take to answer after it was started.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server of one test, on a free port of the loopback interface, that keeps nothing on disk.
///
/// Dropping it, in a panic too, kills it and removes its folder; it is killed as well when the tests are. All its methods
/// block for a few milliseconds.
#[derive(Debug)]
pub struct Server {
    options: ServerOptions,
    port: u16,
    process: Process,
    /// Holds the log and the socket.
    folder: TempDir,
}

/// The options of a [`Server`] to be; made by [`Server::options`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is started until `.start()`"]
pub struct ServerOptions {
    program: Option<PathBuf>,
    args: Vec<String>,
    password: Option<String>,
    kind: Kind,
}

#[derive(Clone, Debug, Default)]
enum Kind {
    #[default]
    Alone,
    /// A node of a cluster.
    Node,
    /// A Sentinel, with the lines of its configuration.
    Sentinel(Vec<String>),
}

impl ServerOptions {
    /// Runs this program, in place of the one in `REDISCACHE_SERVER` or `redis-server`.
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = Some(program.into());
        self
    }

    /// Adds arguments to the server's command line, such as `["--maxclients", "5"]`.
    pub fn args<T: Into<String>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Asks clients for this password.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Makes it a node of a cluster, which knows no other node yet.
    pub(crate) fn node(mut self) -> Self {
        self.kind = Kind::Node;
        self
    }

    /// Makes it a Sentinel with these lines in its configuration. It takes no arguments.
    pub(crate) fn sentinel(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.kind = Kind::Sentinel(lines.into_iter().collect());
        self
    }

    pub(crate) fn secret(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Panics
    ///
    /// When there is no server program, or it does not start.
    pub fn start(self) -> Server {
        let folder = TempDir::with_prefix("rediscache-").expect("a folder can be made");
        let started = Instant::now();
        loop {
            let port = free_port();
            match self.launch(port, &folder) {
                Ok(process) => return Server { options: self, port, process, folder },
                // Somebody may have taken the port meanwhile.
                Err(log) if log.contains("in use") && started.elapsed() < PATIENCE => {}
                Err(log) => panic!("the server did not start: {log}"),
            }
        }
    }

    /// Starts the server on this port and waits until it, and nobody else, answers there. The error is its log.
    fn launch(&self, port: u16, folder: &TempDir) -> Result<Process, String> {
        let log = folder.path().join("log");
        let _ = fs::remove_file(&log);
        let mut command = self.command(port, folder);
        let mut process = Process::start(&mut command).unwrap_or_else(|error| {
            panic!("{:?} cannot be run ({error}): run `./tests/run`, which finds or installs it", command.get_program())
        });
        let started = Instant::now();
        let url = self.url(port);
        loop {
            let ended = process.has_ended();
            if !ended && process_id(&url) == Some(process.id()) {
                return Ok(process);
            }
            if ended || started.elapsed() > PATIENCE {
                return Err(fs::read_to_string(&log).unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn command(&self, port: u16, folder: &TempDir) -> Command {
        let mut command = Command::new(self.program.clone().unwrap_or_else(program));
        command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let port = port.to_string();
        if let Kind::Sentinel(lines) = &self.kind {
            let mut config = format!("bind 127.0.0.1\nport {port}\nlogfile log\nunixsocket socket\n");
            for line in
                lines.iter().cloned().chain(self.password.as_ref().map(|password| format!("requirepass {password}")))
            {
                let _ = writeln!(config, "{line}");
            }
            fs::write(folder.path().join("sentinel.conf"), config).expect("a file can be written");
            command.args(["sentinel.conf", "--sentinel"]);
            return command;
        }
        command
            .args(["--bind", "127.0.0.1", "--port", &port, "--repl-diskless-sync-delay", "0"])
            .args(["--save", "", "--appendonly", "no", "--logfile", "log", "--unixsocket", "socket"])
            .args(self.password.iter().flat_map(|password| ["--requirepass", password, "--masterauth", password]));
        if let Kind::Node = self.kind {
            command.args(["--cluster-enabled", "yes", "--cluster-port", &free_port().to_string()]);
        }
        command.args(&self.args);
        command
    }

    fn url(&self, port: u16) -> String {
        match &self.password {
            Some(password) => format!("redis://:{}@127.0.0.1:{port}", percent_encoded(password)),
            None => format!("redis://127.0.0.1:{port}"),
        }
    }
}

impl Server {
    /// Starts a server without options.
    ///
    /// # Panics
    ///
    /// As [`ServerOptions::start`].
    pub fn start() -> Self {
        Self::options().start()
    }

    /// Starts to describe a server.
    pub fn options() -> ServerOptions {
        ServerOptions::default()
    }

    /// Its URL, with the password if it asks for one.
    pub fn url(&self) -> String {
        self.options.url(self.port)
    }

    /// Its URL without a password.
    pub fn url_without_password(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its URL over its Unix socket, with the password if it asks for one.
    pub fn socket_url(&self) -> String {
        let mut url = format!("unix://{}", self.socket().display());
        if let Some(password) = &self.options.password {
            let _ = write!(url, "?pass={}", percent_encoded(password));
        }
        url
    }

    /// The path of its Unix socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A blocking connection that sends any command, logged in.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub fn raw(&self) -> Connection {
        connection(&self.url()).expect("the server answers")
    }

    /// What it is, as in `valkey 8.1.1`.
    ///
    /// # Panics
    ///
    /// When it does not answer.
    pub fn version(&self) -> String {
        let info: String = redis::cmd("INFO").arg("server").query(&mut self.raw()).unwrap_or_default();
        let fact = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        match (fact("valkey_version:"), fact("redis_version:")) {
            (Some(version), _) => format!("valkey {version}"),
            (None, version) => format!("redis {}", version.unwrap_or("unknown")),
        }
    }

    /// Kills it, as a crash would. Its data is gone.
    pub fn kill(&mut self) {
        self.process.end();
    }

    /// Starts it again, empty, on the same port, and waits until it answers. Kills it first if it runs.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn restart(&mut self) {
        self.kill();
        let started = Instant::now();
        self.process = loop {
            match self.options.launch(self.port, &self.folder) {
                Ok(process) => break process,
                Err(log) if log.contains("in use") && started.elapsed() < PATIENCE => {
                    thread::sleep(Duration::from_millis(20));
                }
                Err(log) => panic!("the server did not start again: {log}"),
            }
        };
    }

    /// Stops its process without ending it: it takes connections and answers nothing.
    ///
    /// # Panics
    ///
    /// When the system refuses.
    pub fn pause(&self) {
        self.signal("STOP");
        // On another core it runs on for a moment. Where there is no such file, that cannot be told.
        let stat = || fs::read_to_string(format!("/proc/{}/stat", self.process.id()));
        eventually("a server that stands still", || stat().ok().is_none_or(|stat| stat.contains(") T ")));
    }

    /// Waits until its replica has all that it has now.
    ///
    /// # Panics
    ///
    /// When it has none, or one that does not get on.
    pub fn replicate(&self) {
        let info = || -> String {
            redis::cmd("INFO").arg("replication").query(&mut self.raw()).expect("a server tells of its replicas")
        };
        let number = |text: &str, name: &str| -> Option<u64> {
            let (_, rest) = text.split_once(name)?;
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        };
        let now = number(&info(), "master_repl_offset:").expect("a server has an offset");
        eventually("the replica has all", || number(&info(), ",offset=").is_some_and(|offset| offset >= now));
    }

    /// Whether it was not killed.
    pub(crate) fn is_running(&self) -> bool {
        self.process.is_watched()
    }

    /// Lets it run on after [`pause`](Self::pause).
    ///
    /// # Panics
    ///
    /// When the system refuses.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.process.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{name} was not sent");
    }
}

/// Waits until it is so.
#[track_caller]
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}: this did not come to be");
        thread::sleep(Duration::from_millis(5));
    }
}

fn program() -> PathBuf {
    std::env::var_os("REDISCACHE_SERVER").map_or_else(|| "redis-server".into(), PathBuf::from)
}

/// The process that answers at `url`.
fn process_id(url: &str) -> Option<u32> {
    let info: String = redis::cmd("INFO").arg("server").query(&mut connection(url).ok()?).ok()?;
    info.lines().find_map(|line| line.strip_prefix("process_id:"))?.trim().parse().ok()
}

fn connection(url: &str) -> redis::RedisResult<Connection> {
    Client::open(url)?.get_connection_with_timeout(PATIENCE)
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
