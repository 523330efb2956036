//! What a page inside the program sees of the other kinds of objects, and does with them: all that is neither hash nor queue.

use std::time::{Duration, SystemTime};

use rediscache::inspect::{Action, Entry, Fact, Part, Shown};
use rediscache::{
    ErrorKind, Near, RedisLimit, RedisLock, RedisNamespaced, RedisRanking, RedisSession, RedisSet, RedisTtlCache,
    RedisValue,
};
use support::contract;

use crate::window::{all, json, shown, window};

const HOUR: Duration = Duration::from_secs(3600);

#[derive(RedisNamespaced)]
struct Kinds {
    #[rediscache(ttl = "1h", stale = "1h")]
    pages: RedisTtlCache<String, u64>,
    #[rediscache(ttl = "1h", secret)]
    sessions: RedisTtlCache<String, String>,
    motto: RedisValue<String>,
    #[rediscache(secret)]
    password: RedisValue<String>,
    visitors: RedisSet<u64>,
    #[rediscache(secret)]
    tokens: RedisSet<String>,
    points: RedisRanking<String, i64>,
    #[rediscache(secret)]
    bids: RedisRanking<String>,
    #[rediscache(rate = "2/1h")]
    requests: RedisLimit<String>,
    orders: RedisLock<u64>,
}

#[derive(RedisNamespaced)]
#[rediscache(record)]
struct Settings {
    threshold: RedisValue<f64>,
    name: RedisValue<String>,
}

fn is_about(end: Option<SystemTime>, left: Duration) -> bool {
    let off = end.and_then(|end| end.duration_since(SystemTime::now()).ok()).map(|found| found.abs_diff(left));
    off.is_some_and(|off| off < Duration::from_secs(60))
}

fn keys(entries: &[Entry]) -> Vec<String> {
    shown(entries).into_keys().collect()
}

contract! {
    async fn an_entry_that_lives_for_a_time_tells_its_end(session: RedisSession) -> rediscache::Result<()> {
        let (window, pages) = (window::<Kinds>(&session, "pages"), Kinds::on(&session).pages());
        window.set("a:b", "7").await?;
        assert_eq!(pages.get("a:b").await?, Some(7));
        let found = window.find("a:b").await?.unwrap();
        assert_eq!((&found.key, &found.value), (&json("\"a:b\""), &json("7")));
        assert!(is_about(found.expires_at, HOUR) && found.facts.is_empty(), "{found:?}");
        assert_eq!(all(&*window, Part::Entries).await?.len(), 1);
        assert!(window.find("c").await?.is_none());
        assert!(window.act(Action::Delete, Part::Entries, &found.id).await?);
        assert!(!window.act(Action::Delete, Part::Entries, &found.id).await?);
        assert_eq!(pages.get("a:b").await?, None);
        Ok(())
    }

    async fn a_stale_entry_is_shown_as_such(session: RedisSession) -> rediscache::Result<()> {
        let (window, pages) = (window::<Kinds>(&session, "pages"), Kinds::on(&session).pages());
        pages.set_for("old", 1, Duration::from_millis(1)).await?;
        while pages.contains("old").await? {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let found = window.find("old").await?.unwrap();
        assert_eq!((&found.value, &found.facts[..]), (&json("1"), &[Fact::Stale][..]));
        assert!(is_about(found.expires_at, HOUR));
        assert_eq!(all(&*window, Part::Entries).await?[0].facts, [Fact::Stale]);
        assert!(window.act(Action::Delete, Part::Entries, &found.id).await?);
        Ok(())
    }

    async fn looking_at_entries_does_not_prolong_them(session: RedisSession) -> rediscache::Result<()> {
        #[derive(RedisNamespaced)]
        struct Idle {
            #[rediscache(idle = "1h")]
            sessions: RedisTtlCache<u64, u64>,
        }

        let (window, sessions) = (window::<Idle>(&session, "sessions"), Idle::on(&session).sessions());
        sessions.set_for(1, 1, Duration::from_secs(600)).await?;
        assert!(is_about(window.find("1").await?.unwrap().expires_at, Duration::from_secs(600)));
        all(&*window, Part::Entries).await?;
        assert!(is_about(window.find("1").await?.unwrap().expires_at, Duration::from_secs(600)));
        Ok(())
    }

    async fn pages_of_entries_end_and_show_each_and_all_are_cleared(session: RedisSession) -> rediscache::Result<()> {
        let (window, pages) = (window::<Kinds>(&session, "pages"), Kinds::on(&session).pages());
        pages.set_many((0..1500_u64).map(|number| (number.to_string(), number))).await?;
        assert_eq!(shown(&all(&*window, Part::Entries).await?).len(), 1500);
        assert_eq!(window.page(Part::Entries, Some(b"x".to_vec())).await.unwrap_err().kind(), ErrorKind::Config);
        window.act_on_all(Action::Delete, Part::Entries).await?;
        assert!(all(&*window, Part::Entries).await?.is_empty());
        Ok(())
    }

    async fn near_caches_of_entries_are_told_of_edits(session: RedisSession) -> rediscache::Result<()> {
        let (window, near) = (window::<Kinds>(&session, "pages"), Kinds::on(&session).pages().near(Near::tracking()));
        near.set("a", 1).await?;
        assert_eq!(near.get("a").await?, Some(1));
        window.set("a", "2").await?;
        assert_eq!(near.get("a").await?, Some(2));
        window.act(Action::Delete, Part::Entries, &window.find("a").await?.unwrap().id).await?;
        assert_eq!(near.get("a").await?, None);
        Ok(())
    }

    async fn a_summary_of_entries_tells_of_loads(session: RedisSession) -> rediscache::Result<()> {
        let (window, pages) = (window::<Kinds>(&session, "pages"), Kinds::on(&session).pages());
        let before = window.summary().await?.loads.unwrap();
        pages.get_or_load("a", || async { Ok::<_, std::io::Error>(1) }).await.unwrap();
        assert_eq!(window.summary().await?.loads.unwrap().loads, before.loads + 1);
        Ok(())
    }

    async fn a_value_is_one_entry_or_none(session: RedisSession) -> rediscache::Result<()> {
        let (window, motto) = (window::<Kinds>(&session, "motto"), Kinds::on(&session).motto());
        assert!(all(&*window, Part::Entries).await?.is_empty());
        assert_eq!(window.summary().await?.counts, [(Part::Entries, 0)]);
        window.set("", "\"onward\"").await?;
        assert_eq!(motto.get().await?.as_deref(), Some("onward"));
        motto.set_for("back", HOUR).await?;
        let entries = all(&*window, Part::Entries).await?;
        assert_eq!((entries.len(), &entries[0].key, &entries[0].value), (1, &None, &json("\"back\"")));
        assert!(is_about(entries[0].expires_at, HOUR) && is_about(window.summary().await?.expires_at, HOUR));
        assert_eq!(window.set("", "7").await.unwrap_err().kind(), ErrorKind::Encode);
        assert!(window.act(Action::Delete, Part::Entries, b"").await?);
        assert_eq!(window.act_on_all(Action::Delete, Part::Entries).await?, Some(0));
        Ok(())
    }

    async fn a_field_of_a_record_is_shown_by_itself(session: RedisSession) -> rediscache::Result<()> {
        let (threshold, settings) = (window::<Settings>(&session, "threshold"), Settings::on(&session));
        settings.name().set("ada").await?;
        threshold.set("", "7.5").await?;
        assert_eq!(settings.threshold().get().await?, Some(7.5));
        assert_eq!(threshold.find("").await?.unwrap().value, json("7.5"));
        assert!(threshold.act(Action::Delete, Part::Entries, b"").await?);
        assert_eq!(settings.name().get().await?.as_deref(), Some("ada"));
        Ok(())
    }

    async fn a_set_shows_its_members_as_keys(session: RedisSession) -> rediscache::Result<()> {
        let (window, visitors) = (window::<Kinds>(&session, "visitors"), Kinds::on(&session).visitors());
        visitors.add_many(0..3000).await?;
        window.set("7777", "").await?;
        assert!(visitors.contains(7777).await?);
        assert_eq!(window.set("ada", "").await.unwrap_err().kind(), ErrorKind::Encode);
        let entries = all(&*window, Part::Entries).await?;
        assert_eq!(shown(&entries).len(), 3001);
        assert!(entries.iter().all(|entry| entry.value.is_none()));
        assert_eq!(window.summary().await?.counts, [(Part::Entries, 3001)]);
        let found = window.find("7777").await?.unwrap();
        assert!(window.act(Action::Delete, Part::Entries, &found.id).await?);
        assert!(window.find("7777").await?.is_none());
        Ok(())
    }

    async fn a_member_that_cannot_be_read_says_why_alone(session: RedisSession) -> rediscache::Result<()> {
        RedisSet::<String>::new("Kinds.visitors").on(&session).add("hidden").await?;
        Kinds::on(&session).visitors().add(1).await?;
        let entries = all(&*window::<Kinds>(&session, "visitors"), Part::Entries).await?;
        let unreadable = entries.iter().filter(|entry| matches!(entry.key, Some(Shown::Unreadable(_)))).count();
        assert_eq!((entries.len(), unreadable), (2, 1));
        assert!(!format!("{entries:?}").contains("\"hidden"), "{entries:?}");
        Ok(())
    }

    async fn a_ranking_is_shown_from_the_top(session: RedisSession) -> rediscache::Result<()> {
        let (window, points) = (window::<Kinds>(&session, "points"), Kinds::on(&session).points());
        points.set_many((0..500_i64).map(|number| (number.to_string(), number))).await?;
        window.set("ada", "1000").await?;
        let entries = all(&*window, Part::Entries).await?;
        assert_eq!((&entries[0].key, &entries[0].value), (&json("\"ada\""), &json("1000")));
        assert_eq!((entries.len(), &entries[500].value), (501, &json("0")));
        assert_eq!(window.find("ada").await?.unwrap().value, json("1000"));
        assert_eq!(window.set("ada", "0.5").await.unwrap_err().kind(), ErrorKind::Encode);
        assert!(window.act(Action::Delete, Part::Entries, &entries[0].id).await?);
        assert_eq!(points.score("ada").await?, None);
        assert_eq!(window.summary().await?.counts, [(Part::Entries, 500)]);
        Ok(())
    }

    async fn looking_at_a_limit_takes_no_turn(session: RedisSession) -> rediscache::Result<()> {
        let (window, requests) = (window::<Kinds>(&session, "requests"), Kinds::on(&session).requests());
        assert!(window.find("ada").await?.is_none());
        assert!(requests.check("ada").await?.allowed() && requests.check_n("bob", 2).await?.allowed());
        for _ in 0..3 {
            let entries = all(&*window, Part::Entries).await?;
            assert_eq!(keys(&entries), ["\"ada\"", "\"bob\""]);
        }
        let (ada, bob) = (window.find("ada").await?.unwrap(), window.find("bob").await?.unwrap());
        assert_eq!(ada.facts, [Fact::Remaining(1)]);
        assert!(is_about(ada.expires_at, HOUR / 2) && is_about(bob.expires_at, HOUR));
        let [Fact::Remaining(0), Fact::RetryAfter(wait)] = bob.facts[..] else { panic!("{bob:?}") };
        assert!(wait.abs_diff(HOUR / 2) < Duration::from_secs(60), "{wait:?}");
        assert!(window.act(Action::Delete, Part::Entries, &bob.id).await?);
        assert!(!window.act(Action::Delete, Part::Entries, &bob.id).await?);
        assert!(requests.check("bob").await?.allowed());
        Ok(())
    }

    async fn a_lock_shows_who_holds_it_and_the_fence(session: RedisSession) -> rediscache::Result<()> {
        let (window, orders) = (window::<Kinds>(&session, "orders"), Kinds::on(&session).orders());
        assert!(window.find("7").await?.is_none());
        let guard = orders.try_acquire(7).await?.unwrap();
        let held = window.find("7").await?.unwrap();
        assert_eq!(held.key, json("7"));
        assert!(held.facts.contains(&Fact::Held(true)) && held.facts.contains(&Fact::Fence(guard.fence())));
        assert!(held.facts.iter().any(|fact| matches!(fact, Fact::Worker(holder) if holder.len() == 16)));
        assert!(is_about(held.expires_at, Duration::from_secs(30)));
        assert_eq!(all(&*window, Part::Entries).await?.len(), 1);
        let fence = guard.fence();
        guard.release().await?;
        let free = window.find("7").await?.unwrap();
        assert_eq!((&free.facts[..], free.expires_at), (&[Fact::Held(false), Fact::Fence(fence)][..], None));
        assert!(window.actions(Part::Entries).is_empty());
        Ok(())
    }

    async fn no_kind_shows_what_is_secret(session: RedisSession) -> rediscache::Result<()> {
        let kinds = Kinds::on(&session);
        kinds.sessions().set("ada", "hidden").await?;
        kinds.password().set("hidden").await?;
        kinds.tokens().add("hidden").await?;
        kinds.bids().set("hidden", 4242.0).await?;
        // Nor what is wrong with it.
        RedisSet::<u64>::new("Kinds.tokens").on(&session).add(4242).await?;
        for (field, key) in [("sessions", "ada"), ("password", ""), ("tokens", "hidden"), ("bids", "hidden")] {
            let window = window::<Kinds>(&session, field);
            let (mut entries, found) = (all(&*window, Part::Entries).await?, window.find(key).await?.unwrap());
            let id = found.id.clone();
            entries.push(found);
            for id in entries.iter().map(|entry| String::from_utf8_lossy(&entry.id)) {
                assert!(!id.contains("hidden") && !id.contains("4242"), "{field}: {id}");
            }
            let text = format!("{entries:?} {window:?}");
            assert!(text.contains("Secret") && !text.contains("hidden") && !text.contains("4242"), "{text}");
            let error = window.set("\"4242\"", "\"4242\"").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{field}");
            assert!(!format!("{error:?}").contains("4242"), "{field}");
            assert_eq!(window.actions(Part::Entries), [Action::Delete], "{field}");
            assert!(window.act(Action::Delete, Part::Entries, &id).await?, "{field}");
            assert!(!window.act(Action::Delete, Part::Entries, &id).await?, "{field}");
            assert!(window.find(key).await?.is_none(), "{field}");
        }
        Ok(())
    }

    async fn a_window_into_what_holds_another_type_fails_and_leaves_it(session: RedisSession) -> rediscache::Result<()> {
        let kinds = Kinds::on(&session);
        RedisSet::<u64>::new("Kinds.points").on(&session).add(1).await?;
        RedisSet::<u64>::new("Kinds.motto").on(&session).add(1).await?;
        kinds.points().set("ada", 1).await.unwrap_err();
        for field in ["points", "motto"] {
            let window = window::<Kinds>(&session, field);
            let kinds = [window.summary().await.unwrap_err().kind(), window.page(Part::Entries, None).await.unwrap_err().kind()];
            assert_eq!(kinds, [ErrorKind::WrongType; 2], "{field}");
        }
        Ok(())
    }
}

/// Nothing is measured in this process.
#[tokio::test]
async fn a_server_says_how_much_memory_an_object_takes() -> rediscache::Result<()> {
    let of = async |session: RedisSession| {
        let (window, visitors) = (window::<Kinds>(&session, "visitors"), Kinds::on(&session).visitors());
        visitors.add_many(0..1000).await?;
        Ok::<_, rediscache::Error>(window.summary().await?.memory)
    };
    assert_eq!(of(support::memory_session("memory").await).await?, None);
    assert!(of(support::redis_session("memory").await).await? > Some(1000));
    Ok(())
}
