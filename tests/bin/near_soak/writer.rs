//! A process that writes what it is asked to, each call by itself, and tells when it is done.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use rediscache::{RedisCache, RedisSession};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::args::Job;

/// One write: of a value that only this process writes, or of the next one.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum How {
    Set(u64),
    /// As another language would, which publishes nothing.
    Raw(u64),
    Increment,
}

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Order {
    /// By which its answer is found.
    pub(crate) number: u64,
    pub(crate) namespace: String,
    pub(crate) key: u64,
    pub(crate) how: How,
}

/// The number of the order, and the value that is stored now or why not.
pub(crate) type Answer = (u64, Result<u64, String>);

struct Writer {
    session: RedisSession,
    job: Job,
}

/// Writes until its standard input ends, as it does when the parent is gone.
pub(crate) async fn run(job: &Job) -> ExitCode {
    let writer = match Writer::connect(job).await {
        Ok(writer) => Arc::new(writer),
        Err(complaint) => {
            eprintln!("near_soak: a writer did not connect: {complaint}");
            return ExitCode::from(2);
        }
    };
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(order)) = orders.next_line().await {
        let writer = Arc::clone(&writer);
        tokio::spawn(async move {
            let answer: Answer = match serde_json::from_str::<Order>(&order) {
                Ok(order) => (order.number, writer.write(&order).await),
                Err(error) => (0, Err(error.to_string())),
            };
            let mut line = serde_json::to_vec(&answer).expect("numbers and text can be written");
            line.push(b'\n');
            // Nobody is left to hear that it fails.
            let _ = std::io::stdout().lock().write_all(&line);
        });
    }
    ExitCode::SUCCESS
}

impl Writer {
    async fn connect(job: &Job) -> Result<Self, String> {
        let session = RedisSession::connect(&job.url).await.map_err(|error| format!("{error:?}"))?;
        Ok(Self { session, job: Job { url: job.url.clone(), mode: job.mode } })
    }

    async fn write(&self, order: &Order) -> Result<u64, String> {
        let counts = RedisCache::<u64, u64>::with_namespace(order.namespace.clone());
        let counts = counts.near(self.job.mode.near()).on(&self.session);
        match order.how {
            How::Set(value) => match counts.set(order.key, value).await {
                Ok(()) => Ok(value),
                Err(error) => Err(format!("{error:?}")),
            },
            How::Increment => counts.increment(order.key, 1).await.map_err(|error| format!("{error:?}")),
            How::Raw(value) => {
                let far = RedisCache::<u64, u64>::with_namespace(order.namespace.clone()).on(&self.session);
                far.set(order.key, value).await.map(|()| value).map_err(|error| format!("{error:?}"))
            }
        }
    }
}
