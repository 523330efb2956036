//! What the benches share: a server of their own, and how figures are told.

#![allow(dead_code, clippy::allow_attributes, reason = "each bench uses its part")]

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rediscache::RedisSession;

pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Ours to theirs, of the rounds of one run.
pub(crate) fn print_ratios(name: &str, callers: usize, mut ratios: Vec<f64>) {
    ratios.sort_by(f64::total_cmp);
    let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
    println!("{name}: callers={callers} ratio={:.2} (min {least:.2}, max {most:.2})", ratios[ratios.len() / 2]);
}

/// A server of its own, ended with the benchmark.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let program = std::env::var("REDISCACHE_SERVER").unwrap_or_else(|_| "redis-server".to_owned());
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(program)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .expect("a `redis-server` on the PATH, or its path in REDISCACHE_SERVER");
        Self { process, url: format!("redis://127.0.0.1:{port}") }
    }

    pub(crate) async fn connect(&self) -> RedisSession {
        loop {
            match RedisSession::connect(&self.url).await {
                Ok(session) => return session,
                Err(error) if error.is_retryable() => tokio::time::sleep(Duration::from_millis(10)).await,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
