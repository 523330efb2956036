//! One process: its share of the callers, each of which checks every answer that it gets.

mod caller;
pub(crate) mod count;
mod grave;
pub(crate) mod mail;
mod register;
pub(crate) mod task;
mod whole;

use std::future::Future;
use std::io::{self, BufRead};
use std::pin::Pin;
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rediscache::RedisSession;
use tokio::task::JoinSet;

use crate::args::Job;
use crate::record::Record;
use caller::{Caller, tell};

/// How long one call may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(1);

/// How many callers and processes there are.
pub(crate) const CALLERS: u64 = 64;
pub(crate) const PROCESSES: u64 = 3;

/// How many callers do each kind of work, of all processes together.
const ROLES: [(u64, Company, Role); 7] = [
    (19, Company::All, |caller| Box::pin(register::work(caller))),
    (3, Company::Idle, |caller| Box::pin(count::work_rarely(caller))),
    (10, Company::All, |caller| Box::pin(whole::work(caller))),
    (8, Company::All, |caller| Box::pin(count::work(caller))),
    (10, Company::All, |caller| Box::pin(mail::work(caller))),
    (10, Company::All, |caller| Box::pin(task::work(caller))),
    (4, Company::All, |caller| Box::pin(grave::work(caller))),
];

/// With whom a caller shares its session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Company {
    All,
    /// With those over whose connection little is said, so that it is closed.
    Idle,
}

type Role = fn(Caller) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Works until its standard input says `stop`, or ends, as it does when the parent is gone.
pub(crate) async fn run(job: Job) -> ExitCode {
    let over = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&over);
    thread::spawn(move || match io::stdin().lock().lines().next() {
        Some(Ok(_)) => stop.store(true, Ordering::Relaxed),
        _ => process::exit(2),
    });
    let (session, idle) = (connect(&job).await, connect(&job).await);
    tell(&Record::Ready);
    let mut callers = JoinSet::new();
    let mut at = 0;
    for (count, company, role) in ROLES {
        let session = if company == Company::Idle { &idle } else { &session };
        for _ in 0..count {
            if at % PROCESSES == job.place {
                let number = job.incarnation * CALLERS + at;
                callers.spawn(role(Caller::new(number, job.seed, session, &over)));
            }
            at += 1;
        }
    }
    while let Some(ended) = callers.join_next().await {
        if let Err(error) = ended {
            tell(&Record::Violation(format!("a caller ended so: {error}")));
        }
    }
    for session in [session, idle] {
        if let Err(error) = session.close().await {
            tell(&Record::Violation(format!("closing failed: {error:?}")));
        }
    }
    tell(&Record::Bye);
    ExitCode::SUCCESS
}

/// Connects when the server is there.
async fn connect(job: &Job) -> RedisSession {
    loop {
        let session = RedisSession::builder(&job.url)
            .global_namespace(&job.namespace)
            .client_name(format!("soak-{}", job.incarnation))
            .response_timeout(TIMEOUT)
            .connect_timeout(TIMEOUT);
        match session.connect().await {
            Ok(session) => return session,
            Err(error) if error.is_retryable() => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => {
                tell(&Record::Violation(format!("connecting failed: {error:?}")));
                process::exit(1);
            }
        }
    }
}
