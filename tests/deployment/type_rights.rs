//! The rights that the guide says each type needs are enough for all that it does.

use std::fs;

use futures_util::future::join_all;
use rediscache::{RedisSession, Result};
use support::Server;

use crate::every;
use crate::permission::{session_of, set_user};

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/deployments.md");

const TYPES: [&str; 9] = [
    "RedisCache",
    "RedisTtlCache",
    "RedisValue",
    "RedisSet",
    "RedisRanking",
    "RedisLimit",
    "RedisLock",
    "RedisQueue",
    "RedisTaskQueue",
];

/// The commands in the row of the table that begins with this.
fn row(guide: &str, of: &str) -> Vec<String> {
    let row = guide.lines().find_map(|line| line.strip_prefix(&format!("| {of} |")));
    let row = row.unwrap_or_else(|| panic!("the guide has no row of {of}"));
    let commands = row.split('`').filter(|part| part.starts_with('+')).flat_map(str::split_whitespace);
    commands.map(|command| command.replace('\\', "")).collect()
}

/// All that one type does.
async fn every_operation_of(of: &str, session: &RedisSession) -> Result<()> {
    match of {
        "RedisCache" => {
            every::cache(session, "a").await?;
            every::whole(session, "a").await?;
            every::numbers(session, "a").await
        }
        "RedisTtlCache" => {
            every::entries(session, "a").await?;
            every::entries_of_many(session, "a").await
        }
        "RedisValue" => {
            every::values_alone(session, "a").await?;
            every::values_in_a_record(session, "a").await
        }
        "RedisSet" => every::members(session, "a").await,
        "RedisRanking" => every::scores(session, "a").await,
        "RedisLimit" => every::limits(session, "a").await,
        "RedisLock" => every::locks(session, "a").await,
        "RedisQueue" => every::queue(session, "a").await,
        "RedisTaskQueue" => {
            every::tasks(session, "a").await?;
            every::task_failures(session, "a").await
        }
        _ => panic!("there is no type {of}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_type_does_everything_with_the_rights_of_its_row() {
    let (server, guide) = (Server::start(), fs::read_to_string(GUIDE).unwrap());
    let outcomes =
        TYPES.map(|of| {
            let mut rules = [format!("~{of}.*"), format!("&{of}.*")].to_vec();
            rules.extend(row(&guide, "all"));
            rules.extend(row(&guide, &format!("`{of}`")));
            set_user(&server, of, &rules);
            let url = server.url();
            async move {
                every_operation_of(of, &session_of(&url, of).await).await.map_err(|error| format!("{of}: {error}"))
            }
        });
    let refused: Vec<String> = join_all(outcomes).await.into_iter().filter_map(std::result::Result::err).collect();
    assert_eq!(refused, Vec::<String>::new());
}
