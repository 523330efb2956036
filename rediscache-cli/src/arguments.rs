//! The arguments of the program.

use std::time::Duration;

use lexopt::prelude::*;

use crate::error::{Failure, Result};

pub(crate) const USAGE: &str = "\
usage: rediscache [--url URL] [--json] COMMAND

Shows what programs keep in Redis by the crate `rediscache`, or by Python's async-rediscache, with its types: from what is
on record beside the data, and without the program.

  ls                               every object: what it is, its types, how much there is of it
  show NAMESPACE                   what an object holds, page by page
  get NAMESPACE KEY                one entry, by its key: 42, a text, or JSON
  queues                           what waits, is delayed, pending and dead, and who works
  dead NAMESPACE [retry | delete]  the dead letters of a queue, which go back to it, or away
  shapes                           the shapes that values were written by
  doctor                           what is where, the struct to paste, and what is wrong
  rename OLD NEW                   renames an object, with all that lies beside it

NAMESPACE is the name of an object with what stands before it, as `ls` shows it: bot.Channel.topics.

  --url URL        where: redis://user:pass@host:port/db, rediss://…, unix:///path, redis-cluster://a:7000,b:7000,
                   redis-sentinel://a:26379/service/db; otherwise REDISCACHE_URL, and then redis://127.0.0.1:6379
  --json           JSON, for programs
  --limit N        show, dead: how many entries of a page (20)
  --cursor CURSOR  show: where the page begins; the page before it says so
  --all            show: all pages; doctor: all entries, in place of 1,000 of each object
  --watch SECONDS  doctor: looks for so long what grows (0)
  --yes            dead delete: without asking
  --help, --version

A table is aligned on a terminal, and parted by tabs elsewhere. The program ends with 0, with 1 when it failed, 2 for a
mistake in its arguments, 3 where what was asked for is not there, and 4 where `doctor` found something wrong.
";

#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) url: Option<String>,
    pub(crate) is_json: bool,
    pub(crate) limit: usize,
    pub(crate) cursor: Option<String>,
    pub(crate) is_all: bool,
    pub(crate) is_sure: bool,
    pub(crate) watch: Duration,
    pub(crate) command: Command,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Help,
    Version,
    Ls,
    Show(String),
    Get(String, String),
    Queues,
    Dead(String, DeadAction),
    Shapes,
    Doctor,
    Rename(String, String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum DeadAction {
    Show,
    Retry,
    Delete,
}

impl Arguments {
    pub(crate) fn read(mut parser: lexopt::Parser) -> Result<Self> {
        let mut arguments = Self {
            url: None,
            is_json: false,
            limit: 20,
            cursor: None,
            is_all: false,
            is_sure: false,
            watch: Duration::ZERO,
            command: Command::Help,
        };
        let (mut words, mut end) = (Vec::new(), None);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("url") => arguments.url = Some(parser.value()?.string()?),
                Long("json") => arguments.is_json = true,
                Long("limit") => arguments.limit = parser.value()?.parse()?,
                Long("cursor") => arguments.cursor = Some(parser.value()?.string()?),
                Long("all") => arguments.is_all = true,
                Long("yes") => arguments.is_sure = true,
                Long("watch") => arguments.watch = Duration::from_secs(parser.value()?.parse::<u32>()?.into()),
                Short('h') | Long("help") => end = end.or(Some(Command::Help)),
                Short('V') | Long("version") => end = end.or(Some(Command::Version)),
                Value(word) => words.push(word.string()?),
                argument => return Err(argument.unexpected().into()),
            }
        }
        if arguments.limit == 0 {
            return Err(Failure::mistaken("`--limit 0` shows nothing; leave it out, or give another number"));
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        arguments.command = end.map_or_else(|| Command::of(&words), Ok)?;
        Ok(arguments)
    }
}

impl Command {
    fn of(words: &[&str]) -> Result<Self> {
        let owned = |word: &&str| (*word).to_owned();
        Ok(match words {
            ["help"] => Self::Help,
            ["ls"] => Self::Ls,
            ["show", namespace] => Self::Show(owned(namespace)),
            ["get", namespace, key] => Self::Get(owned(namespace), owned(key)),
            ["queues"] => Self::Queues,
            ["dead", namespace] => Self::Dead(owned(namespace), DeadAction::Show),
            ["dead", namespace, "retry"] => Self::Dead(owned(namespace), DeadAction::Retry),
            ["dead", namespace, "delete"] => Self::Dead(owned(namespace), DeadAction::Delete),
            ["shapes"] => Self::Shapes,
            ["doctor"] => Self::Doctor,
            ["rename", old, new] => Self::Rename(owned(old), owned(new)),
            [] => return Err(Failure::mistaken("say what to do, `rediscache ls` for one; see `rediscache --help`")),
            [command, ..] => return Err(mistaken(command)),
        })
    }
}

fn mistaken(command: &str) -> Failure {
    let takes = match command {
        "show" => "a namespace: rediscache show bot.Channel.topics",
        "get" => "a namespace and a key: rediscache get bot.Channel.topics 42",
        "dead" => "a namespace, and then nothing, `retry` or `delete`: rediscache dead bot.Channel.reminders retry",
        "rename" => "two names: rediscache rename bot.Channel.topics bot.Room.topics",
        "ls" | "queues" | "shapes" | "doctor" => "nothing else",
        other => {
            return Failure::mistaken(format!(
                "there is no command `{}`; `rediscache --help` has them",
                crate::text::escaped(other)
            ));
        }
    };
    Failure::mistaken(format!("`{command}` takes {takes}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments> {
        Arguments::read(lexopt::Parser::from_iter(std::iter::once(&"rediscache").chain(words)))
    }

    #[test]
    fn options_stand_before_and_after_the_command() {
        let arguments = read(&["--json", "show", "a", "--limit=3", "--url", "redis://a"]).expect("they are right");
        assert_eq!(arguments.command, Command::Show("a".to_owned()));
        assert!(arguments.is_json && arguments.limit == 3 && arguments.url.as_deref() == Some("redis://a"));
        assert_eq!(
            read(&["get", "a", "--", "-5"]).expect("it is right").command,
            Command::Get("a".into(), "-5".into())
        );
        assert_eq!(read(&["show", "--help"]).expect("it is right").command, Command::Help);
    }

    #[test]
    fn a_mistake_says_what_is_to_be_written() {
        for (words, told) in [
            (&[][..], "say what to do"),
            (&["show"], "`show` takes a namespace"),
            (&["dead", "a", "retyr"], "`retry` or `delete`"),
            (&["list"], "there is no command `list`"),
            (&["ls", "--limit", "0"], "`--limit 0`"),
            (&["ls", "--nope"], "--nope"),
            (&["ls", "--limit", "x"], "see `rediscache --help`"),
        ] {
            let failure = read(words).expect_err("it is a mistake");
            assert!(failure.to_string().contains(told) && failure.code == crate::error::MISTAKEN, "{failure}");
        }
    }
}
