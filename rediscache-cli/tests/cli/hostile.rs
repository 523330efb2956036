//! What nobody of us wrote: keys, values, records and shapes of any bytes.

use support::{Random, Server};

use crate::program::{Answer, run, send};

const COMMANDS: [&[&str]; 5] = [&["ls"], &["queues"], &["shapes"], &["doctor"], &["doctor", "--all"]];

/// It ended by itself, and wrote nothing that a terminal acts on.
fn check(answer: &Answer, arguments: &[&str]) {
    assert!(matches!(answer.code, Some(0 | 1 | 3 | 4)), "{arguments:?}: {answer:?}");
    let is_harmless = |c: char| c == '\n' || c == '\t' || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'));
    assert!(answer.out.chars().chain(answer.err.chars()).all(is_harmless), "{arguments:?}: {answer:?}");
    assert!(!answer.err.contains("panicked"), "{answer:?}");
}

#[test]
fn sequences_for_terminals_are_escaped_wherever_they_stand() {
    let (server, evil) = (Server::start(), "s|\u{1b}]0;x\u{7}\u{9b}31m\r\u{202e}\t\n");
    send(&server, &[b"HSET", b"Evil\x1b[2J.all", evil.as_bytes(), evil.as_bytes()]);
    send(&server, &[b"LPUSH", b"evil$\x1b[2J_pending", evil.as_bytes()]);
    send(&server, &[b"ZADD", b"evil$clients", b"9e15", b"\x1b[2J\x1b[2J\x1b[2J\x1b[2J$pending"]);
    let record = "{\"objects\":[{\"kind\":\"\\u001b[2J\",\"codec\":\"\\u001b\",\"key\":null,\"value\":{\"shape\":{\"struct\":[{\"name\":\"\\u001b[2J\",\"form\":\"u8\"}]}},\"programs\":{\"\\u001b\":1}}]}";
    send(&server, &[b"HSET", b"$objects", b"\x1b[2J", record.as_bytes(), b"Evil\x1b[2J.all", record.as_bytes()]);
    send(&server, &[b"HSET", b"$shapes", b"\x1b[2J", record.as_bytes()]);
    for is_json in [&[][..], &["--json"]] {
        for arguments in COMMANDS.into_iter().chain([
            &["show", "Evil\u{1b}[2J.all"][..],
            &["show", "\u{1b}[3J"],
            &["get", "Evil\u{1b}[2J.all", "\u{1b}"],
        ]) {
            let arguments = [arguments, is_json].concat();
            check(&run(&server, &arguments), &arguments);
        }
    }
    let shown = run(&server, &["show", "Evil\u{1b}[2J.all"]);
    assert!(shown.out.contains("\\u{1b}]0;x\\u{7}\\u{9b}31m\\r\\u{202e}\\t\\n"), "{shown:?}");
}

#[test]
fn bytes_of_any_kind_never_end_it() {
    let (server, mut random) = (Server::start(), Random::from_seed(7));
    let starts: [&[u8]; 12] = [
        b"",
        b"i|",
        b"f|",
        b"s|",
        b"b|",
        b"c|\x02",
        b"m|\x02\x00",
        b"m|\x03\x00\xdf\xff\xff\xff\xff",
        b"c|\x02\x01\x02\x03\x04\xff",
        b"m|\x02\x00\xdd\xff\xff\xff\xff",
        b"[[[[",
        b"{\"a\":",
    ];
    let any = |start: &[u8], random: &mut Random| {
        let length = random.within(0..24);
        let rest: Vec<u8> = (0..length).map(|_| u8::try_from(random.within(0..256)).unwrap_or_default()).collect();
        [start, &rest].concat()
    };
    for (at, start) in starts.iter().cycle().take(600).enumerate() {
        let (key, value) = (any(starts[at % 7], &mut random), any(start, &mut random));
        send(&server, &[b"HSET", b"Any.hash", &key, &value]);
        send(&server, &[b"SADD", b"Any.set", &value]);
        send(&server, &[b"LPUSH", b"Any.list", &value]);
        send(&server, &[b"ZADD", b"Any.ranking", b"1", &value]);
        send(&server, &[b"SET", &[b"Any:".as_slice(), &key].concat(), &value]);
        send(&server, &[b"HSET", b"$shapes", &key, &value]);
        send(&server, &[b"HSET", b"$objects", &key, &value]);
        send(&server, &[b"ZADD", b"Any.list$clients", b"1e300", &value]);
        send(&server, &[b"ZADD", b"Any.list$delayed", b"inf", &value]);
    }
    send(&server, &[b"HSET", b"Any.list$leases:0123456789abcdef", b"x", b"y"]);
    // Nested as deep as anyone likes.
    let deep = [b"m|\x02\x00".as_slice(), &[0x91; 100_000]].concat();
    let nested = "[".repeat(100_000);
    send(&server, &[b"HSET", b"Any.hash", b"i|1", &deep, b"i|2", nested.as_bytes()]);
    let shown = ["Any.hash", "Any.set", "Any.list", "Any.ranking", "Any"].map(|name| ["show", name, "--limit", "1000"]);
    for arguments in COMMANDS.into_iter().chain(shown.iter().map(|it| &it[..])) {
        for is_json in [&[][..], &["--json"]] {
            let arguments = [arguments, is_json].concat();
            let answer = run(&server, &arguments);
            check(&answer, &arguments);
            if !is_json.is_empty() && !answer.out.is_empty() {
                answer.json();
            }
        }
    }
}

#[test]
fn keys_of_types_that_are_not_ours_are_told_of() {
    let server = Server::start();
    send(&server, &[b"SET", b"x", b"1"]);
    send(&server, &[b"XADD", b"stream", b"*", b"a", b"b"]);
    send(&server, &[b"SET", b"$objects", b"x"]);
    send(&server, &[b"SADD", b"q$dead", b"x"]);
    let answer = run(&server, &["show", "stream"]);
    assert!(answer.code == Some(1) && answer.err.contains("`stream` is a stream, and no object"), "{answer:?}");
    for arguments in COMMANDS.into_iter().chain([&["show", "x"][..], &["dead", "q"]]) {
        check(&run(&server, arguments), arguments);
    }
}
