//! What a page inside the program sees of objects, and does with them: what all kinds have in common, and caches.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use rediscache::inspect::{Action, Entry, FamilyWindow, Inspector, Part, Shown, Window};
use rediscache::{ErrorKind, Near, ObjectInfo, RedisCache, RedisNamespaced, RedisSession};
use serde::{Deserialize, Serialize};
use support::contract;

/// All windows of a struct.
#[derive(Debug, Default)]
pub(crate) struct Windows(Vec<Box<dyn Window>>);

impl Inspector for Windows {
    fn window(&mut self, window: Box<dyn Window>) {
        self.0.push(window);
    }
}

/// The window into the object of a field.
pub(crate) fn window<T: RedisNamespaced>(session: &RedisSession, field: &str) -> Box<dyn Window> {
    let mut windows = Windows::default();
    T::inspect(session, &mut windows);
    windows.0.into_iter().find(|window| window.info().field() == field).unwrap()
}

/// All that stands in a part, page by page.
pub(crate) async fn all(window: &dyn Window, part: Part) -> rediscache::Result<Vec<Entry>> {
    let (mut entries, mut cursor) = (Vec::new(), None);
    loop {
        let page = window.page(part, cursor).await?;
        assert!(page.entries.len() < 1200, "a page is bounded");
        entries.extend(page.entries);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(entries);
        }
    }
}

pub(crate) fn json(text: &str) -> Option<Shown> {
    Some(Shown::Json(text.to_owned()))
}

/// Keys and values, ordered by their text.
pub(crate) fn shown(entries: &[Entry]) -> BTreeMap<String, String> {
    let text = |shown: &Option<Shown>| match shown {
        Some(Shown::Json(json)) => json.clone(),
        other => format!("{other:?}"),
    };
    entries.iter().map(|entry| (text(&entry.key), text(&entry.value))).collect()
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct User {
    name: String,
    level: u8,
}

#[derive(RedisNamespaced)]
struct Shop {
    users: RedisCache<u64, User>,
    names: RedisCache<String, u64>,
    by_place: RedisCache<(u8, u8), BTreeMap<(u8, u8), f64>>,
    #[rediscache(secret)]
    tokens: RedisCache<String, String>,
}

/// An older program.
#[derive(RedisNamespaced)]
#[rediscache(namespace = "Shop")]
struct Older {
    users: RedisCache<u64, OlderUser>,
    tokens: RedisCache<String, u64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OlderUser {
    level: u8,
    name: String,
    gone: Option<bool>,
}

fn ada() -> User {
    User { name: "ada".to_owned(), level: 7 }
}

contract! {
    async fn a_struct_shows_its_objects_in_order_and_each_what_is_declared(session: RedisSession) {
        let mut windows = Windows::default();
        Shop::inspect(&session, &mut windows);
        let infos: Vec<_> = windows.0.iter().map(|window| window.info().clone()).collect();
        assert_eq!(infos, Shop::objects());
        let secret: Vec<_> = infos.iter().map(ObjectInfo::is_secret).collect();
        assert_eq!(secret, [false, false, false, true]);
    }

    async fn a_page_shows_entries_as_json_by_their_own_types(session: RedisSession) -> rediscache::Result<()> {
        let users = window::<Shop>(&session, "users");
        assert_eq!(users.parts(), [Part::Entries]);
        assert!(users.page(Part::Entries, None).await?.entries.is_empty());
        assert_eq!(users.summary().await?.counts, [(Part::Entries, 0)]);

        let shop = Shop::on(&session);
        shop.users().update([(1, ada()), (2, User { name: "bob".to_owned(), level: 0 })]).await?;
        let expected = [("1", r#"{"name":"ada","level":7}"#), ("2", r#"{"name":"bob","level":0}"#)];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(shown(&all(&*users, Part::Entries).await?), BTreeMap::from(expected));
        assert_eq!(users.summary().await?.counts, [(Part::Entries, 2)]);
        Ok(())
    }

    async fn pages_are_bounded_and_end_and_show_every_entry(session: RedisSession) -> rediscache::Result<()> {
        let names = Shop::on(&session).names();
        names.update((0..5000_u64).map(|number| (format!("name {number}"), number))).await?;
        let entries = all(&*window::<Shop>(&session, "names"), Part::Entries).await?;
        assert_eq!(shown(&entries).len(), 5000);
        Ok(())
    }

    async fn what_an_older_type_wrote_is_shown_as_the_program_reads_it(session: RedisSession) -> rediscache::Result<()> {
        let older = OlderUser { level: 3, name: "eve".to_owned(), gone: Some(true) };
        Older::on(&session).users().set(3, older).await?;
        let found = window::<Shop>(&session, "users").find("3").await?.unwrap();
        assert_eq!((found.key, found.value), (json("3"), json(r#"{"name":"eve","level":3}"#)));
        Ok(())
    }

    async fn an_entry_that_cannot_be_read_says_why_and_stays_alone(session: RedisSession) -> rediscache::Result<()> {
        let foreign = RedisCache::<String, String>::new("Shop.users").on(&session);
        foreign.update([("1", "hidden"), ("no number", "hidden")]).await?;
        Shop::on(&session).users().set(2, ada()).await?;
        let entries = all(&*window::<Shop>(&session, "users"), Part::Entries).await?;
        let shown = entries.iter().filter(|entry| matches!(entry.value, Some(Shown::Json(_)))).count();
        assert_eq!((entries.len(), shown), (3, 1));
        for entry in &entries {
            for part in [&entry.key, &entry.value] {
                let Some(Shown::Unreadable(why)) = part else { continue };
                assert!(why.contains("cannot be read as"), "{why}");
                assert!(!why.contains("hidden") && !why.contains("no number"), "{why}");
            }
        }
        Ok(())
    }

    async fn a_key_is_found_by_its_json_and_a_text_as_it_is(session: RedisSession) -> rediscache::Result<()> {
        Shop::on(&session).names().set("ada", 1).await?;
        let names = window::<Shop>(&session, "names");
        for key in ["ada", "\"ada\""] {
            let found = names.find(key).await?.unwrap();
            assert_eq!((found.key, found.value), (json("\"ada\""), json("1")));
        }
        assert!(names.find("bob").await?.is_none());
        let error = window::<Shop>(&session, "users").find("bob").await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Encode, "find"));
        Ok(())
    }

    async fn an_edit_is_checked_by_the_types_and_stored_as_the_program_stores(session: RedisSession) -> rediscache::Result<()> {
        let (users, shop) = (window::<Shop>(&session, "users"), Shop::on(&session));
        assert_eq!(users.actions(Part::Entries), [Action::Edit, Action::Delete]);
        users.set("1", r#"{"level":7,"name":"ada"}"#).await?;
        assert_eq!(shop.users().get(1).await?, Some(ada()));
        for (key, value) in [("1", "7"), ("1", r#"{"name":"ada","level":256}"#), ("x", "{}"), ("1", "{")] {
            let error = users.set(key, value).await.unwrap_err();
            assert_eq!((error.kind(), error.operation()), (ErrorKind::Encode, "set"), "{key} {value}");
        }
        assert_eq!(shop.users().get(1).await?, Some(ada()));
        Ok(())
    }

    async fn a_map_with_composite_keys_is_shown_in_pairs_and_edited_so(session: RedisSession) -> rediscache::Result<()> {
        let by_place = window::<Shop>(&session, "by_place");
        by_place.set("[1,2]", r#"[[[3,4],0.5],[[5,6],"inf"]]"#).await?;
        let expected = BTreeMap::from([((3, 4), 0.5), ((5, 6), f64::INFINITY)]);
        assert_eq!(Shop::on(&session).by_place().get((1, 2)).await?, Some(expected));
        let found = by_place.find("[1,2]").await?.unwrap();
        assert_eq!(found.value, json(r#"[[[3,4],0.5],[[5,6],"inf"]]"#));
        Ok(())
    }

    async fn an_entry_is_deleted_by_its_id_readable_or_not_and_all_are_cleared(session: RedisSession) -> rediscache::Result<()> {
        let users = window::<Shop>(&session, "users");
        let foreign = RedisCache::<String, String>::new("Shop.users").on(&session);
        foreign.update([("a", "1"), ("b", "2")]).await?;
        let entries = all(&*users, Part::Entries).await?;
        assert!(users.act(Action::Delete, Part::Entries, &entries[0].id).await?);
        assert!(!users.act(Action::Delete, Part::Entries, &entries[0].id).await?);
        assert_eq!(foreign.len().await?, 1);
        users.act_on_all(Action::Delete, Part::Entries).await?;
        assert_eq!(foreign.len().await?, 0);
        let error = users.act(Action::Requeue, Part::Entries, b"").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        Ok(())
    }

    async fn a_secret_object_never_shows_a_value_and_takes_none(session: RedisSession) -> rediscache::Result<()> {
        let (tokens, shop) = (window::<Shop>(&session, "tokens"), Shop::on(&session));
        shop.tokens().set("ada", "hidden").await?;
        // Nor whether it can be read.
        Older::on(&session).tokens().set("bob", 4242).await?;
        let entries = all(&*tokens, Part::Entries).await?;
        assert!(entries.iter().all(|entry| entry.value == Some(Shown::Secret)));
        let found = tokens.find("ada").await?.unwrap();
        assert_eq!((found.key, found.value), (json("\"ada\""), Some(Shown::Secret)));
        assert_eq!(tokens.actions(Part::Entries), [Action::Delete]);
        let error = tokens.set("ada", "\"4242\"").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(!format!("{error:?} {error}").contains("4242"));
        assert_eq!(shop.tokens().get("ada").await?.as_deref(), Some("hidden"));
        assert!(tokens.act(Action::Delete, Part::Entries, &found.id).await?);
        assert!(!shop.tokens().contains("ada").await?);
        Ok(())
    }

    async fn a_summary_tells_the_end_of_all_and_what_is_kept_near(session: RedisSession) -> rediscache::Result<()> {
        #[derive(RedisNamespaced)]
        struct Kept {
            #[rediscache(near)]
            names: RedisCache<u64, String>,
        }

        let (names, kept) = (window::<Kept>(&session, "names"), Kept::on(&session).names());
        assert!(names.summary().await?.near.is_some());
        assert!(window::<Shop>(&session, "users").summary().await?.near.is_none());
        kept.set(1, "one").await?;
        assert_eq!(names.summary().await?.expires_at, None);
        kept.set_expiry(Duration::from_secs(3600)).await?;
        let end = names.summary().await?.expires_at.unwrap();
        let left = end.duration_since(SystemTime::now()).unwrap();
        assert!(left > Duration::from_secs(3500) && left <= Duration::from_secs(3600), "{left:?}");
        Ok(())
    }

    async fn near_caches_are_told_of_edits(session: RedisSession) -> rediscache::Result<()> {
        let near = RedisCache::<String, u64>::new("Shop.names").near(Near::tracking()).on(&session);
        near.set("ada", 1).await?;
        assert_eq!(near.get("ada").await?, Some(1));
        let names = window::<Shop>(&session, "names");
        names.set("ada", "2").await?;
        assert_eq!(near.get("ada").await?, Some(2));
        let id = names.find("ada").await?.unwrap().id;
        names.act(Action::Delete, Part::Entries, &id).await?;
        assert_eq!(near.get("ada").await?, None);
        Ok(())
    }
}

/// All families of structs.
#[derive(Debug, Default)]
struct Families(Vec<Box<dyn FamilyWindow>>);

impl Inspector for Families {
    fn window(&mut self, window: Box<dyn Window>) {
        panic!("{window:?} is of no one");
    }

    fn family(&mut self, family: Box<dyn FamilyWindow>) {
        self.0.push(family);
    }
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "String")]
struct Tenant {
    settings: RedisCache<String, u64>,
    #[rediscache(secret)]
    tokens: RedisCache<String, u64>,
}

fn infos(windows: &[Box<dyn Window>]) -> Vec<ObjectInfo> {
    windows.iter().map(|window| window.info().clone()).collect()
}

fn tenants(session: &RedisSession) -> Box<dyn FamilyWindow> {
    let mut families = Families::default();
    Tenant::inspect(session, &mut families);
    families.0.pop().unwrap()
}

contract! {
    async fn a_family_shows_the_ids_there_are(session: RedisSession) -> rediscache::Result<()> {
        let family = tenants(&session);
        assert_eq!((family.namespace(), family.id_type()), ("tenant.{}", "alloc::string::String"));
        assert_eq!(infos(&family.objects()), Tenant::objects());
        for number in 0..1200 {
            Tenant::on(&session).of(format!("{number}:")).settings().set("a", number).await?;
        }
        let (mut ids, mut cursor) = (BTreeSet::new(), None);
        loop {
            let page = family.ids(cursor).await?;
            ids.extend(page.ids.iter().map(|id| if let Shown::Json(id) = id { id.clone() } else { format!("{id:?}") }));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(ids, (0..1200).map(|number| format!("\"{number}:\"")).collect());
        assert_eq!(family.ids(Some(b"x".to_vec())).await.unwrap_err().kind(), ErrorKind::Config);
        Ok(())
    }

    async fn the_objects_of_one_of_a_family_are_shown_by_its_id(session: RedisSession) -> rediscache::Result<()> {
        let (family, ada) = (tenants(&session), Tenant::on(&session).of("ada"));
        ada.settings().set("a", 1).await?;
        ada.tokens().set("a", 4242).await?;
        for id in ["ada", "\"ada\""] {
            let windows = family.one(id)?;
            assert_eq!(infos(&windows), Tenant::objects());
            assert_eq!(windows[0].find("a").await?.unwrap().value, json("1"));
            assert_eq!(windows[1].find("a").await?.unwrap().value, Some(Shown::Secret));
        }
        family.one("ada")?[0].set("a", "2").await?;
        assert_eq!(ada.settings().get("a").await?, Some(2));
        assert!(family.one("bob")?[0].find("a").await?.is_none());
        Ok(())
    }

    async fn what_is_no_id_has_no_objects(session: RedisSession) {
        #[derive(RedisNamespaced)]
        #[rediscache(namespace = "guild.{}", per = "u64")]
        struct Guild {
            names: RedisCache<u64, String>,
        }

        let mut families = Families::default();
        Guild::inspect(&session, &mut families);
        let error = families.0[0].one("ada").unwrap_err();
        assert_eq!((error.kind(), error.namespace()), (ErrorKind::Encode, Some("guild.{}")));
    }
}
