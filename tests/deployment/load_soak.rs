//! The program `load_soak` on a cluster whose slots move, and with Sentinels that change the master, for a short time.

use std::process::Command;

fn soak(deployment: &str) {
    let options = ["--part", "race", "--rounds", "500", "--deployment", deployment];
    let soak = Command::new(env!("CARGO_BIN_EXE_load_soak")).args(options).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&soak.stdout), String::from_utf8_lossy(&soak.stderr));
    assert!(soak.status.success(), "{}\n{out}{err}", soak.status);
}

#[test]
fn no_load_outlives_a_delete_on_a_cluster_whose_slots_move() {
    soak("cluster");
}

#[test]
fn no_load_outlives_a_delete_when_masters_change() {
    soak("sentinel");
}
