//! The new one of two programs that share data.

#[path = "../deploy/command.rs"]
mod command;
#[path = "../deploy/derived.rs"]
mod derived;
#[path = "../deploy/new.rs"]
mod new;
#[path = "../deploy/program.rs"]
mod program;

#[tokio::main(flavor = "current_thread")]
async fn main() -> rediscache::Result<()> {
    command::run(new::rows).await
}
