//! What is sent and answered as a whole, and what is known of it: its key, and what sending it twice would do.

use redis::{Arg, Cmd, Pipeline, RedisError, ToRedisArgs, cmd};

use super::script::{Script, ScriptText, Verb};
use crate::store::packed::Packed;

/// The most bytes that a write may have to be made again: a server closes the connection of whoever sends it more than it
/// takes, and the next one, with all calls on it, would end likewise.
const MOST_REPEATED: usize = 1 << 20;

/// How many arguments most scripts take.
const SOME_ARGUMENTS: usize = 8;

/// What a request does, and so whether it may be sent twice; the later ones do more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// It reads.
    Read,
    /// It leaves what it left the first time, and answers the same.
    Idempotent,
    /// The second time would do more, or say something else.
    Once,
}

/// A command or a script on one key, with its arguments.
pub(crate) struct Request<'a> {
    key: &'a str,
    effect: Effect,
    body: Body,
}

pub(super) enum Body {
    Command(Cmd),
    /// Commands on the key that are sent together; there is an answer for each.
    Commands(Pipeline),
    /// Commands on keys of their own, in one request; each is answered, or refused, by itself.
    Apart(Pipeline),
    Script(Invocation),
}

/// One run of a script.
pub(super) struct Invocation {
    text: &'static ScriptText,
    script: &'static Script,
    /// `EVALSHA`, the digest, the number of keys, the keys, the arguments.
    pub(super) by_digest: Cmd,
    keys: usize,
}

/// Makes any command publish, by running it in a script.
static COMMAND: Script = Script::new(include_str!("command.lua"));

impl<'a> Request<'a> {
    /// A command whose first argument is its key.
    pub(crate) fn command(name: &str, key: &'a str, effect: Effect) -> Self {
        Self::with_capacity(name, key, effect, 0, 0)
    }

    /// A command of two words, behind which its key stands.
    pub(crate) fn subcommand(name: &str, second: &str, key: &'a str, effect: Effect) -> Self {
        let mut command = cmd(name);
        command.arg(second).arg(key);
        Self { key, effect, body: Body::Command(command) }
    }

    /// A command that concerns no key.
    pub(crate) fn without_key(name: &str, effect: Effect) -> Self {
        Self { key: "", effect, body: Body::Command(cmd(name)) }
    }

    /// The same on all of `parts`, in one buffer of the right size.
    pub(crate) fn on_all(name: &str, key: &'a str, effect: Effect, parts: &Packed) -> Self {
        Self::with_capacity(name, key, effect, parts.len(), parts.bytes()).args(parts.iter())
    }

    fn with_capacity(name: &str, key: &'a str, effect: Effect, arguments: usize, bytes: usize) -> Self {
        let mut command = Cmd::with_capacity(arguments + 2, bytes + key.len() + name.len());
        command.arg(name).arg(key);
        Self { key, effect, body: Body::Command(command) }
    }

    /// The same on all of these keys.
    pub(crate) fn on_keys(name: &str, first: &'a str, effect: Effect, keys: &Packed) -> Self {
        let mut command = Cmd::with_capacity(keys.len() + 1, keys.bytes() + name.len());
        command.arg(name);
        keys.iter().for_each(|key| _ = command.arg(key));
        Self { key: first, effect, body: Body::Command(command) }
    }

    /// A `HINCRBY`, in one buffer of the right size.
    pub(crate) fn add(key: &'a str, field: &[u8], amount: i64) -> Self {
        let request = Self::with_capacity("HINCRBY", key, Effect::Once, 2, field.len() + 20);
        request.arg(field).arg(amount)
    }

    /// A `SET` of an entry that is kept for so many milliseconds.
    pub(crate) fn store(key: &'a str, value: &[u8], kept: i64) -> Self {
        Self { key, effect: Effect::Idempotent, body: Body::Command(set(key.as_bytes(), value, kept)) }
    }

    /// As [`store`](Self::store), of alternating keys and values; each is answered, or refused, by itself.
    pub(crate) fn stores(first: &'a str, pairs: &Packed, kept: &[i64]) -> Self {
        let mut commands = Pipeline::with_capacity(kept.len());
        commands.ignore_errors();
        let mut parts = pairs.iter();
        for &kept in kept {
            let (Some(key), Some(value)) = (parts.next(), parts.next()) else { break };
            commands.add_command(set(key, value, kept));
        }
        Self { key: first, effect: Effect::Idempotent, body: Body::Apart(commands) }
    }

    /// A command on each of the keys of one server, and then the other request, answered in their order, or refused as a whole
    /// where one is.
    pub(crate) fn on_each_and(name: &str, keys: &Packed, last: Self) -> Self {
        let mut together = Pipeline::with_capacity(keys.len() + 1);
        for key in keys.iter() {
            let mut command = Cmd::with_capacity(2, name.len() + key.len());
            command.arg(name).arg(key);
            together.add_command(command);
        }
        let Self { key, effect, body } = last;
        body.append_to(&mut together);
        Self { key, effect, body: Body::Commands(together) }
    }

    /// A command for each of `parts`, whose answers may be refusals.
    pub(crate) fn each(name: &str, key: &'a str, effect: Effect, parts: &Packed) -> Self {
        let mut commands = Pipeline::with_capacity(parts.len());
        commands.ignore_errors();
        for part in parts.iter() {
            commands.cmd(name).arg(key).arg(part);
        }
        Self { key, effect, body: Body::Commands(commands) }
    }

    /// Requests for one server, as one that goes where the first goes.
    pub(super) fn apart(mut requests: impl ExactSizeIterator<Item = Self>) -> Option<Self> {
        let mut commands = Pipeline::with_capacity(requests.len());
        commands.ignore_errors();
        let Self { key, mut effect, body } = requests.next()?;
        body.append_to(&mut commands);
        for request in requests {
            effect = effect.max(request.effect);
            request.body.append_to(&mut commands);
        }
        Some(Self { key, effect, body: Body::Apart(commands) })
    }

    /// A script on one key.
    pub(crate) fn script(script: &'static Script, key: &'a str, effect: Effect) -> Self {
        Self::script_with_room(script, key, effect, (SOME_ARGUMENTS, 0))
    }

    /// The same, in one buffer for so many arguments with so many bytes.
    pub(crate) fn script_with_room(
        script: &'static Script,
        key: &'a str,
        effect: Effect,
        room: (usize, usize),
    ) -> Self {
        Self { key, effect, body: Body::Script(Invocation::new(script, &[key], room)) }
    }

    /// A script on several keys of one slot, of which the first is `key`.
    pub(crate) fn script_on(script: &'static Script, key: &'a str, beside: &[String], effect: Effect) -> Self {
        let keys: Vec<&str> = std::iter::once(key).chain(beside.iter().map(String::as_str)).collect();
        Self { key, effect, body: Body::Script(Invocation::new(script, &keys, (SOME_ARGUMENTS, 0))) }
    }

    /// A script on many keys of one server, which is that of `first`.
    pub(crate) fn script_on_all(script: &'static Script, first: &'a str, keys: &[&[u8]], effect: Effect) -> Self {
        Self { key: first, effect, body: Body::Script(Invocation::new(script, keys, (SOME_ARGUMENTS, 0))) }
    }

    pub(crate) fn arg(self, argument: impl ToRedisArgs) -> Self {
        self.args([argument])
    }

    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item = impl ToRedisArgs>) -> Self {
        let command = match &mut self.body {
            Body::Command(command) => command,
            Body::Script(invocation) => &mut invocation.by_digest,
            Body::Commands(_) | Body::Apart(_) => unreachable!("commands are whole when they are put together"),
        };
        for argument in arguments {
            command.arg(argument);
        }
        self
    }

    /// The same, with another read on the key right behind it.
    pub(crate) fn and_read(self, name: &str) -> Self {
        let mut reads = Pipeline::with_capacity(2);
        if let Body::Command(command) = self.body {
            reads.add_command(command);
        }
        reads.cmd(name).arg(self.key);
        Self { body: Body::Commands(reads), ..self }
    }

    /// The same change, after which `message` is published on a channel of the same slot, in the same step.
    pub(super) fn publishing(self, verb: Verb, channel: &str, message: &[u8]) -> Self {
        let Self { key, effect, body } = self;
        let invocation = match body {
            Body::Script(invocation) => invocation,
            Body::Command(command) => {
                let mut invocation = Invocation::new(&COMMAND, &[key], (SOME_ARGUMENTS, size(&command)));
                // All but the key, which the script is given as such.
                for (_, argument) in arguments(&command).enumerate().filter(|(at, _)| *at != 1) {
                    invocation.by_digest.arg(argument);
                }
                invocation
            }
            Body::Commands(_) | Body::Apart(_) => unreachable!("several changes are published one by one"),
        };
        let mut invocation = invocation.with_text(invocation.script.publishing(verb));
        invocation.by_digest.arg(channel).arg(message);
        Self { key, effect, body: Body::Script(invocation) }
    }

    pub(crate) fn key(&self) -> &'a str {
        self.key
    }

    pub(super) fn effect(&self) -> Effect {
        let is_large = || match &self.body {
            Body::Command(command) => size(command) > MOST_REPEATED,
            Body::Script(invocation) => size(&invocation.by_digest) > MOST_REPEATED,
            Body::Commands(_) | Body::Apart(_) => false,
        };
        match self.effect {
            Effect::Idempotent if is_large() => Effect::Once,
            effect => effect,
        }
    }

    /// Whether it can be made at a node that has only a part of the slot.
    pub(super) fn has_one_key(&self) -> bool {
        match &self.body {
            Body::Command(_) | Body::Commands(_) => true,
            Body::Apart(_) => false,
            Body::Script(invocation) => invocation.keys == 1,
        }
    }

    pub(super) fn body(&self) -> &Body {
        &self.body
    }

    /// The error, which says the name of the command that was refused, as far as that is known.
    pub(super) fn named(&self, error: RedisError) -> RedisError {
        match &self.body {
            Body::Script(invocation) => invocation.named(error),
            _ => error,
        }
    }
}

/// In buffers of the right size.
fn set(key: &[u8], value: &[u8], kept: i64) -> Cmd {
    let mut command = Cmd::with_capacity(5, key.len() + value.len() + 24);
    command.arg("SET").arg(key).arg(value).arg("PX").arg(kept);
    command
}

impl Body {
    fn append_to(self, commands: &mut Pipeline) {
        match self {
            Self::Command(command) => commands.add_command(command),
            Self::Script(invocation) => commands.add_command(invocation.by_digest),
            Self::Commands(several) | Self::Apart(several) => {
                several.cmd_iter().fold(commands, |commands, command| commands.add_command(command.clone()))
            }
        };
    }
}

impl Invocation {
    fn new<K: ToRedisArgs + AsRef<[u8]>>(
        script: &'static Script,
        keys: &[K],
        (arguments, bytes): (usize, usize),
    ) -> Self {
        let own = 64 + keys.iter().map(|key| key.as_ref().len()).sum::<usize>();
        let mut by_digest = Cmd::with_capacity(arguments + keys.len() + 3, bytes + own);
        by_digest.arg("EVALSHA").arg(script.alone.digest()).arg(keys.len()).arg(keys);
        Self { text: &script.alone, script, by_digest, keys: keys.len() }
    }

    fn with_text(&self, text: &'static ScriptText) -> Self {
        let by_digest = replaced(&self.by_digest, "EVALSHA", text.digest());
        Self { text, by_digest, ..*self }
    }

    /// The error, which says the name of the command that was refused where the server does not.
    pub(super) fn named(&self, error: RedisError) -> RedisError {
        let script_arguments: Vec<&[u8]> = arguments(&self.by_digest).skip(3 + self.keys).collect();
        self.text.named(error, &script_arguments)
    }

    /// With the script itself, which the server remembers then.
    pub(super) fn by_source(&self) -> Cmd {
        replaced(&self.by_digest, "EVAL", &self.text.source)
    }
}

/// The command with another name and another first argument.
fn replaced(command: &Cmd, name: &str, first: &str) -> Cmd {
    let mut replaced = cmd(name);
    replaced.arg(first);
    for argument in arguments(command).skip(2) {
        replaced.arg(argument);
    }
    replaced
}

/// The name and all arguments.
fn arguments(command: &Cmd) -> impl Iterator<Item = &[u8]> {
    command.args_iter().filter_map(|argument| if let Arg::Simple(bytes) = argument { Some(bytes) } else { None })
}

/// How many bytes its arguments take.
fn size(command: &Cmd) -> usize {
    arguments(command).map(<[u8]>::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_together_may_be_sent_as_often_as_each_of_it() {
        let parts: Packed = [b"part"].into_iter().collect();
        for effects in [[Effect::Read, Effect::Once], [Effect::Once, Effect::Read]] {
            let requests = effects.map(|effect| Request::each("HDEL", "key", effect, &parts));
            let together = Request::apart(requests.into_iter()).map(|together| together.effect);
            assert_eq!(together, Some(Effect::Once));
        }
    }
}
