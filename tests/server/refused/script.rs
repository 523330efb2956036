//! The scripts of the library, as they stand in its sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use redis::cmd;
use support::Server;

use super::{allow, dump};

fn store() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../rediscache/src/store")
}

/// Each script, by its file.
fn all() -> Vec<(PathBuf, String)> {
    fn within(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                within(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "lua") {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    within(&store(), &mut found);
    assert!(found.len() >= 8, "{found:?}");
    found
}

/// The commands that scripts call by name, in lower case.
pub(super) fn called() -> BTreeSet<String> {
    let texts = all();
    let names =
        texts.iter().flat_map(|(_, text)| ["redis.call('", "redis.pcall('"].map(|call| text.split(call).skip(1)));
    names.flatten().map(|call| call.split('\'').next().unwrap().to_lowercase()).collect()
}

/// What the scripts of task queues can be asked to do.
pub(super) fn of_tasks() -> BTreeSet<String> {
    let texts = ["tasks", "queue", "later", "look"]
        .map(|name| fs::read_to_string(store().join(format!("task/{name}.lua"))).unwrap());
    let names = texts.iter().flat_map(|text| text.split("function commands.").skip(1));
    names.map(|name| name.split('(').next().unwrap().to_owned()).collect()
}

/// An error of a script names a line, by which the library knows which command was refused.
#[test]
fn no_line_of_a_script_calls_two_commands() {
    for (path, text) in all() {
        for line in text.lines() {
            assert!(line.matches("redis.call(").count() < 2, "{}: {line}", path.display());
        }
    }
}

/// What scripts do when nobody is there any more to be told of a refusal: the state before, the script, its keys, and its
/// arguments.
struct Aside {
    before: &'static [&'static [&'static str]],
    script: &'static [&'static str],
    keys: &'static [&'static str],
    arguments: &'static [&'static str],
}

const HELD: &[&[&str]] = &[
    &["LPUSH", "jobs", "i|1"],
    &["LPUSH", "jobs$pending", "i|2", "i|3"],
    &["HSET", "jobs$leases:0123456789abcdef", "1", "1.1700000000000:i|2", "2", "5.1700000000001:i|3"],
    &["ZADD", "jobs$clients", "9000000000000000", "0123456789abcdef$pending"],
];

/// All that is held was delivered for the first time.
const NEW: &[&[&str]] = &[
    &["LPUSH", "jobs$pending", "i|2", "i|3"],
    &["HSET", "jobs$leases:0123456789abcdef", "1", "1:i|2", "2", "1:i|3"],
    &["ZADD", "jobs$clients", "9000000000000000", "0123456789abcdef$pending"],
];

/// Beside what is held, another client is taken for dead, and a task is due.
const LEFT_BEHIND: &[&[&str]] = &[
    &["LPUSH", "jobs$pending", "i|2", "i|3", "i|4"],
    &["HSET", "jobs$leases:0123456789abcdef", "1", "1.1700000000000:i|2", "2", "5.1700000000001:i|3"],
    &["HSET", "jobs$leases:0123456789abcde0", "1", "1.1700000000000:i|4"],
    &["ZADD", "jobs$clients", "9000000000000000", "0123456789abcdef$pending", "1", "0123456789abcde0$pending"],
    &["ZADD", "jobs$delayed", "1", "0123456789abcdef:i|5"],
];

const DUE: &[&[&str]] = &[&["ZADD", "jobs$delayed", "1", "0123456789abcdef:i|5"]];

/// One of two is pending without a lease, and was seen so long ago; another one that was is gone.
const UNLEASED: &[&[&str]] = &[
    &["LPUSH", "jobs$pending", "i|2", "i|3", "i|4"],
    &["HSET", "jobs$leases:0123456789abcdef", "1", "1:i|2"],
    &["ZADD", "jobs$clients", "9000000000000000", "0123456789abcdef$pending"],
    // The SHA-1 of `i|3`.
    &["HSET", "jobs$unleased$pending", "ab1708fa09f7e56dca580b4b394bd8757d4e6248", "1x1,", "gone", "1x1,"],
];

const TASKS: &[&str] = &["task/delayed.lua", "task/leases.lua", "task/tasks.lua"];

const QUEUE: &[&str] = &["task/delayed.lua", "task/leases.lua", "task/queue.lua", "task/later.lua"];

/// A stale value, and who loads another.
const LED: &[&[&str]] = &[
    &["SET", "page", "i|1", "PXAT", "9000000000000"],
    // The end, and the SHA-1 of `i|1`.
    &[
        "HSET",
        "page$lease",
        "token",
        "7",
        "waited",
        "1",
        "basis",
        "9000000000000 d66d4808f55f51943eb0b18b512888178dba965e",
    ],
];

const PAGE: &[&str] = &["page", "page$lease"];

const CLIENT: &str = "0123456789abcdef$pending";

const BEGIN: &[&str] = &["entry/lease/lease.lua", "entry/lease/begin.lua"];

const RENEW: &[&str] = &["entry/lease/lease.lua", "entry/lease/renew.lua"];

const STORE: &[&str] = &["entry/lease/lease.lua", "entry/lease/store.lua"];

const END: &[&str] = &["entry/lease/lease.lua", "entry/lease/end.lua"];

const ASIDE: [Aside; 17] = [
    Aside { before: LEFT_BEHIND, script: TASKS, keys: &["jobs"], arguments: &["beat", CLIENT, "60000", "4"] },
    Aside { before: DUE, script: TASKS, keys: &["jobs"], arguments: &["beat", CLIENT, "60000", "4"] },
    Aside {
        before: &[&["LPUSH", "queue", "1"]],
        script: &["list/put_back.lua"],
        keys: &["queue", "queue$returned:1"],
        arguments: &["7"],
    },
    Aside {
        before: HELD,
        script: TASKS,
        keys: &["jobs"],
        arguments: &["settle", CLIENT, "60000", "0", "untouched", "nn", "2", "1"],
    },
    Aside {
        before: NEW,
        script: TASKS,
        keys: &["jobs"],
        arguments: &["settle", CLIENT, "60000", "0", "untouched", "nn", "2", "1"],
    },
    Aside {
        before: HELD,
        script: QUEUE,
        keys: &["jobs"],
        arguments: &["retry_after", CLIENT, "60000", "5", "1", "0", "2", "70"],
    },
    Aside {
        before: HELD,
        script: QUEUE,
        keys: &["jobs"],
        arguments: &["unreadable", CLIENT, "60000", "0", "60000", "1", "70", "1", "0", "2", "70", "3", "1"],
    },
    Aside { before: HELD, script: QUEUE, keys: &["jobs"], arguments: &["keep", CLIENT, "60000", "0", "1"] },
    Aside {
        before: UNLEASED,
        script: QUEUE,
        keys: &["jobs"],
        arguments: &["recover_unleased", CLIENT, "60000", "0", "100", "jobs$unleased$pending"],
    },
    Aside {
        before: &[&["LPUSH", "queue$dead", "1"]],
        script: &["list/put_aside.lua"],
        keys: &["queue$dead", "queue$returned:1"],
        arguments: &["7"],
    },
    Aside { before: &[], script: BEGIN, keys: PAGE, arguments: &["7", "page$lease", "value", "10000", "0"] },
    Aside {
        before: &[&["LPUSH", "page", "of others"]],
        script: BEGIN,
        keys: PAGE,
        arguments: &["7", "page$lease", "value", "10000", "0"],
    },
    Aside {
        before: &[&["SET", "page", "i|1", "PX", "5000"], &["HSET", "page$lease", "token", "6", "basis", "another"]],
        script: BEGIN,
        keys: PAGE,
        arguments: &["7", "page$lease", "ahead", "10000", "60000"],
    },
    Aside {
        before: &[&["HSET", "page", "token", "7", "waited", "1"]],
        script: STORE,
        keys: PAGE,
        arguments: &["7", "page$lease", "i|2", "60000"],
    },
    Aside { before: LED, script: STORE, keys: PAGE, arguments: &["7", "page$lease", "i|2", "60000"] },
    Aside { before: LED, script: END, keys: PAGE, arguments: &["7", "page$lease", "1000", "60000"] },
    Aside { before: LED, script: RENEW, keys: PAGE, arguments: &["7", "page$lease", "10000"] },
];

impl Aside {
    fn text(&self) -> String {
        let parts = ["redis/ask.lua"].iter().chain(self.script);
        parts.map(|path| fs::read_to_string(store().join(path)).unwrap()).collect()
    }

    /// Stores what is there before, and runs the script with these rights.
    fn run(&self, server: &Server, text: &str, rules: &[&str]) -> redis::RedisResult<redis::Value> {
        let (mut raw, mut user) = (server.raw(), server.raw());
        cmd("FLUSHALL").exec(&mut raw)?;
        for words in self.before {
            cmd(words[0]).arg(&words[1..]).exec(&mut raw)?;
        }
        allow(&mut raw, rules);
        cmd("AUTH").arg(&["bot", "pass"]).exec(&mut user)?;
        let before = dump(&mut raw);
        let outcome = cmd("EVAL").arg(text).arg(self.keys.len()).arg(self.keys).arg(self.arguments).query(&mut user);
        if let Err(refusal) = &outcome {
            assert_eq!(dump(&mut raw), before, "{:?} {rules:?}: {refusal}", self.arguments);
        }
        outcome
    }
}

#[test]
fn what_comes_back_when_nobody_is_there_is_refused_or_whole() {
    let server = Server::start();
    for aside in ASIDE {
        let text = aside.text();
        let is_refused =
            |command: &String| aside.run(&server, &text, &["~*", "+@all", &format!("-{command}")]).is_err();
        assert!(called().iter().filter(|command| is_refused(command)).count() >= 3, "{:?}", aside.arguments);
        aside.run(&server, &text, &["~*", "+@all"]).unwrap();
    }
}

/// As those before Redis 7 are, and some that are no Redis.
#[test]
fn a_server_that_cannot_be_asked_is_not() {
    let server = Server::start();
    for aside in ASIDE {
        let text = aside.text().replace("redis.acl_check_cmd", "redis.nothing_of_the_kind");
        aside.run(&server, &text, &["~*", "+@all"]).unwrap();
    }
}
