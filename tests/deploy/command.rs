//! The program as a command: writes, or reads and prints what it read.

use rediscache::{RedisSession, Result};

use crate::program::{Mode, Run};

/// Takes `write` or `read`, a URL and a global namespace from the command line.
pub(crate) async fn run(rows: impl AsyncFnOnce(&mut Run)) -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mode, url, global) = (arguments.next(), arguments.next(), arguments.next());
    let mode = if mode.as_deref() == Some("write") { Mode::Write } else { Mode::Read };
    let builder = RedisSession::builder(url.unwrap_or_default());
    let session = builder.global_namespace(global.unwrap_or_default()).connect().await?;
    let mut run = Run::new(&session, mode);
    rows(&mut run).await;
    for (name, outcome) in &run.outcomes {
        #[expect(clippy::print_stdout, reason = "it is what the program is for")]
        {
            println!("{name}\t{outcome}");
        }
    }
    session.close().await
}
