//! The scripts. Each works on `KEYS[1]` alone, so that all run on a cluster.

use std::sync::LazyLock;

use redis::{Arg, Cmd, Script, ToRedisArgs, cmd};

use super::request::Effect;

/// A script and its digest.
pub(super) struct Lua {
    source: &'static str,
    digest: LazyLock<String>,
    /// The same, which also publishes its last argument on the channel before that.
    announcing: LazyLock<(String, String)>,
}

macro_rules! scripts {
    ($($name:ident: $file:literal;)*) => {$(
        pub(super) static $name: Lua = Lua {
            source: include_str!(concat!("lua/", $file, ".lua")),
            digest: LazyLock::new(|| digest($name.source)),
            announcing: LazyLock::new(|| announcing($name.source)),
        };
    )*};
}

scripts! {
    COMMANDS: "commands";
    COMPARE_AND_SWAP: "compare_and_swap";
    INCREMENT: "increment";
    PUT_BACK: "put_back";
    REPLACE_ALL: "replace_all";
    TASKS: "tasks";
    WHOLE_KEY: "whole_key";
}

fn digest(source: &str) -> String {
    Script::new(source).get_hash().to_owned()
}

/// What is published comes after the change, which then explains it to those who hear of both, and in any case.
fn announcing(source: &str) -> (String, String) {
    let source = format!(
        "local said, channel = table.remove(ARGV), table.remove(ARGV)\n\
         if not redis.acl_check_cmd('SPUBLISH', channel, said) then\n\
         return redis.error_reply(\"NOPERM this user may not run the 'spublish' command\")\n\
         end\n\
         local function change()\n{source}\nend\n\
         local done, answer = pcall(change)\n\
         redis.call('SPUBLISH', channel, said)\n\
         if not done and type(answer) ~= 'table' then\n\
         return redis.error_reply(answer)\n\
         end\n\
         return answer"
    );
    let digest = digest(&source);
    (source, digest)
}

impl Lua {
    pub(super) fn key(&'static self, key: &str) -> Invocation {
        let mut command = cmd("EVALSHA");
        command.arg(&*self.digest).arg(1).arg(key);
        Invocation { lua: self, source: self.source, command, effect: Effect::Once, has_one_key: true }
    }

    /// On several keys of one slot.
    pub(super) fn keys(&'static self, keys: &[String]) -> Invocation {
        let mut command = cmd("EVALSHA");
        command.arg(&*self.digest).arg(keys.len()).arg(keys);
        Invocation { lua: self, source: self.source, command, effect: Effect::Once, has_one_key: false }
    }
}

/// One run of a script.
pub(super) struct Invocation {
    lua: &'static Lua,
    source: &'static str,
    command: Cmd,
    effect: Effect,
    has_one_key: bool,
}

impl Invocation {
    /// Says what it does; unless this is called, it must not be run twice.
    pub(super) fn has_effect(&mut self, effect: Effect) -> &mut Self {
        self.effect = effect;
        self
    }

    pub(super) fn effect(&self) -> Effect {
        self.effect
    }

    pub(super) fn has_one_key(&self) -> bool {
        self.has_one_key
    }

    pub(super) fn arg(&mut self, argument: impl ToRedisArgs) -> &mut Self {
        self.command.arg(argument);
        self
    }

    /// The same, after which `said` is published on a channel of the same slot, in the same step.
    pub(super) fn announcing(&self, channel: &str, said: &[u8]) -> Self {
        let (source, digest) = &*self.lua.announcing;
        let mut command = cmd("EVALSHA");
        command.arg(digest);
        let mut command = with_arguments(command, &self.command, 2);
        command.arg(channel).arg(said);
        Self { source, command, ..*self }
    }

    pub(super) fn by_digest(&self) -> &Cmd {
        &self.command
    }

    /// The same with the script itself, which the server remembers then.
    pub(super) fn by_source(&self) -> Cmd {
        let mut command = cmd("EVAL");
        command.arg(self.source);
        with_arguments(command, &self.command, 2)
    }
}

/// The command with the arguments of another, but for the first of those.
fn with_arguments(mut command: Cmd, other: &Cmd, but: usize) -> Cmd {
    for argument in arguments(other, but) {
        command.arg(argument);
    }
    command
}

fn arguments(command: &Cmd, but: usize) -> impl Iterator<Item = &[u8]> {
    let all = command.args_iter().skip(but);
    all.filter_map(|argument| if let Arg::Simple(bytes) = argument { Some(bytes) } else { None })
}

/// Commands on one key, done in one step.
pub(super) fn together(commands: &[&Cmd], key: &str) -> Invocation {
    let mut script = COMMANDS.key(key);
    for command in commands {
        let count = arguments(command, 2).count();
        script.arg(count).arg(arguments(command, 0).next());
        for argument in arguments(command, 2) {
            script.arg(argument);
        }
    }
    script
}
