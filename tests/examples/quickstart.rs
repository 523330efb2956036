use support::Server;

use crate::program::run;

const NO_ARGS: [&str; 0] = [];

#[test]
fn quickstart_tells_the_same_story_on_every_store() {
    let embedded = run("quickstart", None, b"", &NO_ARGS);
    assert_eq!(embedded.status, Some(0), "{}", embedded.stderr);
    assert!(embedded.stdout.contains("channel 42 talks about Some(\"rust\")"), "{}", embedded.stdout);
    assert!(embedded.stdout.ends_with("the topics have expired\n"), "{}", embedded.stdout);

    let server = Server::start();
    // Twice: what the first run left behind is no hindrance.
    for _ in 0..2 {
        let served = run("quickstart", Some(&server.url()), b"", &NO_ARGS);
        assert_eq!(served.status, Some(0), "{}", served.stderr);
        assert_eq!(served.stdout, embedded.stdout);
    }
    let calls: String = redis::cmd("INFO").arg("commandstats").query(&mut server.raw()).expect("it tells");
    assert!(calls.contains("cmdstat_hset"), "the server was not asked: {calls}");
}

#[test]
fn quickstart_fails_when_nothing_listens() {
    let mut server = Server::start();
    server.kill();
    let run = run("quickstart", Some(&server.url()), b"", &NO_ARGS);
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("Connection"), "{}", run.stderr);
}
