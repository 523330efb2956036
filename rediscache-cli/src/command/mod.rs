//! What can be asked for, a file each.

mod dead;
mod diagnosis;
mod doctor;
mod get;
mod ls;
mod named;
mod paste;
mod queue;
mod queues;
mod rename;
mod shapes;
mod show;
mod tally;

use crate::arguments::{Arguments, Command};
use crate::error::Result;
use crate::output::Output;
use crate::server::Server;

/// Does what was asked for, and tells the code to end with.
pub(crate) fn run(server: &mut Server, output: &mut Output, arguments: &Arguments) -> Result<u8> {
    match &arguments.command {
        Command::Help | Command::Version => Ok(()),
        Command::Ls => ls::run(server, output),
        Command::Show(namespace) => show::run(server, output, namespace, arguments),
        Command::Get(namespace, key) => get::run(server, output, namespace, key),
        Command::Queues => queues::run(server, output),
        Command::Dead(namespace, action) => dead::run(server, output, namespace, *action, arguments),
        Command::Shapes => shapes::run(server, output),
        Command::Doctor => return doctor::run(server, output, arguments),
        Command::Rename(old, new) => rename::run(server, output, old, new),
    }
    .map(|()| 0)
}
