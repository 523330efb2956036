//! Families: objects of one struct for each of many ids.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use rediscache::{
    ErrorKind, FindingKind, RedisCache, RedisLimit, RedisLock, RedisNamespaced, RedisQueue, RedisRanking, RedisSession,
    RedisSet, RedisTaskQueue, RedisTtlCache, RedisValue,
};
use serde_json::json;
use support::{contract, namespace, within_polls};

use crate::record::{put, record};

const HOUR: Duration = Duration::from_secs(3600);

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "String")]
struct Tenant {
    settings: RedisCache<u64, String>,
    #[rediscache(ttl = "10m", stale = "1h")]
    pages: RedisTtlCache<String, String>,
    visitors: RedisSet<u64>,
    points: RedisRanking<u64, i64>,
    mails: RedisQueue<u64>,
    #[rediscache(max_attempts = 2)]
    jobs: RedisTaskQueue<u64>,
    #[rediscache(rate = "2/1h")]
    requests: RedisLimit<u64>,
    orders: RedisLock<u64>,
}

/// Some of its names begin as those of the other.
#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}.settings", per = "String")]
struct Part {
    more: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "guild.{}", per = "u64")]
struct Guild {
    names: RedisCache<u64, String>,
    #[rediscache(namespace = "member.{}")]
    members: RedisQueue<u64>,
}

/// One hash for each id.
#[derive(RedisNamespaced)]
#[rediscache(record, namespace = "options.{}", per = "String")]
struct Options {
    threshold: RedisValue<f64>,
    name: RedisValue<String>,
}

/// All that may mean something in a name, a pattern, a tag or a form of keys.
const ODD: [&str; 25] = [
    "",
    " ",
    ".",
    "a.b",
    "{",
    "}",
    "{}",
    "}{",
    "{a}",
    "a}.settings",
    "%",
    "%7B",
    "%7D",
    ":",
    "a:b",
    "$",
    "$dead",
    "s|",
    "s|a",
    "*",
    "[a]",
    "\\",
    "\0",
    "\n",
    "日本🦀",
];

async fn ids(session: &RedisSession) -> rediscache::Result<Vec<String>> {
    let mut ids: Vec<String> = Tenant::on(session).ids().try_collect().await?;
    ids.sort_unstable();
    Ok(ids)
}

/// Puts something into each object of one.
async fn fill(session: &RedisSession, id: &str) -> rediscache::Result<()> {
    let tenant = Tenant::on(session).of(id);
    tenant.settings().set(1, "green").await?;
    tenant.pages().set_many([("a", "one"), ("b:{}", "two")]).await?;
    tenant.visitors().add(1).await?;
    tenant.points().set(1, 10).await?;
    tenant.mails().put(1).await?;
    tenant.jobs().put_many([1, 2, 3]).await?;
    tenant.jobs().put_after(4, HOUR).await?;
    // One is a dead letter, one was delivered before.
    for _ in 0..2 {
        let task = tenant.jobs().get().await?;
        task.reschedule().await.map_err(rediscache::TaskError::into_error)?;
    }
    assert!(tenant.requests().check_n(1, 2).await?.allowed());
    tenant.orders().acquire(1).await?.release().await
}

/// What is in each object of one: nothing is where all are zero.
async fn contents(session: &RedisSession, id: &str) -> rediscache::Result<[u64; 8]> {
    let tenant = Tenant::on(session).of(id);
    let jobs = tenant.jobs().stats().await?;
    let pages = tenant.pages().scan().try_collect::<Vec<_>>().await?;
    let turns = 2 - tenant.requests().check_n(1, 0).await?.remaining();
    Ok([
        tenant.settings().len().await?,
        pages.len() as u64,
        tenant.visitors().len().await?,
        tenant.points().len().await?,
        tenant.mails().len().await? + tenant.mails().dead_len().await?,
        jobs.waiting() + jobs.delayed() + jobs.dead(),
        jobs.pending(),
        turns.into(),
    ])
}

contract! {
    async fn no_two_ids_have_one_name_whatever_they_hold(session: RedisSession) -> rediscache::Result<()> {
        let tenants = Tenant::on(&session);
        let mut keys = HashSet::new();
        for id in ODD {
            let settings = tenants.of(id).settings();
            assert!(keys.insert(settings.key()?), "{id:?}");
            let (tag, rest) = settings.namespace().strip_prefix("tenant.{").unwrap().split_once('}').unwrap();
            assert!(!tag.is_empty() && !tag.contains('{') && rest == ".settings", "{id:?}: {}", settings.namespace());
            settings.set(1, id).await?;
            tenants.of(id).pages().set(id, id).await?;
            Part::on(&session).of(id).more().set(1, "part").await?;
        }
        for id in ODD {
            assert_eq!(tenants.of(id).settings().items().await?, [(1, id.to_owned())], "{id:?}");
            let pages: Vec<_> = tenants.of(id).pages().scan().try_collect().await?;
            assert_eq!(pages, [(id.to_owned(), id.to_owned())], "{id:?}");
        }
        let mut expected = ODD.map(str::to_owned);
        expected.sort_unstable();
        assert_eq!(ids(&session).await?, expected);
        let mut parts: Vec<String> = Part::on(&session).ids().try_collect().await?;
        parts.sort_unstable();
        assert_eq!(parts, expected);
        Ok(())
    }

    async fn all_of_one_is_cleared_and_nothing_of_others(session: RedisSession) -> rediscache::Result<()> {
        fill(&session, "acme").await?;
        fill(&session, "acme2").await?;
        Part::on(&session).of("acme").more().set(1, "part").await?;
        let full = contents(&session, "acme").await?;
        assert_eq!(full, [1, 2, 1, 1, 1, 4, 0, 2]);
        Tenant::on(&session).of("acme").clear_all().await?;
        assert_eq!(contents(&session, "acme").await?, [0; 8]);
        assert_eq!(contents(&session, "acme2").await?, full);
        assert_eq!(ids(&session).await?, ["acme2"], "nothing is left of the other");
        assert_eq!(Part::on(&session).of("acme").more().len().await?, 1);
        // How often an equal task was delivered is forgotten, too.
        Tenant::on(&session).of("acme").jobs().put_many([1, 2, 3]).await?;
        for _ in 0..3 {
            let task = Tenant::on(&session).of("acme").jobs().get().await?;
            assert_eq!(task.attempt(), 1);
            task.finalize().await.map_err(rediscache::TaskError::into_error)?;
        }
        // Again, and of one that never was.
        Tenant::on(&session).of("acme").clear_all().await?;
        Tenant::on(&session).of("nobody").clear_all().await
    }

    async fn what_someone_holds_stays_with_who_holds_it(session: RedisSession) -> rediscache::Result<()> {
        let tenant = Tenant::on(&session).of("acme");
        tenant.jobs().put_many([1, 2]).await?;
        let (task, lock) = (tenant.jobs().get().await?, tenant.orders().acquire(7).await?);
        tenant.orders().acquire(8).await?.release().await?;
        tenant.clear_all().await?;
        assert!(tenant.orders().try_acquire(7).await?.is_none(), "it is held still");
        assert_eq!((tenant.jobs().len().await?, tenant.jobs().pending().await?), (0, vec![1]));
        assert_eq!(ids(&session).await?, ["acme"]);
        let fence = lock.fence();
        lock.release().await?;
        assert!(tenant.orders().acquire(7).await?.fence() > fence);
        task.finalize().await.map_err(rediscache::TaskError::into_error)?;
        tenant.clear_all().await?;
        // Whoever held tasks is known until its heartbeat says that it holds none.
        assert_eq!(contents(&session, "acme").await?, [0; 8]);
        let later = tenant.orders().acquire(7).await?.fence();
        assert!(later > fence, "a lock that was forgotten counts on, by the time");
        Ok(())
    }

    async fn one_object_that_cannot_be_cleared_keeps_none_of_the_others(session: RedisSession) -> rediscache::Result<()> {
        fill(&session, "acme").await?;
        let tenant = Tenant::on(&session).of("acme");
        tenant.settings().clear().await?;
        let other = RedisQueue::<u64>::with_namespace("tenant.{s|acme}.settings").on(&session);
        other.put(1).await?;
        let error = tenant.clear_all().await.unwrap_err();
        assert_eq!((error.kind(), error.namespace()), (ErrorKind::WrongType, Some("tenant.{s|acme}.settings")));
        other.clear().await?;
        assert_eq!(contents(&session, "acme").await?, [0; 8]);
        Ok(())
    }

    async fn each_id_is_told_once_however_many_keys_it_has(session: RedisSession) -> rediscache::Result<()> {
        let guilds = Guild::on(&session);
        assert_eq!(guilds.ids().try_collect::<Vec<_>>().await?, [0; 0]);
        // More than a page.
        for some in (0..2500_u64).collect::<Vec<_>>().chunks(100) {
            let one = async |id: &u64| {
                guilds.of(id).names().set(1, "one").await?;
                guilds.of(id).members().put(1).await
            };
            let writes = some.iter().map(one);
            futures_util::future::try_join_all(writes).await?;
        }
        let mut all: Vec<u64> = guilds.ids().try_collect().await?;
        all.sort_unstable();
        assert!(all.iter().copied().eq(0..2500), "{} ids", all.len());
        // One that has something in an object of another name alone is one, too.
        guilds.of(1).names().clear().await?;
        guilds.of(2).clear_all().await?;
        let left: HashSet<u64> = guilds.ids().try_collect().await?;
        assert!(left.contains(&1) && !left.contains(&2) && left.len() == 2499);
        Ok(())
    }

    async fn an_id_that_cannot_be_read_is_one_error_and_not_the_end(session: RedisSession) -> rediscache::Result<()> {
        Guild::on(&session).of(7).names().set(1, "one").await?;
        for foreign in ["guild.{s|a}.names", "guild.{i|%41}.names", "guild.{i|8}.name", "guild.{i|9", "guild.{i|9}"] {
            RedisCache::<u64, u64>::with_namespace(foreign).on(&session).set(1, 1).await?;
        }
        let found: Vec<_> = Guild::on(&session).ids().collect().await;
        let (read, unread): (Vec<_>, Vec<_>) = found.into_iter().partition(Result::is_ok);
        assert_eq!(read.into_iter().collect::<rediscache::Result<Vec<_>>>()?, [7]);
        assert_eq!(unread.len(), 2);
        for error in unread.into_iter().map(Result::unwrap_err) {
            let told = (error.kind(), error.operation(), error.namespace());
            assert_eq!(told, (ErrorKind::Decode, "ids", Some("guild.{}")));
        }
        Ok(())
    }

    async fn a_dropped_look_at_the_next_id_loses_none(session: RedisSession) -> rediscache::Result<()> {
        for id in 0..20 {
            Guild::on(&session).of(id).names().set(1, "one").await?;
        }
        let (mut ids, mut seen) = (Guild::on(&session).ids(), HashSet::new());
        for polls in 0.. {
            match within_polls(polls % 4, ids.next()).await {
                Some(None) => break,
                Some(Some(id)) => assert!(seen.insert(id?)),
                None => tokio::task::yield_now().await,
            }
        }
        assert_eq!(seen.len(), 20);
        Ok(())
    }

    async fn the_session_in_force_counts_where_none_is_bound(session: RedisSession) -> rediscache::Result<()> {
        session.scope(async {
            Tenant::of("acme").settings().set(1, "green").await?;
            assert_eq!(Tenant::ids().try_collect::<Vec<_>>().await?, ["acme"]);
            Tenant::of("acme").clear_all().await?;
            assert_eq!(Tenant::of("acme").settings().len().await?, 0);
            rediscache::Result::Ok(())
        }).await
    }

    async fn a_family_is_on_record_once_for_all_ids(session: RedisSession) -> rediscache::Result<()> {
        for id in 0..50 {
            Guild::on(&session).of(id).names().set(1, "one").await?;
        }
        record(&session, "guild.{}.names", |_| true).await;
        let records = crate::record::records(&session);
        assert_eq!(records.keys().await?.len(), 1);
        Ok(())
    }

    async fn a_family_is_compared_with_what_is_on_record_of_it(session: RedisSession) -> rediscache::Result<()> {
        assert_eq!(session.verify::<(Guild, Tenant)>().await?, []);
        Guild::on(&session).of(1).names().set(1, "one").await?;
        record(&session, "guild.{}.names", |_| true).await;
        assert_eq!(session.verify::<(Guild, Tenant)>().await?, []);
        let queue = json!({"kind": "queue", "codec": "typestring", "key": null, "value": {"shape": "text"}});
        put(&session, "tenant.{}.settings", json!({ "objects": [queue] }).to_string()).await;
        let findings = session.verify::<(Guild, Tenant)>().await?;
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!((findings[0].kind(), findings[0].namespace()), (FindingKind::OtherKind, "tenant.{}.settings"));
        Ok(())
    }

    async fn an_id_that_is_absurdly_long_is_refused(session: RedisSession) -> rediscache::Result<()> {
        let tenant = Tenant::on(&session).of("n".repeat(64 << 10));
        let error = tenant.settings().get(1).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().len() < 1024);
        assert_eq!(tenant.clear_all().await.unwrap_err().kind(), ErrorKind::Config);
        Ok(())
    }
}

#[tokio::test]
async fn objects_outside_the_global_namespace_count_too() -> rediscache::Result<()> {
    #[derive(RedisNamespaced)]
    #[rediscache(namespace = "{}", per = "String", global = false)]
    struct Bare {
        counts: RedisCache<u64, u64>,
        #[rediscache(global = true)]
        inside: RedisCache<u64, u64>,
    }
    let urls = ["memory://".to_owned(), support::url()];
    for url in urls {
        let (session, one, other) = (
            RedisSession::builder(url).global_namespace(namespace("bare")).connect().await?,
            namespace("one"),
            namespace("other"),
        );
        let bare = Bare::on(&session);
        bare.of(&one).counts().set(1, 1).await?;
        bare.of(&other).inside().set(1, 1).await?;
        let found: HashSet<String> = bare.ids().try_collect().await?;
        assert!(found.contains(&one) && found.contains(&other), "{found:?}");
        bare.of(&one).clear_all().await?;
        bare.of(&other).clear_all().await?;
        let left: HashSet<String> = bare.ids().try_collect().await?;
        assert!(!left.contains(&one) && !left.contains(&other), "{left:?}");
    }
    Ok(())
}

contract! {
    async fn a_record_is_one_hash_for_each_id(session: RedisSession) {
        for id in ODD {
            let options = Options::on(&session).of(id);
            options.threshold().set(1.5).await.unwrap();
            options.name().set(id).await.unwrap();
            assert_eq!(options.name().get().await.unwrap().as_deref(), Some(id));
            assert_eq!(options.name().key().unwrap(), options.threshold().key().unwrap());
        }
        let one = Options::on(&session).of("a.b");
        assert!(one.name().key().unwrap().ends_with("options.{s|a.b}"), "{}", one.name().key().unwrap());
        one.clear_all().await.unwrap();
        assert_eq!((one.threshold().get().await.unwrap(), one.name().get().await.unwrap()), (None, None));
        let mut left: Vec<String> = Options::on(&session).ids().try_collect().await.unwrap();
        left.sort_unstable();
        let mut expected: Vec<&str> = ODD.into_iter().filter(|id| *id != "a.b").collect();
        expected.sort_unstable();
        assert_eq!(left, expected);
    }
}
