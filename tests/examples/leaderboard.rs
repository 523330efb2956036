use support::Server;

use crate::program::run;

#[test]
fn the_leaderboard_is_the_same_on_every_store() {
    let embedded = run("leaderboard", None, b"", &[""; 0]);
    assert_eq!(embedded.status, Some(0), "{}", embedded.stderr);
    assert!(embedded.stdout.starts_with("1. player 7 with 155433\n2. player "), "{}", embedded.stdout);
    assert!(embedded.stdout.ends_with("player 42 is number Some(67402)\n"), "{}", embedded.stdout);
    let server = Server::start();
    let served = run("leaderboard", Some(&server.url()), b"", &[""; 0]);
    assert_eq!((served.status, served.stdout), (Some(0), embedded.stdout), "{}", served.stderr);
}
