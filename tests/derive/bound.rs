//! The handle of a struct that is bound to a session.

use std::borrow::Cow;
use std::sync::Arc;

use rediscache::{Bound, RedisBound, RedisCache, RedisNamespaced, RedisQueue, RedisSession, RedisTaskQueue};

mod shop {
    use rediscache::{RedisCache, RedisNamespaced, RedisQueue, RedisTaskQueue};

    #[derive(RedisNamespaced)]
    pub(crate) struct Shop {
        /// The pages.
        pub(crate) pages: RedisCache<u64, String>,
        pub(super) mails: RedisQueue<String>,
        #[rediscache(accessor = "todo", max_attempts = 2)]
        pub(crate) tasks: RedisTaskQueue<u64>,
        pub(crate) r#type: RedisCache<u64, u64>,
        #[rediscache(global = false)]
        pub(crate) clone: RedisCache<u64, u64>,
        #[deprecated]
        pub(crate) session: RedisCache<u64, u64>,
        private: RedisCache<u64, u64>,
        #[rediscache(skip)]
        _skipped: u8,
    }

    #[tokio::test]
    async fn a_private_accessor_is_visible_in_its_module() {
        let shop = Shop::on(&rediscache::RedisSession::in_memory());
        assert_eq!(shop.private().get(1).await.expect("it can be read"), None);
    }
}

use shop::Shop;

#[tokio::test]
async fn each_accessor_gives_its_object_bound_to_the_session() -> rediscache::Result<()> {
    let (session, other) = (RedisSession::in_memory(), RedisSession::in_memory());
    let shop = Shop::on(&session);
    shop.pages().set(1, "welcome").await?;
    shop.mails().put("hello").await?;
    shop.todo().put(7).await?;
    shop.r#type().set(1, 2).await?;
    RedisCache::clone(&shop.clone()).set(1, 3).await?;
    assert_eq!(Shop::pages().on(&session).get(1).await?.as_deref(), Some("welcome"));
    assert_eq!(Shop::mails().on(&session).get().await?, "hello");
    assert_eq!(*Shop::todo().on(&session).get().await?, 7);
    assert_eq!(Shop::r#type().on(&session).get(1).await?, Some(2));
    assert_eq!(Shop::on(&other).pages().get(1).await?, None);
    Ok(())
}

#[tokio::test]
async fn the_options_of_a_field_hold_for_the_handle() -> rediscache::Result<()> {
    let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    let shop = Shop::on(&session);
    assert_eq!(shop.pages().key()?, "bot.Shop.pages");
    assert_eq!(shop.clone().key()?, "Shop.clone");
    shop.todo().put(7).await?;
    shop.todo().get().await?.reschedule().await?;
    shop.todo().get().await?.reschedule().await?;
    assert_eq!(shop.todo().dead_len().await?, 1);
    Ok(())
}

#[test]
fn a_handle_is_a_state_to_share() {
    fn state<T: Clone + Send + Sync + std::fmt::Debug + 'static>(state: T) -> T {
        state.clone()
    }
    let shop: Bound<Shop> = state(Shop::on(&RedisSession::in_memory()));
    assert!(format!("{shop:?}").contains("Shop"), "{shop:?}");
}

#[test]
fn the_handle_holds_the_session_open() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is a runtime");
    runtime.block_on(async {
        let shop = Shop::on(&RedisSession::in_memory());
        shop.pages().set(1, "welcome").await.expect("it can be stored");
        assert_eq!(shop.pages().get(1).await.expect("it can be read").as_deref(), Some("welcome"));
    });
}

#[derive(RedisNamespaced)]
struct Switch {
    on: RedisCache<u64, bool>,
    off: RedisCache<u64, bool>,
}

#[tokio::test]
async fn an_accessor_may_be_called_on() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    Switch::on().on(&session).set(1, true).await?;
    let switch = <Switch as RedisBound>::on(&session);
    assert_eq!((switch.on().get(1).await?, switch.off().get(1).await?), (Some(true), None));
    Ok(())
}

/// One way of asking for both that works for every struct.
fn handle<T: RedisBound>(session: &RedisSession) -> Bound<T> {
    T::on(session)
}

#[derive(RedisNamespaced)]
struct r#Match {
    words: RedisQueue<String>,
    tasks: RedisTaskQueue<String>,
}

#[tokio::test]
async fn what_points_at_text_is_taken_for_text() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    let words = handle::<r#Match>(&session).words();
    words.put(Cow::Borrowed("cow")).await?;
    words.put(Cow::<str>::Owned("own".to_owned())).await?;
    words.put(Arc::<str>::from("arc")).await?;
    words.put(Box::<str>::from("box")).await?;
    let (reference, boxed) = (Arc::<str>::from("ref"), Box::<str>::from("b"));
    words.put(&reference).await?;
    words.put(Arc::new("arc of text".to_owned())).await?;
    handle::<r#Match>(&session).tasks().put(Box::new("task".to_owned())).await?;
    let all = ["cow", "own", "arc", "box", "ref", "arc of text"];
    for word in all {
        assert_eq!(words.get().await?, word);
    }
    let pages = RedisCache::<String, Vec<u8>>::new("pages").on(&session);
    pages.set(Cow::Borrowed("a"), Cow::Borrowed(&b"ab"[..])).await?;
    pages.set(&boxed, Arc::<[u8]>::from(&b"cd"[..])).await?;
    pages.set(Arc::new("c".to_owned()), Box::<[u8]>::from(&b"ef"[..])).await?;
    let keys: [&str; 3] = ["a", "b", "c"];
    assert_eq!(
        pages.get_many(keys.map(Cow::Borrowed)).await?.into_iter().flatten().flatten().collect::<Vec<_>>(),
        b"abcdef"
    );
    assert_eq!(pages.get_or(Arc::<str>::from("d"), Arc::<[u8]>::from(&b"gh"[..])).await?, b"gh");
    let texts = RedisCache::<u64, String>::new("texts").on(&session);
    assert_eq!(texts.get_or(1, Cow::Borrowed("none")).await?, "none");
    assert_eq!(texts.pop_or(Arc::new(1), &boxed).await?, "b");
    assert_eq!(texts.get_or(Box::new(1), Arc::new("none".to_owned())).await?, "none");
    Ok(())
}
