//! The program `soak`, for a short time in which more goes wrong than it usually does.

use std::process::Command;

#[test]
fn nothing_is_violated_while_something_breaks_again_and_again() {
    let soak = Command::new(env!("CARGO_BIN_EXE_soak")).args(["--seconds", "8", "--every", "250"]).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&soak.stdout), String::from_utf8_lossy(&soak.stderr));
    assert!(soak.status.success(), "{}\n{out}{err}", soak.status);
}
