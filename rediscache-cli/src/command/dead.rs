//! `dead`: the dead letters of a queue, which go back to it or away.

use std::io::{self, IsTerminal, Write};

use super::show::{Shown, read};
use crate::arguments::{Arguments, DeadAction};
use crate::error::{Failure, Result};
use crate::json::{Json, object};
use crate::lookup::{Catalog, Reader};
use crate::names;
use crate::output::{Output, Progress, Table};
use crate::page::{Holder, Page, page};
use crate::server::Server;
use crate::text;

/// How many letters one script moves.
const TOGETHER: u64 = 10_000;

/// Up to so many, the oldest first, to the back of the queue.
const RETRY: &str = "
redis.call('LLEN', KEYS[1])
local count = math.min(redis.call('LLEN', KEYS[2]), tonumber(ARGV[1]))
for _ = 1, count do
  redis.call('LMOVE', KEYS[2], KEYS[1], 'RIGHT', 'LEFT')
end
return count";

pub(super) fn run(
    server: &mut Server,
    output: &mut Output,
    namespace: &str,
    action: DeadAction,
    arguments: &Arguments,
) -> Result<()> {
    let queue = namespace.as_bytes();
    let dead = names::beside(queue, "$dead", server.is_cluster());
    let count: u64 = server.ask(&dead, redis::cmd("LLEN").arg(&dead))?;
    if count == 0 {
        check_queue(server, queue)?;
    }
    match action {
        DeadAction::Show => show(server, output, namespace, &dead, count, arguments),
        DeadAction::Retry => {
            let moved = retry(server, queue, &dead, count)?;
            told(output, namespace, "retried", moved, "went back to the queue, the oldest first")
        }
        DeadAction::Delete => {
            if count > 0 {
                confirm(&format!("delete {count} dead letters of `{}`?", text::escaped(namespace)), arguments)?;
            }
            // Those that were counted, and none that came since.
            let kept = i64::try_from(count).unwrap_or(i64::MAX).saturating_add(1);
            let _: () = server.ask(&dead, redis::cmd("LTRIM").arg(&dead).arg(0).arg(-kept))?;
            told(output, namespace, "deleted", count, "are gone")
        }
    }
}

/// Fails where there is no such queue.
fn check_queue(server: &mut Server, queue: &[u8]) -> Result<()> {
    let kind: String = server.ask(queue, redis::cmd("TYPE").arg(queue))?;
    let shown = text::shown(queue);
    match &*kind {
        "list" => Ok(()),
        "none" if !Catalog::of_key(server, queue)?.find(queue, "list").is_empty() => Ok(()),
        "none" => {
            Err(Failure::absent(format!("there is no queue `{shown}`; `rediscache queues` shows those that there are")))
        }
        kind => Err(Failure::failed(format!("`{shown}` is a {}, and no queue", text::escaped(kind)))),
    }
}

fn show(
    server: &mut Server,
    output: &mut Output,
    namespace: &str,
    dead: &[u8],
    count: u64,
    arguments: &Arguments,
) -> Result<()> {
    let catalog = Catalog::of_key(server, namespace.as_bytes())?;
    let mut reader = Reader::new(namespace.as_bytes(), &catalog.find(namespace.as_bytes(), "list"));
    let cursor = arguments.cursor.as_deref().unwrap_or("0");
    let wanted = if arguments.is_all { usize::try_from(count).unwrap_or(usize::MAX) } else { arguments.limit };
    let Page { entries, next } = page(server, dead, Holder::List, cursor, wanted)?;
    let letters = read(server, &mut reader, entries)?;
    if output.is_json {
        let letters = letters.iter().map(Shown::json).collect();
        return output
            .json(&object! { "namespace": namespace, "dead": count, "letters": Json::List(letters), "cursor": next });
    }
    let mut table = Table::new(["dead letter"]);
    letters.iter().for_each(|letter| table.row([letter.text()]));
    output.table(&table)?;
    match next {
        Some(next) if !letters.is_empty() => {
            output.line(&format!("{count} in all; --cursor {next} for the next, --all for all"))
        }
        _ => Ok(()),
    }
}

fn retry(server: &mut Server, queue: &[u8], dead: &[u8], count: u64) -> Result<u64> {
    let (mut moved, mut progress) = (0, Progress::new());
    // Those that fail again come to the same place, and are not meant.
    while moved < count {
        let script = redis::cmd("EVAL").arg(RETRY).arg(2).arg(queue).arg(dead).arg(TOGETHER.min(count - moved)).clone();
        match server.ask::<u64>(queue, &script)? {
            0 => break,
            some => moved += some,
        }
        progress.tell("dead letters", moved, Some(count));
    }
    Ok(moved)
}

fn told(output: &mut Output, namespace: &str, what: &str, count: u64, became: &str) -> Result<()> {
    if output.is_json {
        return output.json(&object! { "namespace": namespace, "action": what, "letters": count });
    }
    output.line(&format!("{count} dead letters of `{}` {became}", text::escaped(namespace)))
}

/// Asks whoever sits at the terminal.
fn confirm(question: &str, arguments: &Arguments) -> Result<()> {
    if arguments.is_sure {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::mistaken("they cannot be brought back: say `--yes` if that is meant"));
    }
    write!(io::stderr(), "{question} [y/N] ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::failed("nothing was deleted")),
    }
}
