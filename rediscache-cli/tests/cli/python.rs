//! Data that Python's async-rediscache left, as it was recorded.

use serde_json::Value;
use support::Server;

use crate::program::{json, run, send};

fn golden() -> Value {
    let text = include_str!("../../../tests/golden/async-rediscache-0.2.0.json");
    serde_json::from_str(text).expect("it is JSON")
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<char> = hexadecimal.chars().collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("two digits")).collect()
}

#[test]
fn every_value_that_python_wrote_is_shown_as_what_it_was() {
    let (server, golden) = (Server::start(), golden());
    let rows = golden["values"].as_array().expect("there are rows");
    for (at, row) in rows.iter().enumerate() {
        let stored = bytes(row["wire_hex"].as_str().expect("it has bytes"));
        send(&server, &[b"HSET", b"Channel.values", format!("i|{at}").as_bytes(), &stored]);
    }
    let all = run(&server, &["show", "Channel.values", "--all", "--json"]);
    assert_eq!(all.out.lines().count(), rows.len());
    for line in all.out.lines() {
        // Integers of any size: as text, they are compared digit for digit.
        let (key, value) = line.strip_prefix("{\"key\":").and_then(|rest| rest.split_once(",\"value\":")).expect(line);
        let (row, value) = (&rows[key.parse::<usize>().expect("its number")], value.strip_suffix('}').expect(line));
        match row["type"].as_str() {
            Some("int") => assert_eq!(Some(value), row["value"].as_str()),
            Some("float") => {
                let bits = u64::from_str_radix(row["bits"].as_str().expect("it has bits"), 16).expect("in hexadecimal");
                let read = value.trim_matches('"').parse::<f64>().expect(value);
                let float = f64::from_bits(bits);
                assert!(read.to_bits() == bits || (read.is_nan() && float.is_nan()), "{value} is not {float}");
            }
            Some("bool") => assert_eq!(value, row["value"].to_string().trim_matches('"').to_lowercase()),
            _ => assert_eq!(serde_json::from_str::<Value>(value).expect(value), row["value"]),
        }
    }
}

#[test]
fn what_python_reads_leniently_is_read_and_what_it_refuses_is_told() {
    let (server, golden) = (Server::start(), golden());
    for (name, rows) in [("Lenient.all", &golden["read_leniently"]), ("Refused.all", &golden["refused"])] {
        for (at, row) in rows.as_array().expect("there are rows").iter().enumerate() {
            let wire = row["wire"].as_str().expect("it has a text");
            send(&server, &[b"HSET", name.as_bytes(), format!("i|{at}").as_bytes(), wire.as_bytes()]);
        }
    }
    let entries = json(&server, &["show", "Lenient.all", "--limit", "1000"])["entries"].clone();
    assert!(
        entries.as_array().is_some_and(|all| all.iter().all(|it| it["value"]["$unreadable"].is_null())),
        "{entries}"
    );
    // Tagged as something that it is not.
    let entries = json(&server, &["show", "Refused.all", "--limit", "1000"])["entries"].clone();
    let is_told = |entry: &Value| {
        !entry["value"]["$unreadable"].is_null() || !entry["value"]["$raw"].is_null() || entry["value"].is_number()
    };
    assert!(entries.as_array().is_some_and(|all| all.iter().all(is_told)), "{entries}");
}

#[test]
fn doctor_prints_the_struct_that_reads_what_python_left() {
    let server = Server::start();
    for (key, field, value) in [
        ("Channel.topics", "i|1", "s|rust"),
        ("Channel.topics", "i|2", "s|redis"),
        ("Channel.count", "s|a", "i|-3"),
        ("Channel.rates", "s|a", "f|0.5"),
        ("Channel.rates", "s|b", "i|1"),
        ("birthday", "s|ada", "s|12-10"),
        ("bot.User.flags", "i|267624335836053506", "b|1"),
    ] {
        send(&server, &[b"HSET", key.as_bytes(), field.as_bytes(), value.as_bytes()]);
    }
    send(&server, &[b"LPUSH", b"Channel.queue", b"i|1"]);
    send(&server, &[b"LPUSH", b"Channel.work", b"i|3"]);
    send(&server, &[b"LPUSH", b"Channel.work$pending", b"i|2"]);
    let doctor = json_of_troubled(&server);
    let code = doctor["code"].as_str().unwrap_or_default();
    for line in [
        "pub struct Channel {",
        "    pub topics: rediscache::RedisCache<u64, String>,",
        "    pub count: rediscache::RedisCache<String, i64>,",
        "    pub rates: rediscache::RedisCache<String, f64>,",
        "    pub queue: rediscache::RedisQueue<u64>,",
        "    pub work: rediscache::RedisTaskQueue<u64>,",
        "    #[rediscache(namespace = \"birthday\")]",
        "    pub birthday: rediscache::RedisCache<String, String>,",
        "#[rediscache(namespace = \"bot.User\")]",
        "    pub flags: rediscache::RedisCache<u64, bool>,",
    ] {
        assert!(code.lines().any(|it| it == line), "{line} is not in\n{code}");
    }
    let kinds: Vec<&str> =
        doctor["troubles"].as_array().into_iter().flatten().filter_map(|it| it["kind"].as_str()).collect();
    assert_eq!(kinds, ["pending"], "{doctor}");
}

fn json_of_troubled(server: &Server) -> Value {
    let answer = run(server, &["doctor", "--json"]);
    assert_eq!(answer.code, Some(4), "{answer:?}");
    answer.json()
}
