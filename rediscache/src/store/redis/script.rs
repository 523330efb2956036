//! A Lua script and its digest, alone or with a message published in the same step.

use std::borrow::Cow;
use std::sync::OnceLock;

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
pub(super) enum Verb {
    Publish,
    ShardedPublish,
}

impl Script {
    pub(crate) const fn new(source: &'static str) -> Self {
        Self { alone: ScriptText::new(Cow::Borrowed(source)), publishing: OnceLock::new() }
    }

    pub(super) fn publishing(&self, verb: Verb) -> &ScriptText {
        let [publish, sharded] = self.publishing.get_or_init(|| {
            ["PUBLISH", "SPUBLISH"].map(|verb| ScriptText::new(publishing(&self.alone.source, verb).into()))
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
}

/// A script and not a transaction: in a transaction, nodes of some versions do not look whether a key has left when
/// something is published, too; and a user without `MULTI` would do each part by itself.
///
/// What is published comes after the change, which then explains it to those who hear of both, and in any case. Whether it
/// may be published is asked before anything is done, since Redis takes nothing back.
fn publishing(source: &str, verb: &str) -> String {
    format!(
        "local message, channel = table.remove(ARGV), table.remove(ARGV)\n\
         if not redis.acl_check_cmd('{verb}', channel, message) then\n\
         return redis.error_reply(\"NOPERM this user may not run the '{}' command\")\n\
         end\n\
         local function change()\n{source}\nend\n\
         local done, answer = pcall(change)\n\
         redis.call('{verb}', channel, message)\n\
         if not done and type(answer) ~= 'table' then\n\
         return redis.error_reply(answer)\n\
         end\n\
         return answer",
        verb.to_lowercase()
    )
}
