//! The old one of two programs that share data.

#[path = "../deploy/command.rs"]
mod command;
#[path = "../deploy/derived.rs"]
mod derived;
#[path = "../deploy/old.rs"]
mod old;
#[path = "../deploy/program.rs"]
mod program;

#[tokio::main(flavor = "current_thread")]
async fn main() -> rediscache::Result<()> {
    command::run(old::rows).await
}
