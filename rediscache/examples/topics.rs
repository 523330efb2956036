//! Loads `KEY<TAB>VALUE` lines into a typed cache and answers look-ups: `cargo run --example topics -- --help`.

use std::error::Error;
use std::ffi::OsString;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use rediscache::{RedisCache, RedisNamespaced, RedisSession};

const HELP: &str = "\
usage: topics [FILE] [--get KEY...]

Loads lines of the form KEY<TAB>VALUE into the cache `Channel.topics`, then prints what is stored under each KEY
asked for, in the same form. KEY is a whole number below 2^64, VALUE is UTF-8 text, a line has 64 KiB at most; of
two equal keys the later line wins. The store is the embedded one, which ends with the program, or the server whose
URL is in REDISCACHE_URL, where what is stored already stays.

  FILE            what to load; standard input where it is left out or `-`
  --get KEY...    what to look up; where it is left out and FILE is given, the lines of standard input

Lines that cannot be read are left out; the first 20 of them are reported by number.
Exit status: 0 when all lines and keys could be read, 1 when some could not, 2 when the work could not be done.
";

/// How many entries travel together.
const BATCH: usize = 1_000;

/// The longest line that is held in memory.
const LONGEST: usize = 64 * 1024;

/// How many unreadable lines are reported one by one.
const REPORTED: u64 = 20;

#[derive(RedisNamespaced)]
struct Channel {
    topics: RedisCache<u64, String>,
}

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(std::env::args_os().skip(1)).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprint!("topics: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprint!(": {error}");
                cause = error.source();
            }
            eprintln!();
            ExitCode::from(2)
        }
    }
}

/// Does what the arguments say; whether all lines and keys could be read.
async fn run(args: impl Iterator<Item = OsString>) -> Outcome<bool> {
    let mut args = args.peekable();
    let file = args.next_if(|arg| !arg.to_string_lossy().starts_with("--")).filter(|file| file != "-");
    let keys = match args.next() {
        Some(option) if option == "--get" => Some(args),
        Some(option) if option == "--help" => return Ok(io::stdout().write_all(HELP.as_bytes()).map(|()| true)?),
        Some(unknown) => return Err(format!("`{}` is not understood; see --help", unknown.display()).into()),
        None => None,
    };
    let session = RedisSession::from_env().await?.install();
    let mut readable = match &file {
        Some(path) => load_file(path).await?,
        None => load(io::stdin(), &progress(0)).await?,
    };
    if let Some(keys) = keys {
        for key in keys {
            readable &= look_up(&key.to_string_lossy()).await?;
        }
    } else if file.is_some() {
        readable &= answer(io::stdin().lock()).await?;
    }
    session.close().await?;
    Ok(readable)
}

async fn load_file(path: &OsString) -> Outcome<bool> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let progress = progress(file.metadata()?.len());
    load(progress.wrap_read(file), &progress).await
}

/// Stores all lines, a batch at a time; whether all could be read.
async fn load(input: impl Read, progress: &ProgressBar) -> Outcome<bool> {
    let mut input = BufReader::with_capacity(LONGEST, input);
    let (mut line, mut batch) = (Vec::new(), Vec::with_capacity(BATCH));
    let (mut number, mut unreadable) = (0_u64, 0_u64);
    while next_line(&mut input, &mut line).map_err(|error| format!("after line {number}: {error}"))? {
        number += 1;
        match entry(&line) {
            Ok(entry) => batch.push(entry),
            Err(reason) => {
                unreadable += 1;
                report(progress, unreadable, number, reason);
            }
        }
        if batch.len() == BATCH {
            Channel::topics().update(batch.drain(..)).await?;
            progress.set_message(number.to_string());
        }
    }
    Channel::topics().update(batch).await?;
    progress.finish_and_clear();
    let topics = Channel::topics().len().await?;
    eprintln!("{number} lines, {unreadable} of them unreadable; there are {topics} topics now");
    Ok(unreadable == 0)
}

/// Reads the next line, without its end, into `line`; of a line beyond [`LONGEST`], one byte more than that.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    if input.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if line.pop_if(|last| *last == b'\n').is_some() {
        line.pop_if(|last| *last == b'\r');
    } else if line.len() > LONGEST {
        input.skip_until(b'\n')?;
    }
    Ok(true)
}

/// Takes a line apart, or says what is wrong with it.
fn entry(line: &[u8]) -> Result<(u64, String), &'static str> {
    if line.len() > LONGEST {
        return Err("is longer than 64 KiB");
    }
    let line = str::from_utf8(line).map_err(|_| "is not UTF-8")?;
    let (key, value) = line.split_once('\t').ok_or("has no tab after the key")?;
    let key = key.parse().map_err(|_| "has a key that is not a whole number below 2^64")?;
    Ok((key, value.to_owned()))
}

fn report(progress: &ProgressBar, count: u64, number: u64, reason: impl Display) {
    if count <= REPORTED {
        progress.suspend(|| eprintln!("line {number} {reason}"));
    } else if count == REPORTED + 1 {
        progress.suspend(|| eprintln!("further unreadable lines are only counted"));
    }
}

/// Looks up a key a line, until the input ends; whether all were keys.
async fn answer(mut input: impl BufRead) -> Outcome<bool> {
    if io::stdin().is_terminal() {
        eprintln!("which keys? one a line, Ctrl-D ends");
    }
    let (mut line, mut readable) = (Vec::new(), true);
    while next_line(&mut input, &mut line)? {
        readable &= look_up(&String::from_utf8_lossy(&line)).await?;
    }
    Ok(readable)
}

/// Prints what is stored under `key`; whether it is a key.
async fn look_up(key: &str) -> Outcome<bool> {
    let Ok(key) = key.trim().parse::<u64>() else {
        eprintln!("{key:?} is not a whole number below 2^64");
        return Ok(false);
    };
    match Channel::topics().get(key).await? {
        Some(topic) => writeln!(io::stdout(), "{key}\t{topic}")?,
        None => eprintln!("{key} has no topic"),
    }
    Ok(true)
}

/// A bar for so many bytes, or a count where there is no telling; nothing unless standard error is a terminal.
fn progress(bytes: u64) -> ProgressBar {
    let (bar, template) = match bytes {
        0 => (ProgressBar::no_length(), "{msg} lines"),
        bytes => (ProgressBar::new(bytes), "{wide_bar} {percent}% {msg} lines, {eta} left"),
    };
    bar.with_message("0").with_style(ProgressStyle::with_template(template).expect("the template is right"))
}
