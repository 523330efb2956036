//! Near caches of users whom the server's ACL restricts.

use redis::cmd;
use rediscache::{Error, ErrorKind, Near, RedisCache, RedisSession, Result};
use support::{Cluster, Server};

use crate::near::assert_kept;
use crate::permission::{GUIDE, rules_of, session_of, set_user};

/// What the guide adds for near caches, and for those of `fields` on a cluster.
fn documented() -> [Vec<String>; 2] {
    let (_, added) = GUIDE.split_once("Near caches need ").expect("the guide says what near caches need");
    let mut lists = added.split('`').filter(|list| list.starts_with('+'));
    std::array::from_fn(|_| lists.next().unwrap().split_whitespace().map(str::to_owned).collect())
}

/// The documented rules of a user on one server.
fn of_one_server() -> Vec<String> {
    let [near, _] = documented();
    [rules_of("bot"), near].concat()
}

/// The same on a cluster, but for what only queues publish.
fn on_a_cluster() -> Vec<String> {
    let [near, on_cluster] = documented();
    let of_cluster = ["~{bot.*", "&{bot.*", "+cluster|slots"].map(str::to_owned).to_vec();
    let rules = [rules_of("bot"), near, on_cluster, of_cluster].concat();
    rules.into_iter().filter(|rule| !["+publish", "+subscribe"].contains(&&**rule)).collect()
}

fn without(rules: &[String], rule: &str) -> Vec<String> {
    rules.iter().filter(|other| *other != rule).cloned().collect()
}

fn cache(session: &RedisSession, near: Near) -> RedisCache<u64, u64> {
    RedisCache::new("near").near(near).on(session)
}

/// Whether it was refused, as it must be and by the name of what is missing.
#[track_caller]
fn is_refused<T: std::fmt::Debug>(outcome: Result<T>, rule: &str) -> bool {
    let Err(error) = outcome else { return false };
    assert_names(&error, rule);
    assert!(!error.is_outcome_unknown(), "{error:?}");
    true
}

#[track_caller]
fn assert_names(error: &Error, rule: &str) {
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{rule}: {error:?}");
    let name = rule.trim_start_matches('+');
    assert!(error.to_string().contains(&format!("the command `{name}`")), "{rule}: {error}");
    assert!(error.to_string().contains(rule), "{rule}: {error}");
    assert!(!error.is_retryable());
}

/// Writes in every way in which commands are sent.
async fn writes(counts: &RedisCache<u64, u64>, rule: &str) -> Vec<bool> {
    vec![
        is_refused(counts.set(1, 1).await, rule),
        is_refused(counts.increment(1, 1).await, rule),
        is_refused(counts.delete(1).await, rule),
        is_refused(counts.replace_all([(1, 1)]).await, rule),
        futures_util::future::join_all((0..4).map(|n| counts.delete(n)))
            .await
            .into_iter()
            .all(|it| is_refused(it, rule)),
    ]
}

/// Takes one rule away: `fields` must miss it in writes or in reads, and `tracking` only if it needs it, too.
async fn assert_missed(session: &RedisSession, rule: &str, is_nothing_stored: impl Fn() -> bool) {
    let (tracking, fields) = (cache(session, Near::tracking()), cache(session, Near::fields()));
    let tells = ["+publish", "+spublish"].contains(&rule);
    assert_eq!(is_refused(fields.get(1).await, rule), !tells, "{rule}");
    assert_eq!(writes(&fields, rule).await, [tells; 5], "{rule}");
    if tells {
        assert!(is_nothing_stored(), "{rule}");
    }
    if rule == "+client|tracking" {
        assert!(is_refused(tracking.get(1).await, rule));
        assert!(is_refused(tracking.get_many([1, 2]).await, rule));
        assert!(is_refused(tracking.contains(1).await, rule));
    }
    let far = RedisCache::<u64, u64>::new("far").on(session);
    far.set(1, 1).await.unwrap();
    assert_eq!(far.increment(1, 1).await.unwrap(), 2);
    if rule != "+client|tracking" {
        let other = RedisCache::<u64, u64>::new("other").near(Near::tracking()).on(session);
        assert_kept(&other).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documented_user_can_keep_what_is_read() {
    let server = Server::start();
    for near in [Near::tracking(), Near::fields()] {
        set_user(&server, "bot", &of_one_server());
        assert_kept(&cache(&session_of(&server.url(), "bot").await, near)).await;
    }
    let cluster = Cluster::of_masters(&[]);
    for n in 0..3 {
        set_user(cluster.node(n), "bot", &on_a_cluster());
    }
    let session = session_of(&cluster.url(), "bot").await;
    for near in [Near::tracking(), Near::fields()] {
        assert_kept(&cache(&session, near)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_near_cache_may_not_do_is_named_before_anything_is_done() {
    let server = Server::start();
    let is_nothing_stored = || cmd("EXISTS").arg("bot.near").query(&mut server.raw()) == Ok(0);
    for rule in ["+client|tracking", "+publish", "+subscribe"] {
        set_user(&server, "bot", &without(&of_one_server(), rule));
        let session = session_of(&server.url(), "bot").await;
        assert_missed(&session, rule, is_nothing_stored).await;
        // From then on it works, in the same session.
        cmd("ACL").arg(&["SETUSER", "bot", rule]).exec(&mut server.raw()).unwrap();
        assert_kept(&cache(&session, Near::fields())).await;
        cmd("DEL").arg("bot.near").exec(&mut server.raw()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_near_cache_may_not_do_on_a_cluster_is_named_too() {
    let cluster = Cluster::of_masters(&[]);
    let owner = cluster.node(cluster.owner(cluster.slot("bot.near")));
    let is_nothing_stored = || cmd("EXISTS").arg("bot.near").query(&mut owner.raw()) == Ok(0);
    for rule in ["+client|tracking", "+spublish", "+ssubscribe"] {
        for n in 0..3 {
            set_user(cluster.node(n), "bot", &without(&on_a_cluster(), rule));
        }
        let session = session_of(&cluster.url(), "bot").await;
        assert_missed(&session, rule, is_nothing_stored).await;
        cmd("DEL").arg("bot.near").exec(&mut owner.raw()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_away_while_it_is_used_is_named_and_the_session_goes_on() {
    let server = Server::start();
    let rule = "+publish";
    set_user(&server, "bot", &of_one_server());
    let session = session_of(&server.url(), "bot").await;
    let (fields, far) = (cache(&session, Near::fields()), RedisCache::<u64, u64>::new("far").on(&session));
    fields.set(1, 1).await.unwrap();
    cmd("ACL").arg(&["SETUSER", "bot", &rule.replace('+', "-")]).exec(&mut server.raw()).unwrap();
    for n in 0..3 {
        assert!(is_refused(fields.set(1, 2 + n).await, rule));
        far.set(n, n).await.unwrap();
        assert_eq!(far.get(n).await.unwrap(), Some(n));
    }
    assert_eq!(cmd("HGET").arg(&["bot.near", "i|1"]).query(&mut server.raw()), Ok("i|1".to_owned()), "as it was");
}
