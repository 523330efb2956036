//! `rediscache`, a command line: what programs keep in Redis, with its types, without the program.

mod address;
mod arguments;
mod command;
mod error;
mod json;
mod lookup;
mod names;
mod output;
mod page;
mod server;
mod survey;
mod text;

use std::io::Write;
use std::process::ExitCode;

use self::arguments::{Arguments, Command, USAGE};
use self::error::Result;
use self::output::Output;
use self::server::Server;

/// Where a server is when nobody says so.
const URL: &str = "redis://127.0.0.1:6379";

fn main() -> ExitCode {
    match run() {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            if !failure.is_silent() {
                // Where it cannot be told, the code says so.
                let _ = writeln!(std::io::stderr(), "rediscache: {failure}");
            }
            ExitCode::from(failure.code)
        }
    }
}

fn run() -> Result<u8> {
    let arguments = Arguments::read(lexopt::Parser::from_env())?;
    let mut output = Output::new(arguments.is_json);
    let told = match arguments.command {
        Command::Help => Some(USAGE.trim_end().to_owned()),
        Command::Version => Some(format!("rediscache {}", env!("CARGO_PKG_VERSION"))),
        _ => None,
    };
    if let Some(told) = told {
        output.line(&told)?;
        output.flush()?;
        return Ok(0);
    }
    let set = std::env::var("REDISCACHE_URL").ok().filter(|url| !url.is_empty());
    let url = arguments.url.clone().or(set).unwrap_or_else(|| URL.to_owned());
    let mut server = Server::connect(&url)?;
    let code = command::run(&mut server, &mut output, &arguments)?;
    output.flush()?;
    Ok(code)
}
