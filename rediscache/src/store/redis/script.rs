//! A Lua script and its digest, alone or with a message published in the same step.

use std::borrow::Cow;
use std::sync::OnceLock;

use redis::{ErrorKind, RedisError, ServerErrorKind};

/// What scripts ask with whether they may do what they are about to do. Those that use it begin with it.
const ASK: &str = include_str!("ask.lua");

/// A script. All that is kept in Redis for one object lies in one slot, so that every script runs on a cluster.
pub(crate) struct Script {
    pub(super) alone: ScriptText,
    /// The same, which also publishes its last argument on the channel before that.
    publishing: OnceLock<[ScriptText; 2]>,
}

/// What a server runs, and by which name it knows it.
pub(super) struct ScriptText {
    pub(super) source: Cow<'static, str>,
    digest: OnceLock<String>,
}

/// The commands that publish: `PUBLISH` is heard on one server, `SPUBLISH` by those at the node of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Publish,
    ShardedPublish,
}

impl Verb {
    pub(crate) fn command(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::ShardedPublish => "SPUBLISH",
        }
    }
}

impl Script {
    pub(crate) const fn new(source: &'static str) -> Self {
        Self { alone: ScriptText::new(Cow::Borrowed(source)), publishing: OnceLock::new() }
    }

    pub(super) fn publishing(&self, verb: Verb) -> &ScriptText {
        let [publish, sharded] = self.publishing.get_or_init(|| {
            let verbs = [Verb::Publish, Verb::ShardedPublish];
            verbs.map(|verb| ScriptText::new(publishing(&self.alone.source, verb.command()).into()))
        });
        match verb {
            Verb::Publish => publish,
            Verb::ShardedPublish => sharded,
        }
    }
}

impl ScriptText {
    const fn new(source: Cow<'static, str>) -> Self {
        Self { source, digest: OnceLock::new() }
    }

    pub(super) fn digest(&self) -> &str {
        self.digest.get_or_init(|| redis::Script::new(&self.source).get_hash().to_owned())
    }

    /// An error of this script, which says the name of the command that was refused where the server does not.
    /// `arguments` are those of the script, from `ARGV[1]` on.
    pub(super) fn named(&self, error: RedisError, arguments: &[&[u8]]) -> RedisError {
        let named = error.detail().and_then(|detail| Some((is_unnamed(detail)?, self.command_at(detail, arguments)?)));
        let Some((kind, command)) = named else { return error };
        let detail = match kind {
            ServerErrorKind::NoPerm => format!("this user may not run the '{command}' command"),
            _ => format!("unknown command '{command}'"),
        };
        (ErrorKind::Server(kind), "a command of a script was refused", detail).into()
    }

    /// The name of the command on the line that the error names; each line calls one at most.
    fn command_at(&self, detail: &str, arguments: &[&[u8]]) -> Option<String> {
        let line = self.source.lines().nth(line_of(detail)?.checked_sub(1)?)?;
        let (_, call) = CALLS.iter().find_map(|call| line.split_once(call))?;
        let name = match call.strip_prefix("ARGV[") {
            Some(index) => {
                let index: usize = index.split(']').next()?.parse().ok()?;
                str::from_utf8(arguments.get(index.checked_sub(1)?)?).ok()?
            }
            None => call.strip_prefix('\'')?.split('\'').next()?,
        };
        Some(name.to_ascii_lowercase())
    }
}

/// A script and not a transaction: in a transaction, nodes of some versions do not look whether a key has left when
/// something is published, too; and a user without `MULTI` would do each part by itself.
///
/// What is published comes after the change, which then explains it to those who hear of both. Whether it may be published
/// is asked before anything is done.
fn publishing(source: &str, verb: &str) -> String {
    let change = source.strip_prefix(ASK).unwrap_or(source);
    format!(
        "{ASK}\
         local message, channel = table.remove(ARGV), table.remove(ARGV)\n\
         ask('{verb}', channel, message)\n\
         local function change()\n{change}\nend\n\
         local answer = change()\n\
         redis.call('{verb}', channel, message)\n\
         return answer"
    )
}

/// What stands where a script calls a command, or asks whether it may.
const CALLS: [&str; 2] = ["redis.call(", "may("];

/// The line that an error of a script stands on, as servers say it: `… on @user_script:12.`
fn line_of(detail: &str) -> Option<usize> {
    let (_, line) = detail.rsplit_once("@user_script:")?;
    line.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Whether the server refused a command of a script and does not say which.
fn is_unnamed(detail: &str) -> Option<ServerErrorKind> {
    match detail {
        // Redis 7.0.
        _ if detail.starts_with("The user executing the script can't run this command") => {
            Some(ServerErrorKind::NoPerm)
        }
        _ if detail.starts_with("Unknown Redis command called from script")
            || detail.starts_with("Unknown command called from script")
            // `redis.acl_check_cmd()`, or `server.…` of Valkey.
            || detail.starts_with("Invalid command passed to ") =>
        {
            Some(ServerErrorKind::ResponseError)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "local x = 1\nredis.call('LPUSH', x)\nredis.call(ARGV[2], x)\n_ = may('ZREM', x) or ask('ZREM', x)";

    fn said(detail: &str) -> RedisError {
        (ErrorKind::Server(ServerErrorKind::ResponseError), "An error was signalled", detail.to_owned()).into()
    }

    fn detail(detail: &str) -> String {
        ScriptText::new(Cow::Borrowed(TEXT))
            .named(said(detail), &[b"first", b"HSET"])
            .detail()
            .unwrap_or_default()
            .to_owned()
    }

    #[test]
    fn a_refusal_of_every_version_names_the_command_of_its_line() {
        let redis =
            "The user executing the script can't run this command or subcommand script: 7f9c, on @user_script:2.";
        assert_eq!(detail(redis), "this user may not run the 'lpush' command");
        let renamed = "Unknown Redis command called from script script: 7f9c, on @user_script:3.";
        assert_eq!(detail(renamed), "unknown command 'hset'");
        assert_eq!(detail("Unknown command called from script script: on @user_script:2."), "unknown command 'lpush'");
        let asked = "Invalid command passed to redis.acl_check_cmd() script: 7f9c, on @user_script:4.";
        assert_eq!(detail(asked), "unknown command 'zrem'");
    }

    #[test]
    fn what_names_its_command_or_is_no_refusal_stays_as_it_is() {
        let named =
            "ACL failure in script: User u has no permissions to run the 'lpush' command script: on @user_script:2.";
        let beyond = "Unknown command called from script script: on @user_script:99.";
        for text in
            [named, beyond, "Unknown command called from script script: on @user_script:0.", "some other trouble"]
        {
            assert_eq!(detail(text), text);
        }
    }
}
