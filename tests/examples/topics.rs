use std::fmt::Write;
use std::io::Write as _;

use support::Server;
use tempfile::NamedTempFile;

use crate::program::run;

fn file(content: impl AsRef<[u8]>) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file can be made");
    file.write_all(content.as_ref()).expect("it can be written");
    file
}

fn path(file: &NamedTempFile) -> &str {
    file.path().to_str().expect("a path of plain letters")
}

/// As many lines as that, numbered from 1.
fn lines(count: u64) -> String {
    (1..=count).fold(String::new(), |mut lines, number| {
        writeln!(lines, "{number}\ttopic {number}").expect("a string can be written");
        lines
    })
}

#[test]
fn topics_answers_the_keys_in_its_arguments() {
    let file = file(lines(10));
    let run = run("topics", None, b"", &[path(&file), "--get", "1", "10", "11"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout, "1\ttopic 1\n10\ttopic 10\n");
    assert!(run.stderr.contains("11 has no topic"), "{}", run.stderr);
    assert!(run.stderr.contains("10 lines, 0 of them unreadable; there are 10 topics now"), "{}", run.stderr);
}

#[test]
fn topics_answers_the_keys_on_standard_input() {
    let file = file(lines(10));
    let run = run("topics", None, b"3\r\nthree\n 4\n5", &[path(&file)]);
    assert_eq!(run.stdout, "3\ttopic 3\n4\ttopic 4\n5\ttopic 5\n");
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("\"three\" is not a whole number"), "{}", run.stderr);
}

#[test]
fn topics_loads_standard_input() {
    for name in [&["--get", "2"][..], &["-", "--get", "2"]] {
        let run = run("topics", None, "1\tone\n2\ttwo: ü\t2\n2\tzwei: ü\t2".as_bytes(), name);
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        assert_eq!(run.stdout, "2\tzwei: ü\t2\n");
    }
}

#[test]
fn topics_reports_by_number_what_it_cannot_read() {
    let mut input =
        b"1\tone\nno tab\n-1\tx\n18446744073709551616\tx\n2\t\xff\n\n18446744073709551615\tthe last\r\n3\t".to_vec();
    input.extend([b'x'; 100_000]);
    input.extend(b"\n4\tfour\n");
    let run = run("topics", None, &input, &["--get", "18446744073709551615", "4", "3"]);
    assert_eq!(run.status, Some(1));
    assert_eq!(run.stdout, "18446744073709551615\tthe last\n4\tfour\n");
    for report in [
        "line 2 has no tab",
        "line 3 has a key",
        "line 4 has a key",
        "line 5 is not UTF-8",
        "line 6 has no tab",
        "line 8 is longer",
        "9 lines, 6 of them unreadable; there are 3 topics now",
    ] {
        assert!(run.stderr.contains(report), "`{report}` is missing from {}", run.stderr);
    }
}

#[test]
fn topics_does_not_report_without_end() {
    let run = run("topics", None, "bad\n".repeat(50_000).as_bytes(), &["--get", "1"]);
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("50000 lines, 50000 of them unreadable"), "{}", run.stderr);
    let reports = run.stderr.lines().filter(|line| line.starts_with("line ")).count();
    assert_eq!(reports, 20, "{}", run.stderr);
}

#[test]
fn topics_stay_on_a_server() {
    let server = Server::start();
    let file = file(lines(3_001));
    let loading = run("topics", Some(&server.url()), b"", &[path(&file), "--get"]);
    assert_eq!(loading.status, Some(0), "{}", loading.stderr);
    assert!(loading.stderr.contains("there are 3001 topics now"), "{}", loading.stderr);

    let stored = redis::cmd("HGET").arg("Channel.topics").arg("i|3001").query::<String>(&mut server.raw());
    assert_eq!(stored, Ok("s|topic 3001".to_owned()));
    let asking = run("topics", Some(&server.url()), b"", &["--get", "1000"]);
    assert_eq!(asking.stdout, "1000\ttopic 1000\n");
}

#[test]
fn topics_says_what_keeps_it_from_working() {
    for (args, url, message) in [
        (&["/no/such/file"][..], None, "/no/such/file: No such file"),
        (&["/"], None, "after line 0: "),
        (&["--put"], None, "`--put` is not understood"),
        (&[], Some("redis://:secret@"), "from_env failed"),
    ] {
        let run = run("topics", url, b"", args);
        assert_eq!(run.status, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains(message), "`{message}` is missing from {}", run.stderr);
        assert!(!run.stderr.contains("secret"), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn topics_explains_itself() {
    let run = run("topics", None, b"", &["--help"]);
    assert_eq!(run.status, Some(0));
    assert!(run.stdout.starts_with("usage: topics [FILE] [--get KEY...]\n"), "{}", run.stdout);
}
