//! Arguments, codes and errors.

use support::Server;

use crate::program::{run, run_at};

#[test]
fn help_and_version_need_no_server() {
    let help = run_at("redis://127.0.0.1:1", &["--help"]);
    assert!(help.code == Some(0) && help.out.starts_with("usage: rediscache"), "{help:?}");
    for command in ["ls", "show", "get", "queues", "dead", "shapes", "doctor", "rename"] {
        assert!(help.out.contains(&format!("\n  {command} ")), "{command} is missing");
    }
    assert_eq!(run_at("redis://127.0.0.1:1", &["-V"]).out.trim(), format!("rediscache {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_mistake_ends_with_2_and_says_what_to_write() {
    let answer = run_at("redis://127.0.0.1:1", &["dead"]);
    assert_eq!((answer.code, &*answer.out), (Some(2), ""));
    assert!(answer.err.contains("`dead` takes a namespace"), "{answer:?}");
    let answer = run_at("127.0.0.1", &["ls"]);
    assert!(answer.code == Some(2) && answer.err.contains("redis://user:pass@host:port/db"), "{answer:?}");
}

#[test]
fn a_server_that_is_not_there_ends_with_1_and_no_password_is_shown() {
    let answer = run_at("redis://user:secret@127.0.0.1:1", &["ls"]);
    assert!(answer.code == Some(1) && answer.err.contains("does the server run?"), "{answer:?}");
    assert!(!answer.err.contains("secret"), "{answer:?}");
}

#[test]
fn a_password_that_is_missing_or_wrong_is_asked_for() {
    let server = Server::options().password("open sesame").start();
    let missing = run_at(&server.url_without_password(), &["ls"]);
    assert!(missing.code == Some(1) && missing.err.contains("in the URL"), "{missing:?}");
    let wrong = run_at(&format!("redis://:wrong@127.0.0.1:{}", server.port()), &["ls"]);
    assert!(wrong.code == Some(1) && wrong.err.contains("in the URL") && !wrong.err.contains(":wrong"), "{wrong:?}");
    assert_eq!(run(&server, &["ls"]).code, Some(0));
    assert_eq!(run_at(&server.socket_url(), &["ls"]).code, Some(0));
}

#[test]
fn what_is_not_there_ends_with_3() {
    let server = Server::start();
    for arguments in
        [&["show", "nothing"][..], &["get", "nothing", "1"], &["dead", "nothing"], &["rename", "nothing", "more"]]
    {
        let answer = run(&server, arguments);
        assert!(answer.code == Some(3) && answer.err.contains("`nothing`"), "{answer:?}");
    }
}

#[test]
fn a_database_with_nothing_in_it_has_nothing_wrong() {
    let server = Server::start();
    for command in ["ls", "queues", "shapes", "doctor"] {
        assert_eq!(run(&server, &[command]).code, Some(0), "{command}");
    }
}
