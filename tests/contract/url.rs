use std::error::Error;

use rediscache::{ErrorKind, RedisSession};

/// Nothing can be sent from here: without a driver of I/O, trying panics.
fn connect_without_io(url: &str) -> Result<RedisSession, rediscache::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(RedisSession::connect(url))
}

const MALFORMED: [&str; 84] = [
    "",
    " ",
    "localhost",
    "localhost:6379",
    "127.0.0.1:6379",
    "//localhost",
    "://",
    "://localhost",
    "redis",
    "redis:",
    "redis:/",
    "redis:/localhost",
    "redis:localhost",
    "redis://",
    "redis://:6379",
    "redis:///0",
    "redis://user:pw@",
    "redis://host:port",
    "redis://host:99999",
    "redis://host:-1",
    "redis://host:6379:6379",
    "redis://ho st",
    "redis://host/db",
    "redis://host/0/1",
    "redis://host/-1",
    "redis://host/1.5",
    "redis://host/99999999999",
    "redis://host?timeout=5",
    "redis://host?db=1",
    "redis://host/0?protocol=resp9",
    "redis://host?protocol",
    "redis://host#1",
    "redis://[::1",
    "redis://[::g]",
    " redis://host",
    "redis ://host",
    "\u{feff}redis://host",
    "http://host",
    "https://host",
    "valkey://host",
    "redis+unix:///path",
    "tcp://host",
    "file:///path",
    "memory",
    "memory:",
    "memory:/",
    "memory:///",
    "memory://x",
    "memory://?a",
    "memory://localhost",
    "memory://#",
    "unix://",
    "unix:///",
    "unix://host/path",
    "unix:path",
    "unix:///path?nope=1",
    "unix:///path?db=x",
    "unix:///path#1",
    "redis-cluster://",
    "redis-cluster://:6379",
    "redis-cluster://a,",
    "redis-cluster://a,,b",
    "redis-cluster://a:1,b:x",
    "redis-cluster://a:1,b:99999",
    "redis-cluster://a:1/1",
    "redis-cluster://a:1/name",
    "redis-cluster://a:1?timeout=5",
    "redis-cluster://a:1#1",
    "redis-cluster://user:pw@",
    "redis-cluster:///path",
    "rediss-cluster://a:1/1",
    "redis-sentinel://",
    "redis-sentinel://a:1",
    "redis-sentinel://a:1/",
    "redis-sentinel://a:1//0",
    "redis-sentinel://a:1/name/x",
    "redis-sentinel://a:1/name/0/1",
    "redis-sentinel://a:1/na me/0",
    "redis-sentinel://a:1/n%20me",
    "redis-sentinel://a:1,/name",
    "redis-sentinel://a:x/name",
    "redis-sentinel:///name",
    "redis-sentinel://a:1/name?db=1",
    "rediss-sentinel://a:1",
];

#[test]
fn a_malformed_url_is_refused_before_anything_is_sent() {
    for url in MALFORMED {
        let error = connect_without_io(url).expect_err(url);
        assert_eq!(error.kind(), ErrorKind::Config, "{url:?}: {error}");
        assert_eq!((error.operation(), error.namespace()), ("connect", None), "{url:?}");
        assert!(error.to_string().starts_with("connect failed: "), "{error}");
        assert!(!error.is_retryable());
    }
}

#[test]
fn the_message_says_what_to_write() {
    for (url, hint) in [
        ("localhost:6379", "redis://host:port/db"),
        ("valkey://host", "redis://host:port/db"),
        ("redis://", "redis://127.0.0.1:6379"),
        ("redis://host/db", "redis://host:6379/0"),
        ("unix://sock", "unix:///run/redis.sock"),
        ("memory://cache", "takes nothing after it"),
        ("redis://host?timeout=5", "protocol"),
        ("redis-cluster://a:1/1", "redis-cluster://host:port,host:port"),
        ("redis-sentinel://a:1", "redis-sentinel://host:26379,host:26379/service/0"),
        ("sentinel://a:1", "redis-sentinel://host:port,host:port/service/db"),
        ("redis://user:pa/ss@host", "`/` as `%2F`"),
        ("redis://:pa/ss@host:6379/0", "`/` as `%2F`"),
        ("redis://user:12/ss@host", "`/` as `%2F`"),
        ("redis://user:pa?ss@host", "`?` as `%3F`"),
        ("redis://user:pa#ss@host", "`#` as `%23`"),
        ("rediss://user:pa/ss@host", "`/` as `%2F`"),
        ("redis-cluster://user:pa/ss@a:1,b:2", "`/` as `%2F`"),
        ("redis-sentinel://user:pa/ss@a:1/name/0", "`/` as `%2F`"),
        ("redis://user:p%ffw@host", "`%25`"),
        ("redis://host?protocol=resp9", "`resp2` or `resp3`"),
        ("unix:///run/redis.sock?protocol=resp9", "`resp2` or `resp3`"),
        ("unix:///run/redis.sock?db=x", "?db=0"),
        ("redis://0.0.0.0:6379", "`127.0.0.1`"),
        ("redis://[::]:6379", "`127.0.0.1`"),
    ] {
        let text = connect_without_io(url).unwrap_err().to_string();
        assert!(text.contains(hint), "{url}: {text}");
    }
}

const PASSWORD: &str = "hunter2";

/// Everything that can be printed of what comes of this URL.
fn printed(url: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let builder = RedisSession::builder(url);
    let mut printed = format!("{builder:?} {builder:#?}");
    match runtime.block_on(builder.connect()) {
        Ok(session) => printed += &format!("{session:?} {session:#?}"),
        Err(error) => {
            let mut next: Option<&dyn Error> = Some(&error);
            while let Some(error) = next {
                printed += &format!("{error} {error:?} {error:#?}");
                next = error.source();
            }
        }
    }
    printed
}

#[test]
fn no_password_is_ever_shown() {
    let nobody = "127.0.0.1:1";
    let urls = [
        // Proper ones, at which nothing listens.
        format!("redis://:{PASSWORD}@{nobody}"),
        format!("redis://user:{PASSWORD}@{nobody}/3"),
        format!("redis://{PASSWORD}@{nobody}"),
        format!("unix:///nowhere/socket?pass={PASSWORD}"),
        format!("unix:///nowhere/socket?user=a&pass={PASSWORD}&db=3"),
        // Malformed ones.
        format!("redis://:{PASSWORD}@"),
        format!("redis://:{PASSWORD}@host:port"),
        format!("redis://:{PASSWORD}@host:99999"),
        format!("redis://:{PASSWORD}@host/db"),
        format!("redis://:{PASSWORD}@host?a=b"),
        format!("redis://:{PASSWORD}@ho st"),
        format!("unix:///path?password={PASSWORD}"),
        format!("unix:///path?pass={PASSWORD}&db=x"),
        format!("unix://user:{PASSWORD}@/path"),
        format!("memory://user:{PASSWORD}@x"),
        format!("user:{PASSWORD}@host"),
        PASSWORD.to_owned(),
        format!("{PASSWORD}://host"),
        format!("http://:{PASSWORD}@host"),
        format!("rediss://:{PASSWORD}@{nobody}"),
        format!("redis-cluster://:{PASSWORD}@{nobody}"),
        format!("redis-cluster://:{PASSWORD}@{nobody},{nobody}/7"),
        format!("redis-cluster://:{PASSWORD}@{nobody}?{PASSWORD}"),
        format!("redis-cluster://:{PASSWORD}/@{nobody}"),
        format!("redis-sentinel://:{PASSWORD}@{nobody}/a/0"),
        format!("redis-sentinel://:{PASSWORD}@{nobody}/a/{PASSWORD}"),
        format!("redis-sentinel://:{PASSWORD}@{nobody}"),
        format!("redis-sentinel://{PASSWORD}/{PASSWORD}@{nobody}"),
        // Characters that end what comes before them, unless they are escaped.
        format!("redis://user:12/{PASSWORD}@host"),
        format!("redis://user:12#{PASSWORD}@host"),
        format!("redis://user:12?{PASSWORD}@host"),
        format!("redis://user:12?a={PASSWORD}@host"),
        format!("redis://user:12?a=b&{PASSWORD}=1@host"),
        format!("redis://user:{PASSWORD}?@host"),
        // What stands there is read as `redis://user` and a parameter.
        format!("redis://user:?protocol=resp3{PASSWORD}@host"),
        format!("redis://user:12@{PASSWORD}@{nobody}/x"),
        format!("redis://user:%zz{PASSWORD}@{nobody}/x"),
        format!("redis://user:{PASSWORD}%ff@{nobody}"),
        format!("unix:///path?pass=12&{PASSWORD}"),
        format!("unix:///path?pass=12#{PASSWORD}"),
    ];
    let shown: Vec<_> = urls.into_iter().filter(|url| printed(url).contains(PASSWORD)).collect();
    assert!(shown.is_empty(), "the password is shown for {shown:#?}");
}

#[tokio::test]
async fn a_session_shows_no_password() {
    let server = support::Server::options().password(PASSWORD).start();
    for url in [server.url(), server.socket_url()] {
        let session = RedisSession::connect(&url).await.unwrap();
        let cache = rediscache::RedisCache::<u64, u64>::new("names").on(&session);
        let operation = cache.get(1);
        let printed = format!("{session:?} {session:#?} {cache:?} {:?}", cache.scan());
        assert!(!printed.contains(PASSWORD), "{printed}");
        drop(operation);
    }
}
