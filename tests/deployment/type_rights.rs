//! The rights that the guide says each type needs are enough for all that it does.

use std::fs;

use futures_util::future::join_all;
use support::Server;

use crate::every::every_operation_of;
use crate::permission::{session_of, set_user};

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/deployments.md");

/// The commands in the row of the table that begins with this.
fn row(guide: &str, of: &str) -> Vec<String> {
    let row = guide.lines().find_map(|line| line.strip_prefix(&format!("| {of} |")));
    let row = row.unwrap_or_else(|| panic!("the guide has no row of {of}"));
    let commands = row.split('`').filter(|part| part.starts_with('+')).flat_map(str::split_whitespace);
    commands.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_type_does_everything_with_the_rights_of_its_row() {
    let (server, guide) = (Server::start(), fs::read_to_string(GUIDE).unwrap());
    let types = [
        "RedisCache",
        "RedisTtlCache",
        "RedisSet",
        "RedisRanking",
        "RedisLimit",
        "RedisLock",
        "RedisQueue",
        "RedisTaskQueue",
    ];
    let outcomes = types.map(|of| {
        let mut rules = [format!("~{of}.*"), format!("&{of}.*")].to_vec();
        rules.extend(row(&guide, "all"));
        rules.extend(row(&guide, &format!("`{of}`")));
        set_user(&server, of, &rules);
        let url = server.url();
        async move {
            every_operation_of(of, &session_of(&url, of).await, "a").await.map_err(|error| format!("{of}: {error}"))
        }
    });
    let refused: Vec<String> = join_all(outcomes).await.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn temporary() {
    for of in [
        "RedisCache",
        "RedisTtlCache",
        "RedisSet",
        "RedisRanking",
        "RedisLimit",
        "RedisLock",
        "RedisQueue",
        "RedisTaskQueue",
    ] {
        let server = Server::start();
        set_user(&server, of, &["~*".to_owned(), "&*".to_owned(), "+@all".to_owned()]);
        redis::cmd("CONFIG").arg("RESETSTAT").exec(&mut server.raw()).unwrap();
        every_operation_of(of, &session_of(&server.url(), of).await, "a").await.unwrap();
        let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut server.raw()).unwrap();
        let mut names: Vec<_> = stats
            .lines()
            .filter_map(|l| l.strip_prefix("cmdstat_")?.split(':').next())
            .map(|n| format!("+{n}"))
            .collect();
        names.sort();
        println!("{of}: {}", names.join(" "));
    }
}
