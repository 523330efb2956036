//! The scripts. Each works on `KEYS[1]` alone, so that all run on a cluster.

use std::sync::LazyLock;

use redis::{Arg, Cmd, Script, ToRedisArgs, cmd};

use super::request::Effect;

/// A script and its digest.
pub(super) struct Lua {
    source: &'static str,
    digest: LazyLock<String>,
}

macro_rules! scripts {
    ($($name:ident: $file:literal;)*) => {$(
        pub(super) static $name: Lua = Lua {
            source: include_str!(concat!("lua/", $file, ".lua")),
            digest: LazyLock::new(|| Script::new($name.source).get_hash().to_owned()),
        };
    )*};
}

scripts! {
    COMPARE_AND_SWAP: "compare_and_swap";
    INCREMENT: "increment";
    PUT_BACK: "put_back";
    REPLACE_ALL: "replace_all";
    TASKS: "tasks";
    WHOLE_KEY: "whole_key";
}

impl Lua {
    pub(super) fn key(&self, key: &str) -> Invocation {
        let mut command = cmd("EVALSHA");
        command.arg(&*self.digest).arg(1).arg(key);
        Invocation { source: self.source, command, effect: Effect::Once, has_one_key: true }
    }

    /// On several keys of one slot.
    pub(super) fn keys(&self, keys: &[String]) -> Invocation {
        let mut command = cmd("EVALSHA");
        command.arg(&*self.digest).arg(keys.len()).arg(keys);
        Invocation { source: self.source, command, effect: Effect::Once, has_one_key: false }
    }
}

/// One run of a script.
pub(super) struct Invocation {
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

    pub(super) fn by_digest(&self) -> &Cmd {
        &self.command
    }

    /// The same with the script itself, which the server remembers then.
    pub(super) fn by_source(&self) -> Cmd {
        let mut command = cmd("EVAL");
        command.arg(self.source);
        for argument in self.command.args_iter().skip(2) {
            if let Arg::Simple(argument) = argument {
                command.arg(argument);
            }
        }
        command
    }
}
