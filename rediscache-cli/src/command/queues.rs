//! `queues`: what waits, who works on what, and what nobody works on.

use super::named::kind_of;
use super::queue::Queue;
use crate::error::Result;
use crate::json::{Json, object};
use crate::lookup::Catalog;
use crate::output::{Output, Table};
use crate::server::Server;
use crate::survey::Survey;
use crate::text;

pub(super) fn run(server: &mut Server, output: &mut Output) -> Result<()> {
    let survey = Survey::of(server, None)?;
    let catalog = Catalog::of(server, &survey.records)?;
    let now = server.now()?;
    let mut queues = Vec::new();
    for (name, group) in survey.groups.iter().filter(|(_, group)| group.is_queue()) {
        let kind = kind_of(catalog.find(name, "list").iter().map(|record| &*record.kind), "list");
        queues.push((name, kind, Queue::find(server, name, group, now)?));
    }
    if output.is_json {
        let queues = queues.iter().map(|(name, kind, queue)| queue.json(name, kind)).collect();
        return output.json(&object! { "queues": Json::List(queues) });
    }
    let mut table = Table::new(["namespace", "kind", "waiting", "delayed", "next due", "pending", "dead", "workers"]);
    for (name, kind, queue) in &queues {
        let due = queue.next_due.map(|due| format!("in {}", text::duration(due.unsigned_abs())));
        let [waiting, delayed, pending, dead, alive] =
            [queue.waiting, queue.delayed, queue.pending(), queue.dead, queue.alive()].map(|count| count.to_string());
        table.row([text::shown(name), kind.clone(), waiting, delayed, due.unwrap_or_default(), pending, dead, alive]);
    }
    output.table(&table)?;
    let mut table = Table::new(["pending in", "worker", "tasks", "attempt", "for", "state"]);
    let mut is_empty = true;
    for (name, _, queue) in &queues {
        is_empty &= queue.workers.is_empty() && queue.lists.is_empty();
        put_pending(name, queue, &mut table);
    }
    if is_empty {
        return Ok(());
    }
    output.line("")?;
    output.table(&table)
}

fn put_pending(name: &[u8], queue: &Queue, table: &mut Table) {
    for worker in &queue.workers {
        let left = text::duration(worker.ends.unsigned_abs());
        let state = match worker.ends {
            1.. => format!("alive, taken for dead in {left} if it says nothing"),
            _ => format!("dead for {left}; its tasks return when another worker asks"),
        };
        let (held, attempt) = (worker.held.to_string(), worker.attempt.to_string());
        let held_for = worker.held_for.map(text::duration).unwrap_or_default();
        table.row([text::shown(name), text::escaped(&worker.instance), held, attempt, held_for, state]);
    }
    for list in queue.lists.iter().filter(|list| list.unleased > 0) {
        let since = list.since.map(|since| format!("{} at the least", text::duration(since))).unwrap_or_default();
        let place = format!("{}{}", text::shown(name), text::escaped(&list.suffix));
        table.row([
            place,
            "nobody".to_owned(),
            list.unleased.to_string(),
            String::new(),
            since,
            "without a worker of rediscache".to_owned(),
        ]);
    }
}
