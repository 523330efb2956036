//! The program `near_soak`, for a short time.

use std::process::Command;

#[test]
fn no_reader_sees_what_is_older_than_the_bound() {
    let soak = Command::new(env!("CARGO_BIN_EXE_near_soak")).args(["--rounds", "3000"]).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&soak.stdout), String::from_utf8_lossy(&soak.stderr));
    assert!(soak.status.success(), "{}\n{out}{err}", soak.status);
}
