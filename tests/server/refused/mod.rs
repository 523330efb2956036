//! What is refused half way: a server takes nothing back, so that each operation that is refused must leave all as it was.
//!
//! Every case is done once while the server is watched, which tells the commands that it uses; then again without each.

mod case;
mod entry_case;
mod family_case;
mod look_case;
mod member_case;
mod observed;
mod renamed;
mod script;
mod transaction_case;
mod value_case;

use std::collections::{BTreeMap, BTreeSet};

use redis::{Connection, cmd};
use rediscache::RedisSession;
use support::Server;

use case::{Action, Case};
use observed::Observed;

/// What is done without, where it is forbidden: those who wait for what is due look for it now and then.
const DISPENSABLE: [(&str, &str); 6] = [
    ("put_after", "publish"),
    ("put_after_the_first", "publish"),
    ("retry_after", "publish"),
    ("increment_digits", "hincrby"),
    ("lock_release", "publish"),
    ("lock_release", "hset"),
];

/// What only those do who are there for nobody any more; see `script`.
const BEHIND_THE_SCENES: [&str; 5] = ["pexpiretime", "beat", "keep", "unreadable", "recover_unleased"];

/// What a queue has beside its list.
const BESIDE: [&str; 7] = ["", "$pending", "$leases:*", "$clients", "$attempts", "$delayed", "$dead"];

/// A server, and a session of a user whose rights change.
struct Stage {
    server: Server,
    raw: Connection,
    session: RedisSession,
    /// What is not as it must be.
    wrong: Vec<String>,
}

impl Stage {
    async fn new() -> Self {
        let server = Server::start();
        let mut raw = server.raw();
        allow(&mut raw, &["~*", "+@all"]);
        let session = session_on(&server).await;
        Self { server, raw, session, wrong: Vec::new() }
    }

    fn check(&mut self, is_right: bool, otherwise: String) {
        if !is_right {
            self.wrong.push(otherwise);
        }
    }

    #[track_caller]
    fn end(self) {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
    }

    /// All that is stored for a case, with full rights, and what is then to be done. In a session of its own, since what
    /// was held in another one before comes back to the queue.
    async fn prepare(&mut self, case: &Case) -> Action {
        cmd("CONFIG").arg(&["SET", "maxmemory", "0"]).exec(&mut self.raw).unwrap();
        allow(&mut self.raw, &["~*", "+@all"]);
        self.session.close().await.unwrap();
        self.session = session_on(&self.server).await;
        cmd("FLUSHALL").exec(&mut self.raw).unwrap();
        (case.prepare)(self.session.clone(), self.server.raw()).await
    }

    /// Does what a harm must not stop half way. Returns what the refusal said, if it was one, and notes what it changed.
    async fn attempt(&mut self, case: &Case, harm: &str, begin: impl FnOnce(&mut Connection)) -> Option<String> {
        let action = self.prepare(case).await;
        let before = dump(&mut self.raw);
        begin(&mut self.raw);
        let refused = action.await.err();
        if let Some(refusal) = &refused {
            let after = dump(&mut self.raw);
            let keys: BTreeSet<_> =
                before.keys().chain(after.keys()).filter(|key| before.get(*key) != after.get(*key)).collect();
            self.check(keys.is_empty(), format!("{} {harm} changed {keys:?}: {refusal}", case.name));
        }
        refused
    }

    /// What a case sends, and what its scripts do. Once before, for what is done the first time only.
    async fn observe(&mut self, case: &Case) -> Observed {
        self.prepare(case).await.await.unwrap();
        let action = self.prepare(case).await;
        let mut observed = Observed::on(&self.server);
        action.await.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        observed.end();
        observed
    }
}

async fn session_on(server: &Server) -> RedisSession {
    RedisSession::connect(&server.url().replace("redis://", "redis://bot:pass@")).await.unwrap()
}

fn allow(raw: &mut Connection, rules: &[&str]) {
    cmd("ACL").arg(&["SETUSER", "bot", "reset", "on", ">pass", "&*"]).arg(rules).exec(raw).unwrap();
}

/// All that is stored, but for what is on record beside all data, and for when clients are taken for dead, which their
/// heartbeats put off.
fn dump(raw: &mut Connection) -> BTreeMap<String, Vec<u8>> {
    let keys: Vec<String> = cmd("KEYS").arg("*").query(raw).unwrap();
    let mut stored = |key: &str| {
        if key.ends_with("$clients") {
            let clients: Vec<String> = cmd("ZRANGE").arg(&[key, "0", "-1"]).query(raw).unwrap();
            return clients.concat().into_bytes();
        }
        cmd("DUMP").arg(key).query(raw).unwrap()
    };
    let keys = keys.into_iter().filter(|key| !key.ends_with("$objects"));
    keys.map(|key| (key.clone(), stored(&key))).collect()
}

/// Takes away each command that each case uses, one after another.
async fn without_each_command(cases: &[Case]) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut stage = Stage::new().await;
    let (mut commands, mut of_tasks) = (BTreeSet::new(), BTreeSet::new());
    for case in cases {
        let observed = stage.observe(case).await;
        for command in &observed.commands {
            let rule = format!("-{command}");
            let refusal = stage.attempt(case, &rule, |raw| allow(raw, &["~*", "+@all", rule.as_str()])).await;
            let is_dispensable = DISPENSABLE.contains(&(case.name, command));
            match refusal {
                Some(text) => {
                    stage.check(text.contains(&format!("`{command}`")), format!("{} {rule}: {text}", case.name));
                }
                None => stage.check(is_dispensable, format!("{} is done {rule}", case.name)),
            }
        }
        commands.extend(observed.commands);
        of_tasks.extend(observed.of_tasks);
    }
    stage.end();
    (commands, of_tasks)
}

#[tokio::test]
async fn an_operation_without_a_command_that_it_uses_is_refused_by_its_name_and_changes_nothing() {
    let (commands, of_tasks) = without_each_command(&case::all()).await;
    // No command of a script, and no command of task queues, is forgotten.
    let is_unseen = |command: &String| !commands.contains(command) && !BEHIND_THE_SCENES.contains(&&**command);
    let unseen: Vec<_> = script::called().into_iter().filter(is_unseen).collect();
    assert_eq!(unseen, Vec::<String>::new(), "no case calls these");
    let is_unseen = |name: &String| !of_tasks.contains(name) && !BEHIND_THE_SCENES.contains(&&**name);
    let unseen: Vec<_> = script::of_tasks().into_iter().filter(is_unseen).collect();
    assert_eq!(unseen, Vec::<String>::new(), "no case has these done");
}

#[tokio::test]
async fn a_task_queue_without_a_key_beside_it_is_refused_or_whole() {
    let mut stage = Stage::new().await;
    for case in case::of_tasks() {
        for left_out in BESIDE {
            let keys: Vec<_> = BESIDE.into_iter().filter(|suffix| *suffix != left_out).collect();
            let rules: Vec<_> = keys.into_iter().map(|suffix| format!("~jobs{suffix}")).collect();
            let rules: Vec<_> = rules.iter().map(String::as_str).chain(["+@all"]).collect();
            let refusal = stage.attempt(&case, left_out, |raw| allow(raw, &rules)).await;
            if let Some(text) = refusal {
                let is_said = text.contains("a key of this namespace");
                stage.check(is_said, format!("{} {left_out}: {text}", case.name));
            }
        }
    }
    stage.end();
}

#[tokio::test]
async fn a_server_without_memory_refuses_an_operation_as_a_whole() {
    let mut stage = Stage::new().await;
    let mut refused = 0;
    for case in case::all() {
        let full = |raw: &mut Connection| cmd("CONFIG").arg(&["SET", "maxmemory", "1"]).exec(raw).unwrap();
        if let Some(text) = stage.attempt(&case, "without memory", full).await {
            refused += 1;
            stage.check(text.contains("out of memory"), format!("{}: {text}", case.name));
        }
    }
    assert!(refused >= 8, "{refused}");
    stage.end();
}
