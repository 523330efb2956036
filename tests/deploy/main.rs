//! Two versions of one program share their data: each reads what the other wrote, or says why not.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod derived;
mod new;
mod old;
mod outcome;
mod program;

use std::process::Command;

use program::{Mode, Run};
use rediscache::RedisSession;
use support::contract;

contract! {
    async fn a_new_program_reads_what_an_old_one_wrote(session: RedisSession) {
        old::rows(&mut Run::new(&session, Mode::Write)).await;
        let mut run = Run::new(&session, Mode::Read);
        new::rows(&mut run).await;
        outcome::check_new(run.outcomes.iter().map(|(name, outcome)| (*name, outcome.as_str())));
    }

    async fn an_old_program_reads_what_a_new_one_wrote(session: RedisSession) {
        new::rows(&mut Run::new(&session, Mode::Write)).await;
        let mut run = Run::new(&session, Mode::Read);
        old::rows(&mut run).await;
        outcome::check_old(run.outcomes.iter().map(|(name, outcome)| (*name, outcome.as_str())));
    }
}

/// Runs one of the programs to its end; what it printed.
fn run(program: &str, mode: &str, global: &str) -> String {
    let output = Command::new(program).args([mode, &support::url(), global]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const OLD: &str = env!("CARGO_BIN_EXE_deploy_old");
const NEW: &str = env!("CARGO_BIN_EXE_deploy_new");

fn lines(printed: &str) -> impl Iterator<Item = (&str, &str)> {
    printed.lines().filter_map(|line| line.split_once('\t'))
}

#[test]
fn two_programs_share_their_data() {
    let global = support::namespace("forward");
    run(OLD, "write", &global);
    outcome::check_new(lines(&run(NEW, "read", &global)));
    let global = support::namespace("back");
    run(NEW, "write", &global);
    outcome::check_old(lines(&run(OLD, "read", &global)));
}
