//! Members of a set, one at a time and many.

use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt};
use rediscache::{ErrorKind, RedisNamespaced, RedisSession, RedisSet};
use serde::{Deserialize, Serialize};
use support::{Raw, RawBytes, contract};

use crate::kind;

fn names(session: &RedisSession) -> RedisSet<String> {
    RedisSet::new("names").on(session)
}

/// The same, as it is stored.
fn raw(session: &RedisSession) -> RedisSet<RawBytes, Raw> {
    RedisSet::new("names").on(session)
}

async fn stored(session: &RedisSession) -> Vec<Vec<u8>> {
    let mut stored: Vec<_> = raw(session).members().await.unwrap().into_iter().map(|member| member.0).collect();
    stored.sort();
    stored
}

fn sorted<T: Ord>(mut members: Vec<T>) -> Vec<T> {
    members.sort();
    members
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Member {
    Guest,
    Named(String, u8),
}

#[derive(RedisNamespaced)]
struct Site {
    #[rediscache(unreadable = "absent", timeout = "20s")]
    visitors: RedisSet<u64>,
    #[rediscache(namespace = "names")]
    names: RedisSet<String>,
}

contract! {
    async fn a_member_is_in_once_or_not_at_all(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert!(names.is_empty().await? && !names.contains("ada").await?);
        assert!(names.add("ada").await?);
        assert!(!names.add("ada".to_owned()).await?);
        assert!(names.contains("ada").await?);
        assert_eq!((names.len().await?, names.is_empty().await?), (1, false));
        assert!(names.remove("ada").await?);
        assert!(!names.remove("ada").await?);
        assert_eq!(names.members().await?, [""; 0]);
        Ok(())
    }

    async fn many_are_counted_once_each(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert_eq!(names.add_many(["b", "a", "b"]).await?, 2);
        assert_eq!(names.add_many(["c", "a"]).await?, 1);
        assert_eq!(names.contains_many(["c", "x", "c"]).await?, [true, false, true]);
        assert_eq!(names.remove_many(["x", "a", "a", "b"]).await?, 2);
        assert_eq!(sorted(names.members().await?), ["c"]);
        Ok(())
    }

    async fn none_is_nothing(session: RedisSession) -> rediscache::Result<()> {
        let (names, none) = (names(&session), [""; 0]);
        assert_eq!((names.add_many(none).await?, names.remove_many(none).await?), (0, 0));
        assert_eq!(names.contains_many(none).await?, [false; 0]);
        names.add("ada").await?;
        names.replace_all(none).await?;
        assert!(names.is_empty().await?);
        Ok(())
    }

    async fn all_are_replaced_with_their_expiry(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.add_many(["a", "b"]).await?;
        names.set_expiry(std::time::Duration::from_secs(600)).await?;
        names.replace_all((0..9_000).map(|n| n.to_string())).await?;
        assert_eq!((names.len().await?, names.expiry().await?), (9_000, None));
        assert!(!names.contains("a").await? && names.contains("8999").await?);
        Ok(())
    }

    async fn a_member_is_popped_once(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let all: Vec<String> = (0..50).map(|n| format!("{n:02}")).collect();
        names.add_many(&all).await?;
        let popped = join_all((0..60).map(|_| tokio::spawn(names.pop()))).await;
        let popped: Vec<_> = popped.into_iter().filter_map(|popped| popped.unwrap().unwrap()).collect();
        assert_eq!(sorted(popped), all);
        assert!(names.is_empty().await?);
        Ok(())
    }

    async fn chance_meets_every_member(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert_eq!((names.random().await?, names.pop().await?), (None, None));
        names.add_many(["a", "b", "c"]).await?;
        let mut seen = std::collections::HashSet::new();
        while seen.len() < 3 {
            seen.extend(names.random().await?);
        }
        assert_eq!(names.len().await?, 3);
        Ok(())
    }

    async fn a_scan_sees_every_member(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert_eq!(names.scan().try_collect::<Vec<_>>().await?, [""; 0]);
        let all: Vec<String> = (0..3_000).map(|n| format!("{n:04}")).collect();
        names.add_many(&all).await?;
        let mut seen = sorted(names.scan().try_collect::<Vec<_>>().await?);
        seen.dedup();
        assert_eq!(seen, all);
        Ok(())
    }

    async fn sets_are_taken_together(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let others = ["b", "c"].map(|name| RedisSet::<String>::new(name).on(&session));
        names.add_many(["1", "2", "3", "4"]).await?;
        others[0].add_many(["2", "3", "9"]).await?;
        others[1].add_many(["3", "4"]).await?;
        assert_eq!(sorted(names.union(&others).await?), ["1", "2", "3", "4", "9"]);
        assert_eq!(sorted(names.intersection(&others).await?), ["3"]);
        assert_eq!(sorted(names.difference(&others).await?), ["1"]);
        assert_eq!(sorted(names.difference([&others[0]]).await?), ["1", "4"]);
        let (none, absent) = (<[RedisSet<String>; 0]>::default(), RedisSet::new("absent"));
        for alone in [names.union(&none), names.intersection(&none), names.difference([&absent])] {
            assert_eq!(sorted(alone.await?), ["1", "2", "3", "4"]);
        }
        assert_eq!(names.intersection([&absent]).await?, [""; 0]);
        assert_eq!(names.difference([&names]).await?, [""; 0]);
        Ok(())
    }

    async fn sets_of_two_sessions_are_not_taken_together(session: RedisSession) {
        let elsewhere = RedisSet::<String>::new("names").on(&RedisSession::in_memory());
        assert_eq!(kind(names(&session).union([&elsewhere]).await), ErrorKind::Config);
        let nameless = RedisSet::<String>::with_namespace("");
        assert_eq!(kind(names(&session).union([&nameless]).await), ErrorKind::Config);
    }

    /// What is stored is the form of keys, byte for byte.
    async fn members_are_stored_as_keys_are(session: RedisSession) -> rediscache::Result<()> {
        names(&session).add_many(["", "ada", "ö"]).await?;
        assert_eq!(stored(&session).await, [&b"s|"[..], b"s|ada", "s|ö".as_bytes()]);
        let numbers = RedisSet::<i64>::new("names").on(&session);
        numbers.replace_all([-7, 42]).await?;
        assert_eq!(stored(&session).await, [b"i|-7", b"i|42"]);
        RedisSet::<bool>::new("names").on(&session).replace_all([true]).await?;
        assert_eq!(stored(&session).await, [b"b|1"]);
        let members = RedisSet::<Member>::new("names").on(&session);
        members.replace_all([Member::Guest, Member::Named("ada".to_owned(), 1)]).await?;
        let named = [b"m|\x02", &stored(&session).await[0][3..]].concat();
        assert_eq!(stored(&session).await, [named.as_slice(), b"s|Guest"]);
        assert_eq!(sorted(members.members().await?), [Member::Guest, Member::Named("ada".to_owned(), 1)]);
        assert!(members.contains(Member::Named("ada".to_owned(), 1)).await?);
        Ok(())
    }

    async fn a_member_that_cannot_be_read_is_told_and_left(session: RedisSession) -> rediscache::Result<()> {
        for bad in [&b"i|7"[..], b"", b"\xff\0", b"s|\xff", b"m|\x02"] {
            raw(&session).replace_all([RawBytes::from(bad)]).await?;
            let (names, session) = (names(&session), &session);
            let all = [names.members(), names.union([&names]), names.intersection([&names]), names.difference([])];
            for all in all {
                assert_eq!(kind(all.await), ErrorKind::Decode, "{bad:?}");
            }
            for one in [names.random(), names.pop()] {
                assert_eq!(kind(one.await), ErrorKind::Decode, "{bad:?}");
            }
            names.add("ada").await?;
            let seen: Vec<_> = names.scan().collect().await;
            assert_eq!(seen.iter().filter(|seen| seen.is_ok()).count(), 1, "{bad:?}");
            let told = seen.into_iter().find_map(Result::err).unwrap();
            assert_eq!((told.kind(), told.operation(), told.namespace()), (ErrorKind::Decode, "scan", Some("names")));
            // Whichever is met, what is taken out can be read.
            while !matches!(names.pop().await, Ok(Some(_))) {}
            assert_eq!((names.len().await?, stored(session).await), (1, vec![bad.to_vec()]));
        }
        Ok(())
    }

    async fn a_member_that_cannot_be_read_is_left_out_where_it_is_to_be(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisSet::<u64>::new("names").unreadable_as_absent().on(&session);
        for n in 0..40 {
            names(&session).add(format!("{n}")).await?;
        }
        assert_eq!((numbers.random().await?, numbers.pop().await?), (None, None));
        numbers.add(7).await?;
        assert_eq!((numbers.members().await?, numbers.random().await?), (vec![7], Some(7)));
        assert_eq!(numbers.scan().try_collect::<Vec<_>>().await?, [7]);
        assert_eq!(numbers.union([&numbers]).await?, [7]);
        assert_eq!(numbers.pop().await?, Some(7));
        assert_eq!((numbers.pop().await?, numbers.len().await?), (None, 40));
        Ok(())
    }

    async fn what_could_not_be_read_again_is_not_put_in(session: RedisSession) -> rediscache::Result<()> {
        /// Written with more than it reads.
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Odd {
            #[serde(rename(serialize = "written"))]
            read: Vec<u8>,
        }
        let odd = RedisSet::<Odd>::new("names").on(&session);
        let one = Odd { read: vec![1] };
        assert_eq!(kind(odd.add(&one).await), ErrorKind::Encode);
        assert_eq!(kind(odd.add_many([&one]).await), ErrorKind::Encode);
        assert_eq!(kind(odd.replace_all([&one]).await), ErrorKind::Encode);
        assert!(odd.is_empty().await?);
        Ok(())
    }

    async fn a_field_is_a_set(session: RedisSession) -> rediscache::Result<()> {
        let site = Site::on(&session);
        site.names().add("ada").await?;
        assert!(site.visitors().add(1).await?);
        let seen = session.scope(async { Ok::<_, rediscache::Error>((Site::names().len().await?, Site::visitors().members().await?)) });
        assert_eq!(seen.await?, (1, vec![1]));
        let objects = Site::objects();
        assert_eq!((objects[0].key_type(), objects[0].value_type()), (None, "u64"));
        assert_eq!(objects[0].kind(), rediscache::ObjectKind::Set);
        Ok(())
    }

    /// What each is told is true, whatever leaves together.
    async fn of_many_who_add_the_same_one_is_first(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisSet::<u64>::new("names").on(&session);
        let added = join_all((0..600).map(|n| tokio::spawn(numbers.add(n % 200)))).await;
        assert_eq!(added.into_iter().filter(|added| *added.as_ref().unwrap().as_ref().unwrap()).count(), 200);
        let there = join_all((0..400).map(|n| tokio::spawn(numbers.contains(n)))).await;
        let there: Vec<bool> = there.into_iter().map(|there| there.unwrap().unwrap()).collect();
        assert!(there[..200].iter().all(|there| *there) && there[200..].iter().all(|there| !there));
        let removed = join_all((0..400).map(|n| tokio::spawn(numbers.remove(n % 200)))).await;
        assert_eq!(removed.into_iter().filter(|removed| *removed.as_ref().unwrap().as_ref().unwrap()).count(), 200);
        Ok(())
    }
}
