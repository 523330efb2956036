//! The old one of two programs that share data: writes, or reads and prints what it read.

#[path = "../deploy/program.rs"]
mod program;
#[path = "../deploy/old.rs"]
mod types;

use program::{Mode, Run};
use rediscache::RedisSession;

#[tokio::main(flavor = "current_thread")]
async fn main() -> rediscache::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mode, url, global) = (arguments.next(), arguments.next(), arguments.next());
    let mode = if mode.as_deref() == Some("write") { Mode::Write } else { Mode::Read };
    let builder = RedisSession::builder(url.unwrap_or_default());
    let session = builder.global_namespace(global.unwrap_or_default()).connect().await?;
    let mut run = Run::new(&session, mode);
    types::rows(&mut run).await;
    for (name, outcome) in &run.outcomes {
        #[expect(clippy::print_stdout, reason = "it is what the program is for")]
        {
            println!("{name}\t{outcome}");
        }
    }
    session.close().await
}
