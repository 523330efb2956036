//! A program is compared with what is stored, and with itself.

use rediscache::{
    Finding, FindingKind, Json, RedisCache, RedisNamespaced, RedisQueue, RedisRanking, RedisSession, RedisSet,
    RedisTaskQueue, RedisValue,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use support::{contract, poke};

use crate::record::{put, record};

#[derive(RedisNamespaced)]
struct Channel {
    topics: RedisCache<u64, String>,
    outbox: RedisQueue<u64>,
}

#[derive(RedisNamespaced)]
struct Guild {
    names: RedisCache<String, String>,
    jobs: RedisTaskQueue<u64>,
}

#[derive(RedisNamespaced)]
struct Game {
    players: RedisSet<u64>,
    points: RedisRanking<String, i64>,
}

#[derive(RedisNamespaced)]
#[rediscache(record)]
struct Settings {
    threshold: RedisValue<f64>,
    name: RedisValue<String>,
    #[rediscache(namespace = "visits")]
    visits: RedisValue<u64>,
}

fn told(findings: &[Finding]) -> Vec<(FindingKind, &str)> {
    findings.iter().map(|finding| (finding.kind(), finding.namespace())).collect()
}

/// A record of an object that nothing else is said of.
fn cache_of(key: &str, value: &str) -> String {
    let object =
        json!({"kind": "cache", "codec": "typestring", "key": key, "value": {"shape": value}, "programs": {"shop": 7}});
    json!({ "objects": [object] }).to_string()
}

#[derive(Serialize, Deserialize)]
struct Price {
    price: u64,
    gift: bool,
}

#[derive(Serialize, Deserialize)]
struct NewPrice {
    price: String,
    stock: u32,
}

#[derive(RedisNamespaced)]
struct Shop {
    prices: RedisCache<u64, NewPrice, Json>,
}

#[derive(RedisNamespaced)]
struct Texts {
    #[rediscache(namespace = "mixed")]
    texts: RedisCache<String, String>,
}

#[derive(RedisNamespaced)]
struct Same {
    #[rediscache(namespace = "mixed")]
    same: RedisCache<String, String>,
}

#[derive(RedisNamespaced)]
struct Numbers {
    #[rediscache(namespace = "mixed")]
    numbers: RedisCache<u64, u64>,
}

#[derive(RedisNamespaced)]
struct Elsewhere {
    #[rediscache(namespace = "mixed", global = false)]
    elsewhere: RedisQueue<u64>,
}

contract! {
    async fn nothing_is_found_where_all_fits(session: RedisSession) -> rediscache::Result<()> {
        assert_eq!(session.verify::<Channel>().await?, []);
        session.scope(async {
            Channel::topics().set(1, "one").await?;
            Channel::outbox().put_many([1, 2]).await?;
            Guild::names().set("ada", "lovelace").await?;
            Guild::jobs().put(1).await
        }).await?;
        record(&session, "Guild.jobs", |_| true).await;
        assert_eq!(session.verify::<((Channel,), (Guild, Channel))>().await?, []);
        Ok(())
    }

    async fn two_objects_of_one_key_are_told(session: RedisSession) -> rediscache::Result<()> {
        let findings = session.verify::<(Texts, Same, Numbers, Elsewhere)>().await?;
        assert_eq!(told(&findings), [(FindingKind::Mixed, "mixed")]);
        let text = findings[0].to_string();
        assert!(text.starts_with("`mixed`: two fields have this namespace, `texts` with a cache of `alloc::"), "{text}");
        assert!(text.contains("`numbers` with a cache of `u64` and `u64`") && text.ends_with("\n    u64, was text"), "{text}");
        let _ = (Same::same(), Elsewhere::elsewhere());
        Ok(())
    }

    async fn what_a_program_mixes_itself_is_told_once(session: RedisSession) -> rediscache::Result<()> {
        session.scope(async {
            Texts::texts().set("a", "b").await?;
            Numbers::numbers().set(1, 1).await
        }).await?;
        record(&session, "mixed", |record| record["objects"].as_array().unwrap().len() == 2).await;
        let mut found = session.verify::<(Texts, Numbers)>().await?;
        found.retain(|finding| finding.kind() != FindingKind::Unreadable);
        assert_eq!(told(&found), [(FindingKind::Mixed, "mixed")]);
        Ok(())
    }

    async fn another_kind_on_record_is_told(session: RedisSession) -> rediscache::Result<()> {
        RedisQueue::<u64>::new("Channel.topics").on(&session).put(1).await?;
        record(&session, "Channel.topics", |_| true).await;
        RedisQueue::<u64>::new("Channel.topics").on(&session).clear().await?;
        let findings = session.verify::<Channel>().await?;
        assert_eq!(told(&findings), [(FindingKind::OtherKind, "Channel.topics")]);
        let text = findings[0].to_string();
        assert!(text.contains("on record for a queue, written by a program that did not say its name"), "{text}");
        assert!(text.contains(&format!("`HDEL {}.$objects Channel.topics`", session.global_namespace())), "{text}");
        Ok(())
    }

    async fn another_data_type_is_told_without_a_record(session: RedisSession) -> rediscache::Result<()> {
        poke(&session, "Channel.outbox", "i|1", "i|1").await;
        let findings = session.verify::<Channel>().await?;
        assert_eq!(told(&findings), [(FindingKind::OtherKind, "Channel.outbox")]);
        Ok(())
    }

    async fn keys_of_another_type_on_record_are_told(session: RedisSession) -> rediscache::Result<()> {
        for (key, is_told) in [("i8", false), ("u128", false), ("text", true), ("bool", true), ("unknown", false)] {
            put(&session, "Channel.topics", cache_of(key, "text")).await;
            let findings = session.verify::<Channel>().await?;
            let expected = [(FindingKind::OtherKey, "Channel.topics")];
            assert_eq!(told(&findings), expected[..usize::from(is_told)], "{key}");
            assert!(findings.iter().all(|finding| finding.to_string().contains("written by `shop`")), "{findings:?}");
        }
        Ok(())
    }

    async fn an_owner_that_was_renamed_is_told(session: RedisSession) -> rediscache::Result<()> {
        put(&session, "Server.names", cache_of("text", "text")).await;
        let findings = session.verify::<(Channel, Guild)>().await?;
        assert_eq!(told(&findings), [(FindingKind::Renamed, "Guild.names")]);
        assert!(findings[0].to_string().contains("`#[rediscache(namespace = \"Server\")]`"), "{}", findings[0]);
        // One that has more than the new one is another one.
        put(&session, "Server.flags", cache_of("text", "text")).await;
        assert_eq!(session.verify::<(Channel, Guild)>().await?, []);
        put(&session, "Room.names", cache_of("text", "u64")).await;
        assert_eq!(session.verify::<(Channel, Guild)>().await?, []);
        put(&session, "Team.names", cache_of("text", "text")).await;
        put(&session, "Guild.names", cache_of("text", "text")).await;
        assert_eq!(session.verify::<(Channel, Guild)>().await?, [], "it has a record of its own");
        Ok(())
    }

    async fn values_that_cannot_be_read_are_counted(session: RedisSession) -> rediscache::Result<()> {
        for n in 0..600 {
            poke(&session, "Channel.topics", format!("i|{n}"), if n % 2 == 0 { "s|fine" } else { "i|7" }).await;
        }
        RedisQueue::<String>::new("Channel.outbox").on(&session).put_many((0..600).map(|n| n.to_string())).await?;
        let findings = session.verify::<Channel>().await?;
        let kind = FindingKind::Unreadable;
        assert_eq!(told(&findings), [(kind, "Channel.topics"), (kind, "Channel.outbox")]);
        let (cache, queue) = (findings[0].to_string(), findings[1].to_string());
        assert!(cache.contains(" of 512 values that were looked at cannot be read as `alloc::string::String`: it is "), "{cache}");
        assert!(queue.starts_with("`Channel.outbox`: 512 of 512 values"), "{queue}");
        assert_eq!(RedisQueue::<u64>::new("Channel.outbox").on(&session).len().await?, 600);
        Ok(())
    }

    async fn values_of_another_shape_are_told_with_what_differs(session: RedisSession) -> rediscache::Result<()> {
        let old = RedisCache::<u64, Price, Json>::new("Shop.prices").on(&session);
        old.set(1, Price { price: 7, gift: true }).await?;
        record(&session, "Shop.prices", |_| true).await;
        let findings = session.verify::<(Shop, Channel)>().await?;
        assert_eq!(told(&findings), [(FindingKind::Unreadable, "Shop.prices")]);
        let text = findings[0].to_string();
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(lines, ["    `price`: text, was u64", "    `stock`: u32 is new", "    `gift` is gone"], "{text}");
        Ok(())
    }

    async fn records_of_anything_are_no_hindrance(session: RedisSession) -> rediscache::Result<()> {
        let names = ["Channel.topics", "a.b", ".", "Channel.", "$runtime", "", "x\ny.topics"];
        let deep = format!("{{\"objects\":[{{\"kind\":\"cache\",\"codec\":\"json\",\"key\":{}}}]}}", "[".repeat(1000));
        let strange = cache_of("text\u{1b}[2J\n", "text");
        for bad in ["", "7", "{}", "{\"objects\":[7,{},[],{\"kind\":1}]}", &deep, &strange, "\u{0}"] {
            for name in names {
                put(&session, name, bad).await;
            }
            assert_eq!(session.verify::<(Channel, Guild)>().await?, [], "{bad}");
        }
        let shown = "{\"objects\":[{\"kind\":\"\\u001b[2J\",\"codec\":\"x\\ny\",\"key\":null,\"value\":{\"shape\":\"text\"}}]}";
        put(&session, "Channel.topics", shown).await;
        let findings = session.verify::<(Channel, Guild)>().await?;
        assert_eq!(told(&findings), [(FindingKind::OtherKind, "Channel.topics")]);
        assert!(!findings[0].to_string().contains(char::is_control), "{}", findings[0]);
        Ok(())
    }

    async fn it_changes_nothing_and_is_refused_by_a_closed_session(session: RedisSession) -> rediscache::Result<()> {
        session.scope(Channel::topics().set(1, "one")).await?;
        let before = record(&session, "Channel.topics", |_| true).await;
        session.verify::<(Channel, Guild)>().await?;
        assert_eq!(record(&session, "Channel.topics", |_| true).await, before);
        session.close().await?;
        assert_eq!(crate::kind(session.verify::<Channel>().await), rediscache::ErrorKind::Closed);
        Ok(())
    }

    async fn members_and_scores_that_do_not_fit_are_told(session: RedisSession) -> rediscache::Result<()> {
        session.scope(async {
            Game::players().add(1).await?;
            Game::points().set("ada", 7).await
        }).await?;
        record(&session, "Game.points", |_| true).await;
        record(&session, "Game.players", |_| true).await;
        assert_eq!(session.verify::<Game>().await?, []);
        RedisSet::<String>::new("Game.players").on(&session).add("one").await?;
        RedisRanking::<String>::new("Game.points").on(&session).set("bob", 0.5).await?;
        let mut findings = session.verify::<Game>().await?;
        findings.retain(|finding| finding.kind() == FindingKind::Unreadable);
        assert_eq!(told(&findings), [(FindingKind::Unreadable, "Game.players"), (FindingKind::Unreadable, "Game.points")]);
        assert!(findings[0].to_string().contains("1 of 2 values"), "{}", findings[0]);
        Ok(())
    }

    async fn members_of_another_type_on_record_are_told(session: RedisSession) -> rediscache::Result<()> {
        let object = json!({"kind": "set", "codec": "typestring", "key": null, "value": {"shape": "text"}});
        put(&session, "Game.players", json!({ "objects": [object] }).to_string()).await;
        let findings = session.verify::<Game>().await?;
        assert_eq!(told(&findings), [(FindingKind::OtherKey, "Game.players")]);
        assert!(findings[0].to_string().contains("a set with members `text`"), "{}", findings[0]);
        Ok(())
    }

    async fn values_that_do_not_fit_are_told(session: RedisSession) -> rediscache::Result<()> {
        session.scope(async {
            Settings::threshold().set(1.5).await?;
            Settings::name().set("ada").await?;
            Settings::visits().set(7).await
        }).await?;
        record(&session, "Settings.threshold", |_| true).await;
        record(&session, "Settings.name", |_| true).await;
        record(&session, "visits", |_| true).await;
        assert_eq!(session.verify::<Settings>().await?, []);
        poke(&session, "Settings", "s|threshold", "s|high").await;
        RedisValue::<String>::new("visits").on(&session).set("many").await?;
        let findings = session.verify::<Settings>().await?;
        let expected = [(FindingKind::Unreadable, "Settings.threshold"), (FindingKind::Unreadable, "visits")];
        assert_eq!(told(&findings), expected);
        assert!(findings[0].to_string().contains("1 of 1 values"), "{}", findings[0]);
        RedisSet::<u64>::new("visits").on(&session).add(1).await.unwrap_err();
        RedisValue::<u64>::new("visits").on(&session).clear().await?;
        RedisSet::<u64>::new("visits").on(&session).add(1).await?;
        let findings = session.verify::<Settings>().await?;
        let finding = findings.iter().find(|finding| finding.to_string().contains("TYPE")).expect("it is told");
        assert_eq!((finding.kind(), finding.namespace()), (FindingKind::OtherKind, "visits"));
        Ok(())
    }

    async fn a_value_that_was_put_into_a_record_is_told(session: RedisSession) -> rediscache::Result<()> {
        RedisValue::<f64>::new("Settings.threshold").on(&session).set(1.5).await?;
        record(&session, "Settings.threshold", |_| true).await;
        let findings = session.verify::<Settings>().await?;
        assert_eq!(told(&findings), [(FindingKind::OtherKind, "Settings.threshold")]);
        assert!(findings[0].to_string().contains("a value, written by"), "{}", findings[0]);
        Ok(())
    }
}
