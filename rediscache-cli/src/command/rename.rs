//! `rename`: an object gets another name, with all that lies beside it.

use std::collections::BTreeSet;

use crate::error::{Failure, Result};
use crate::json::object;
use crate::names::{self, Role};
use crate::output::{Output, Progress};
use crate::server::{Server, Walk};
use crate::text;

/// How many keys one script renames. An object of fewer is renamed in one step.
const TOGETHER: usize = 4000;

/// KEYS: of each key the old name and the new one. ARGV: how many those are, then, if there are records, the hash of them, the old
/// name in it and the new one -> how many were renamed, or the new name that is taken
const RENAME: &str = "
for at = 2, #KEYS, 2 do
  if redis.call('EXISTS', KEYS[at]) == 1 then
    return KEYS[at]
  end
end
local renamed = 0
for at = 1, #KEYS, 2 do
  if redis.call('EXISTS', KEYS[at]) == 1 then
    redis.call('RENAME', KEYS[at], KEYS[at + 1])
    renamed = renamed + 1
  end
end
if ARGV[1] then
  local record = redis.call('HGET', ARGV[1], ARGV[2])
  if record then
    redis.call('HSETNX', ARGV[1], ARGV[3], record)
    redis.call('HDEL', ARGV[1], ARGV[2])
  end
end
return renamed";

pub(super) fn run(server: &mut Server, output: &mut Output, old: &str, new: &str) -> Result<()> {
    check(server, old, new)?;
    let record = record_of(server, old.as_bytes(), new.as_bytes())?;
    let keys = keys_of(server, old.as_bytes())?;
    if keys.is_empty() && record.is_none() {
        return Err(super::named::absent(old.as_bytes()));
    }
    let taken = keys_of(server, new.as_bytes())?;
    // What was renamed of many entries, before that was broken off, is not yet on record by its new name.
    let is_begun = record.is_some() && record_of(server, new.as_bytes(), new.as_bytes())?.is_none();
    let is_entry = |key: &&Vec<u8>| matches!(names::split(key).1, Role::Entry(_) | Role::Lease);
    if let Some(taken) = taken.iter().find(|key| !is_begun || !is_entry(key)) {
        return Err(is_taken(taken));
    }
    let (mut renamed, mut progress) = (0, Progress::new());
    let pairs: Vec<(Vec<u8>, Vec<u8>)> =
        keys.iter().map(|key| (key.clone(), renamed_key(key, old.as_bytes(), new.as_bytes()))).collect();
    let mut chunks: Vec<&[(Vec<u8>, Vec<u8>)]> = pairs.chunks(TOGETHER).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    let last = chunks.len() - 1;
    for (at, chunk) in chunks.iter().enumerate() {
        let mut script = redis::cmd("EVAL");
        script.arg(RENAME).arg(2 * chunk.len());
        chunk.iter().for_each(|(from, to)| {
            script.arg(from).arg(to);
        });
        // What is on record comes last: a rename that was broken off can be made again.
        if let Some(record) = record.as_ref().filter(|_| at == last) {
            record.iter().for_each(|part| {
                script.arg(part);
            });
        }
        match server.ask::<redis::Value>(old.as_bytes(), &script)? {
            redis::Value::Int(count) => renamed += u64::try_from(count).unwrap_or_default(),
            redis::Value::BulkString(taken) => return Err(is_taken(&taken)),
            _ => return Err(Failure::failed("what the server answers to a script cannot be read")),
        }
        progress.tell("renaming keys", renamed, Some(pairs.len() as u64));
    }
    if output.is_json {
        return output.json(&object! { "old": old, "new": new, "keys": renamed, "on_record": record.is_some() });
    }
    let (old, new) = (text::escaped(old), text::escaped(new));
    output.line(&format!(
        "`{old}` is `{new}` now: {renamed} keys. A program that still has the old name goes on with that."
    ))
}

fn check(server: &Server, old: &str, new: &str) -> Result<()> {
    if server.is_cluster() {
        return Err(Failure::failed(
            "on a cluster the new name lies on another node, and keys cannot be renamed from one node to another: \
             copy the entries with a program that has both names",
        ));
    }
    if old == new {
        return Err(Failure::mistaken("both names are the same"));
    }
    let is_object = |name: &str| names::split(name.as_bytes()) == (name.as_bytes().to_vec(), Role::Own);
    if new.is_empty() || !is_object(new) || new.split('.').any(|part| part.starts_with('$')) {
        return Err(Failure::mistaken(format!(
            "`{}` cannot be the name of an object: it is empty, or reads like a part of another one; give one such as Room.topics",
            text::escaped(new)
        )));
    }
    Ok(())
}

fn is_taken(key: &[u8]) -> Failure {
    Failure::failed(format!("`{}` is there already, and nothing is written over: give another name", text::shown(key)))
}

/// All keys that belong to an object.
fn keys_of(server: &mut Server, name: &[u8]) -> Result<Vec<Vec<u8>>> {
    let (mut keys, mut progress, mut looked, count) = (BTreeSet::new(), Progress::new(), 0, server.key_count());
    for start in [&b""[..], b"{"] {
        let (pattern, mut walk) = ([start, &names::pattern(name), b"*"].concat(), Walk::default());
        while let Some(found) = server.page(&mut walk, Some(&pattern))? {
            looked += 500;
            progress.tell("looking for keys", looked, count);
            keys.extend(found.into_iter().filter(|key| {
                let (object, role) = names::split(key);
                object == name && !matches!(role, Role::Objects | Role::Shapes)
            }));
        }
    }
    Ok(keys.into_iter().collect())
}

/// The name of a key, with the new one in place of the old one.
fn renamed_key(key: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let start = if key.starts_with(old) { 0 } else { 1 };
    [&key[..start], new, &key[start + old.len()..]].concat()
}

/// The hash where the object is on record, its name there and the new one. Shapes and records stay below one prefix.
fn record_of(server: &mut Server, old: &[u8], new: &[u8]) -> Result<Option<[Vec<u8>; 3]>> {
    let prefixes: Vec<&[u8]> = names::prefixes(old).collect();
    for prefix in prefixes.into_iter().rev() {
        let hash = names::below(prefix, names::OBJECTS.as_bytes());
        let name = names::local(prefix, old).unwrap_or(old);
        let is_there = server.ask::<bool>(&hash, redis::cmd("HEXISTS").arg(&hash).arg(name)).unwrap_or_default();
        if is_there {
            let Some(renamed) = names::local(prefix, new) else {
                return Err(Failure::mistaken(format!(
                    "`{}` is below `{}`, where its shapes are kept: the new name must be, too",
                    text::shown(old),
                    text::shown(prefix)
                )));
            };
            return Ok(Some([hash, name.to_vec(), renamed.to_vec()]));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_of_an_object_gets_the_new_name() {
        for (key, renamed) in [("a", "b.c"), ("a$dead", "b.c$dead"), ("{a}$dead", "{b.c}$dead"), ("a:i|1", "b.c:i|1")] {
            assert_eq!(renamed_key(key.as_bytes(), b"a", b"b.c"), renamed.as_bytes());
        }
    }
}
