//! What goes wrong while callers are at work.

use redis::{Connection, cmd};
use support::{Random, Server};

/// Does something that the draw decides.
pub(super) type Mischief = Box<dyn FnMut(&mut Random) + Send>;

/// Breaks connections, and makes the server forget its scripts.
pub(super) fn broken_connections(server: &Server) -> Mischief {
    let mut raw = server.raw();
    Box::new(move |random| match random.within(0..4) {
        0 => cmd("SCRIPT").arg("FLUSH").exec(&mut raw).unwrap(),
        1 => {
            let all = ["KILL", "TYPE", "normal", "SKIPME", "yes"];
            cmd("CLIENT").arg(&all).query::<u64>(&mut raw).map(drop).unwrap();
        }
        _ => kill_one(&mut raw, random),
    })
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
