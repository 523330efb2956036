//! What goes wrong while callers are at work.

use redis::{Connection, cmd};
use support::{Cluster, Random, Server};

pub(super) struct Mischief {
    /// Whether connections break, so that calls fail and some take effect twice.
    pub(super) breaks: bool,
    /// Does something that the draw decides.
    pub(super) make: Box<dyn FnMut(&mut Random) + Send>,
}

/// Breaks connections, and makes the server forget its scripts.
pub(super) fn broken_connections(server: &Server) -> Mischief {
    let mut raw = server.raw();
    let make = move |random: &mut Random| match random.within(0..4) {
        0 => cmd("SCRIPT").arg("FLUSH").exec(&mut raw).unwrap(),
        1 => {
            let all = ["KILL", "TYPE", "normal", "SKIPME", "yes"];
            cmd("CLIENT").arg(&all).query::<u64>(&mut raw).map(drop).unwrap();
        }
        _ => kill_one(&mut raw, random),
    };
    Mischief { breaks: true, make: Box::new(make) }
}

/// Moves a slot from master to master, step by step.
pub(super) fn moving_slot(cluster: Cluster, slot: u16) -> Mischief {
    let mut steps = 0;
    let make = move |_: &mut Random| {
        let (from, step) = (cluster.owner(slot), steps % 3);
        let to = (from + 1) % 3;
        match step {
            0 => cluster.begin_move(slot, to),
            1 => drop(cluster.move_keys(slot, to, 10_000)),
            _ => {
                cluster.move_keys(slot, to, 10_000);
                cluster.end_move(slot, to);
            }
        }
        steps += 1;
    };
    Mischief { breaks: false, make: Box::new(make) }
}

fn kill_one(raw: &mut Connection, random: &mut Random) {
    let own: String = cmd("CLIENT").arg("ID").query::<u64>(raw).unwrap().to_string();
    let clients: String = cmd("CLIENT").arg("LIST").query(raw).unwrap();
    // `id=3 addr=127.0.0.1:35442 …`
    let id = |line: &str| line.split([' ', '=']).nth(1).unwrap().to_owned();
    let others: Vec<String> = clients.lines().map(id).filter(|id| *id != own).collect();
    if !others.is_empty() {
        let other = &others[random.place(others.len())];
        // It may have gone meanwhile.
        cmd("CLIENT").arg(&["KILL", "ID", other]).query::<u64>(raw).map(drop).unwrap();
    }
}
