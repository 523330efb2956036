//! The program `load_soak`, for a short time.

use std::process::Command;

#[test]
fn no_load_outlives_a_write_and_nobody_waits_for_the_dead() {
    let options = ["--rounds", "1000", "--processes", "4", "--callers", "100"];
    let soak = Command::new(env!("CARGO_BIN_EXE_load_soak")).args(options).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&soak.stdout), String::from_utf8_lossy(&soak.stderr));
    assert!(soak.status.success(), "{}\n{out}{err}", soak.status);
}
