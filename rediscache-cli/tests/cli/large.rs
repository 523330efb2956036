//! A million entries: the first page comes at once, and takes little memory.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::Server;

use crate::program::send;

/// More than the page takes on a machine that is busy with other things; alone it is far less.
const SOON: Duration = Duration::from_secs(2);

/// What the program may take, in KiB.
const MOST_MEMORY: u64 = 100 << 10;

const FILL: &str = "for at = 1, 1000000 do redis.call('HSET', KEYS[1], 'i|' .. at, 's|some text of no great length, number ' .. at) end";

#[test]
fn the_first_page_of_a_million_entries_comes_soon_and_in_little_memory() {
    let server = Server::start();
    send(&server, &[b"EVAL", FILL.as_bytes(), b"1", b"Large.all"]);
    for arguments in [&["show", "Large.all"][..], &["ls"], &["get", "Large.all", "777777"], &["doctor"]] {
        let started = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rediscache"));
        let mut program =
            command.args(["--url", &server.url()]).args(arguments).stdout(Stdio::null()).spawn().expect("it runs");
        let mut most = 0;
        while program.try_wait().expect("it can be asked").is_none() {
            most = most.max(peak(program.id()));
        }
        let took = started.elapsed();
        eprintln!("{arguments:?}: {took:?}, {most} KiB");
        assert!(took < SOON, "{arguments:?} took {took:?}");
        assert!(most < MOST_MEMORY, "{arguments:?} took {most} KiB");
    }
}

/// How much a process has had of the memory, in KiB, where the system tells.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
