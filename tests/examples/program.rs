use std::env;
use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

/// One run of an example.
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// `cargo run --example NAME -- ARGS` on the server at `url`, or on the embedded store. Once it runs, its process is that
/// of the example.
pub(crate) fn command<A: AsRef<OsStr>>(name: &str, url: Option<&str>, args: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    // What Cargo tells of this package would have it build anew all whose build scripts look at that.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_MANIFEST_") || text.starts_with("CARGO_PKG_") {
            command.env_remove(&name);
        }
    }
    command
        .args(["run", "--quiet", "--example", name, "--"])
        .args(args)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env_remove("REDISCACHE_URL")
        .envs(url.map(|url| ("REDISCACHE_URL", url)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub(crate) fn run<A: AsRef<OsStr>>(name: &str, url: Option<&str>, input: &[u8], args: &[A]) -> Run {
    let mut child = command(name, url, args).spawn().expect("cargo can be run");
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    let input = input.to_vec();
    // It may end before it has read everything.
    let writer = thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("cargo can be waited for");
    let _ = writer.join().expect("the writer does not panic");
    Run {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
    }
}
