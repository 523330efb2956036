//! The program `load_soak`, for a short time.

use std::process::Command;

fn soak(options: &[&str]) {
    let soak = Command::new(env!("CARGO_BIN_EXE_load_soak")).args(options).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&soak.stdout), String::from_utf8_lossy(&soak.stderr));
    assert!(soak.status.success(), "{}\n{out}{err}", soak.status);
}

#[test]
fn no_load_outlives_a_write_and_nobody_waits_for_the_dead() {
    soak(&["--rounds", "1000", "--processes", "4", "--callers", "100"]);
}

#[test]
fn whoever_loads_is_answered_while_the_server_is_killed_frozen_refuses_and_evicts() {
    soak(&["--part", "harm", "--seconds", "2"]);
}
