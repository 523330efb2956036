//! What is stored in the end, compared with what must be.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use redis::{Connection, RedisResult};
use rediscache::{RedisCache, RedisQueue, RedisSession, RedisTaskQueue, TaskError};

use crate::figures::Figures;
use crate::ledger::Ledger;
use crate::record::Record;
use crate::worker::count::{COUNTERS, FLOATS, FLOATS_AT, INTEGERS_AT};
use crate::worker::{mail, task};

/// How long the last tasks may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many fields are read at once.
const PAGE: usize = 1000;

/// Nobody else works on it any more.
const AUDITOR: u64 = u64::MAX;

pub(crate) async fn check(
    url: &str,
    namespace: &str,
    ledger: &mut Ledger,
    figures: &mut Figures,
) -> rediscache::Result<()> {
    let session = RedisSession::builder(url).global_namespace(namespace).connect().await?;
    figures.writes_lost = check_registers(&session, ledger).await?;
    figures.writes_lost += check_counters(&session, ledger).await?;
    empty_the_mail(&session, ledger).await?;
    let gone = ledger.mail.missing();
    figures.items_gone = gone;
    figures.items_lost = gone.saturating_sub(ledger.mail.unanswered);
    if figures.items_lost > 0 {
        let unanswered = ledger.mail.unanswered;
        ledger.violations.add(format!("{gone} items of the plain queue are gone, with {unanswered} answers lost"));
    }
    finish_the_tasks(&session, ledger).await?;
    let missing = ledger.tasks.missing();
    figures.tasks_lost = missing.len();
    for task in missing {
        ledger.violations.add(format!("task {task} was acknowledged and never came"));
    }
    session.close().await
}

async fn check_registers(session: &RedisSession, ledger: &mut Ledger) -> rediscache::Result<u64> {
    let cache = RedisCache::<u64, u64>::new("registers").on(session);
    let mut fields: Vec<u64> = ledger.registers.keys().copied().collect();
    fields.sort_unstable();
    let mut lost = 0;
    for fields in fields.chunks(PAGE) {
        for (field, stored) in fields.iter().zip(cache.get_many(fields).await?) {
            let register = ledger.registers.entry(*field).or_default();
            let known = *register;
            if !register.allows(stored) {
                lost += 1;
                ledger.violations.add(format!("field {field} is {stored:?} in the end, where {known:?} is known"));
            }
        }
    }
    Ok(lost)
}

async fn check_counters(session: &RedisSession, ledger: &mut Ledger) -> rediscache::Result<u64> {
    let integers = RedisCache::<u64, i64>::new(INTEGERS_AT).on(session);
    let floats = RedisCache::<u64, f64>::new(FLOATS_AT).on(session);
    let mut lost = 0;
    for number in 0..COUNTERS {
        #[expect(clippy::cast_possible_truncation, reason = "only whole numbers were added")]
        let stored = match number {
            0..FLOATS => integers.get_or(number, 0).await?,
            _ => floats.get_or(number, 0.0).await? as i64,
        };
        let counter = ledger.counters.entry(number).or_default();
        if !counter.allows(stored) {
            lost += 1;
            let known = *counter;
            ledger.violations.add(format!("counter {number} is {stored} in the end, where {known:?} is known"));
        }
    }
    Ok(lost)
}

async fn empty_the_mail(session: &RedisSession, ledger: &mut Ledger) -> rediscache::Result<()> {
    let mut mail = RedisQueue::<u64>::new(mail::NAMESPACE).on(session).drain();
    while let Some(item) = mail.try_next().await? {
        ledger.enter(AUDITOR, Record::Answer { caller: AUDITOR, item: Some(item) });
    }
    Ok(())
}

/// Takes all tasks that are left, also those that come back because whoever had them is dead.
async fn finish_the_tasks(session: &RedisSession, ledger: &mut Ledger) -> rediscache::Result<()> {
    let tasks = RedisTaskQueue::<u64>::new(task::NAMESPACE).recover_after(task::RECOVER_AFTER).on(session);
    let started = Instant::now();
    loop {
        while let Some(task) = tasks.get_timeout(Duration::from_millis(100)).await? {
            let (number, attempt) = (*task, task.attempt());
            ledger.enter(AUDITOR, Record::Done { task: number, attempt });
            task.finalize().await.map_err(TaskError::into_error)?;
            ledger.enter(AUDITOR, Record::Finalized { task: number, attempt });
        }
        let left = (tasks.len().await?, tasks.delayed_len().await?, tasks.pending().await?.len());
        if left == (0, 0, 0) {
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            ledger.violations.add(format!("tasks were left over (waiting, delayed, pending): {left:?}"));
            return Ok(());
        }
    }
}

/// Removes all that was stored.
pub(crate) fn remove(raw: &mut Connection, namespace: &str) -> RedisResult<()> {
    let keys: Vec<String> = {
        let mut scan = redis::cmd("SCAN");
        scan.cursor_arg(0).arg("MATCH").arg(format!("{namespace}.*")).arg("COUNT").arg(PAGE);
        scan.iter(raw)?.collect::<RedisResult<_>>()?
    };
    for keys in keys.chunks(PAGE) {
        redis::cmd("UNLINK").arg(keys).exec(raw)?;
    }
    Ok(())
}
