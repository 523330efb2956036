//! For tests whose failure would take the whole process down, or that need one of their own.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::process::Command;

/// Set in the small process.
const VARIABLE: &str = "REDISCACHE_TEST_SMALL_PROCESS";

/// Runs `body` in a process of its own, which has 2 GiB of memory and 20 s of processor time.
///
/// `test` is the path of the calling test, which is run again there.
///
/// # Panics
///
/// When the process does not end well: it panicked, overflowed its stack or was stopped at a limit.
#[track_caller]
pub(crate) fn in_a_small_process(test: &str, body: impl FnOnce()) {
    in_a_small_process_with(test, &[], body);
}

/// The same, with these environment variables set or unset.
#[track_caller]
pub(crate) fn in_a_small_process_with(test: &str, variables: &[(&str, Option<&OsStr>)], body: impl FnOnce()) {
    if env::var(VARIABLE).as_deref() == Ok(test) {
        return body();
    }
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -v 2097152; ulimit -t 20; exec \"$0\" \"$@\""])
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--test-threads=1", "--nocapture"])
        .env(VARIABLE, test);
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(out.contains("running 1 test"), "there is no test `{test}`: {out}");
    assert!(output.status.success(), "{}: {out}{err}", output.status);
    // Past the lock of the test harness: what it says is for the log.
    io::stderr().write_all(err.as_bytes()).unwrap();
}
