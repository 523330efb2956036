//! What a page shows of a task queue: what waits, comes later and is pending, dead letters, and who takes tasks.
//!
//! When a worker was last heard of is told by this program's `recover_after`. How often a dead letter failed is not stored.

use super::RedisTaskQueue;
use crate::bounds::Value;
use crate::codec::Codec;
use crate::error::Result;
use crate::store::{Client, DelayedTask, LIST, PendingTask, WorkerSeen};
use crate::types::dead::{DEAD, act_on_letter, act_on_letters, items_shown};
use crate::types::info::ObjectInfo;
use crate::types::object::Target;
use crate::types::operation::{Access, Operation};
use crate::types::window::{
    Action, Entry, EntryPage, Fact, ObjectWindow, PAGE, Part, Summary, Window, given, id_of, learn_page, moment,
    place_after, place_of, refused, summary_of, value_shown,
};

impl<T: Value, C: Codec> Window for ObjectWindow<RedisTaskQueue<T, C>> {
    fn info(&self) -> &ObjectInfo {
        &self.info
    }

    fn parts(&self) -> &'static [Part] {
        &[Part::Entries, Part::Delayed, Part::Pending, Part::Dead, Part::Workers]
    }

    fn actions(&self, part: Part) -> &'static [Action] {
        if part == Part::Dead { &[Action::Requeue, Action::Delete] } else { &[] }
    }

    fn summary(&self) -> Operation<Summary> {
        self.object.run(Access::Read, "summary", |at, client| async move {
            let stats = at.store()?.tasks().stats(&at.key, &client).await?;
            let summary = summary_of(&at, LIST, async { Ok(stats.waiting) }).await?;
            let counts = vec![
                (Part::Entries, stats.waiting),
                (Part::Delayed, stats.delayed),
                (Part::Pending, stats.pending),
                (Part::Dead, stats.dead),
                (Part::Workers, stats.clients),
            ];
            Ok(Summary { counts, ..summary })
        })
    }

    fn page(&self, part: Part, cursor: Option<Vec<u8>>) -> Operation<EntryPage> {
        let is_secret = self.info.is_secret();
        self.object.run(Access::Read, "page", move |at, client| async move {
            let cursor = cursor.as_deref();
            match part {
                Part::Entries => items_shown::<T, C>(&at, "", cursor, is_secret).await,
                Part::Dead => items_shown::<T, C>(&at, DEAD, cursor, is_secret).await,
                Part::Delayed => delayed::<T, C>(&at, &client, cursor, is_secret).await,
                Part::Pending => pending::<T, C>(&at, &client, cursor, is_secret).await,
                Part::Workers => workers(&at, &client, cursor).await,
            }
        })
    }

    fn set(&self, _: &str, value: &str) -> Operation<()> {
        self.store(|| given::<T>(value), RedisTaskQueue::put)
    }

    fn act(&self, action: Action, part: Part, id: &[u8]) -> Operation<bool> {
        if !self.actions(part).contains(&action) {
            return refused(&self.info, "act");
        }
        let (id, is_secret) = (id.to_vec(), self.info.is_secret());
        self.object.call(
            Access::Change,
            "act",
            move |at| async move { act_on_letter(&at, action, &id, is_secret).await },
        )
    }

    fn act_on_all(&self, action: Action, part: Part) -> Operation<Option<u64>> {
        if part == Part::Entries && action == Action::Delete {
            let clearing = self.object.clear();
            return Operation::of(async move { clearing.await.map(|()| None) });
        }
        if !self.actions(part).contains(&action) {
            return refused(&self.info, "act_on_all");
        }
        self.object.call(
            Access::Change,
            "act_on_all",
            move |at| async move { act_on_letters(&at, action).await.map(Some) },
        )
    }
}

async fn delayed<T: Value, C: Codec>(
    at: &Target,
    client: &Client,
    cursor: Option<&[u8]>,
    is_secret: bool,
) -> Result<EntryPage> {
    let first = place_of(cursor)?;
    let tasks = at.store()?.tasks().look_delayed(&at.key, client, (first, PAGE)).await?;
    learn_page::<T, C>(at, tasks.iter().map(|task| &task.item)).await?;
    let next = place_after(first, tasks.len());
    let entry = |task: DelayedTask| {
        let attempt = (task.attempt > 0).then_some(Fact::Attempt(task.attempt));
        let facts = moment(task.due).map(Fact::Due).into_iter().chain(attempt).collect();
        let value = Some(value_shown::<T, C>(at, is_secret, &task.item));
        Entry { id: id_of(is_secret, &task.item), value, facts, ..Entry::default() }
    };
    Ok(EntryPage { entries: tasks.into_iter().map(entry).collect(), next })
}

async fn pending<T: Value, C: Codec>(
    at: &Target,
    client: &Client,
    cursor: Option<&[u8]>,
    is_secret: bool,
) -> Result<EntryPage> {
    let first = place_of(cursor)?;
    let tasks = at.store()?.tasks().look_pending(&at.key, client, (first, PAGE)).await?;
    learn_page::<T, C>(at, tasks.iter().map(|task| &task.item)).await?;
    let next = place_after(first, tasks.len());
    let entry = |task: PendingTask| {
        let worker = [Fact::Worker(worker(&task.worker)), Fact::Attempt(task.attempt)];
        let since = task.since.and_then(moment).map(Fact::Since);
        let facts = worker.into_iter().chain(since).collect();
        let value = Some(value_shown::<T, C>(at, is_secret, &task.item));
        Entry { id: id_of(is_secret, &task.item), value, facts, ..Entry::default() }
    };
    Ok(EntryPage { entries: tasks.into_iter().map(entry).collect(), next })
}

async fn workers(at: &Target, client: &Client, cursor: Option<&[u8]>) -> Result<EntryPage> {
    let first = place_of(cursor)?;
    let workers = at.store()?.tasks().look_workers(&at.key, client, (first, PAGE)).await?;
    let next = place_after(first, workers.len());
    let entry = |seen: WorkerSeen| {
        let known = [Fact::Worker(worker(&seen.name)), Fact::Alive(seen.silent > 0), Fact::Tasks(seen.tasks)];
        let heard = moment(seen.silent).and_then(|silent| silent.checked_sub(client.silence)).map(Fact::Heard);
        let facts = known.into_iter().chain(heard).collect();
        Entry { id: seen.name.into_bytes(), facts, ..Entry::default() }
    };
    Ok(EntryPage { entries: workers.into_iter().map(entry).collect(), next })
}

/// What a client is called: the identifier that it was given, if any, and what tells it from namesakes.
fn worker(name: &str) -> String {
    let (instance, suffix) = name.split_at_checked(16).unwrap_or((name, ""));
    match suffix.strip_prefix('$').and_then(|suffix| suffix.strip_suffix("_pending")) {
        Some(identifier) => format!("{identifier} {instance}"),
        None => instance.to_owned(),
    }
}
