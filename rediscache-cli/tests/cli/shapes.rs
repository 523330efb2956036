//! `shapes`: what values were written by.

use crate::program::{filled, json, run, send};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shapes_are_listed_with_those_who_write_them() {
    let (server, _session) = filled().await;
    send(&server, &[b"HSET", b"bot.$shapes", b"deadbeef", b"garbage"]);
    let shapes = json(&server, &["shapes"])["shapes"].clone();
    let shapes = shapes.as_array().cloned().unwrap_or_default();
    let date =
        shapes.iter().find(|shape| shape["shape"] == "{month: u8, day: u8}").unwrap_or_else(|| panic!("{shapes:?}"));
    let mut writers: Vec<&str> =
        date["written_by"].as_array().into_iter().flatten().filter_map(|it| it.as_str()).collect();
    writers.sort_unstable();
    assert_eq!((writers, &date["hash"]), (vec!["bot.Channel.birthdays", "bot.Channel.pages"], &"bot.$shapes".into()));
    let garbage = shapes.iter().find(|shape| shape["name"] == "deadbeef").expect("it is listed");
    assert!(garbage["shape"].is_null() && garbage["version"].is_null());
    assert!(run(&server, &["shapes"]).out.contains("no shape: values by it cannot be read"));
}
