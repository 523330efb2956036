//! A struct with `per`.

use rediscache::{
    Bound, ErrorKind, ObjectKind, ObjectsOf, RedisBound, RedisCache, RedisFamily, RedisNamespaced, RedisQueue,
    RedisSession, RedisTaskQueue, RedisTtlCache,
};
use serde::{Deserialize, Serialize};

mod tenant {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub(crate) struct TenantId(pub(crate) String);

    #[derive(RedisNamespaced)]
    #[rediscache(namespace = "tenant.{}", per = "TenantId")]
    pub(crate) struct Tenant {
        /// The pages.
        #[rediscache(ttl = "10m", near)]
        pub(crate) pages: RedisTtlCache<u64, String>,
        #[rediscache(accessor = "todo", max_attempts = 2)]
        pub(crate) tasks: RedisTaskQueue<u64>,
        #[rediscache(namespace = "{}.mails", global = false)]
        pub(super) mails: RedisQueue<String>,
        pub(crate) r#type: RedisCache<u64, u64>,
        pub(crate) clone: RedisCache<u64, u64>,
        #[deprecated]
        pub(crate) old: RedisCache<u64, u64>,
        private: RedisCache<u64, u64>,
        #[rediscache(skip)]
        _skipped: u8,
    }

    #[tokio::test]
    async fn a_private_accessor_is_visible_in_its_module() {
        let tenants = Tenant::on(&RedisSession::in_memory());
        assert_eq!(tenants.of(TenantId(String::new())).private().get(1).await.expect("it can be read"), None);
    }
}

use tenant::{Tenant, TenantId};

fn acme() -> TenantId {
    TenantId("acme".to_owned())
}

#[test]
fn the_id_stands_in_the_braces() {
    let id = acme();
    let acme = Tenant::of(&id);
    assert_eq!(acme.pages().namespace(), "tenant.{s|acme}.pages");
    assert_eq!(acme.todo().namespace(), "tenant.{s|acme}.tasks");
    assert_eq!(acme.mails().namespace(), "{s|acme}.mails");
    assert_eq!(acme.r#type().namespace(), "tenant.{s|acme}.type");
}

#[tokio::test]
async fn the_options_of_a_field_hold_for_each() -> rediscache::Result<()> {
    let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    let acme = Tenant::of(acme()).on(&session);
    assert_eq!(acme.pages().key()?, "bot.tenant.{s|acme}.pages");
    assert_eq!(acme.mails().key()?, "{s|acme}.mails");
    acme.todo().put(7).await?;
    acme.todo().get().await?.reschedule().await?;
    acme.todo().get().await?.reschedule().await?;
    assert_eq!(acme.todo().dead_len().await?, 1);
    acme.pages().set(1, "welcome").await?;
    assert_eq!(acme.pages().get(1).await?.as_deref(), Some("welcome"));
    assert_eq!(acme.pages().near_stats().hits(), 1);
    Ok(())
}

#[tokio::test]
async fn the_objects_of_one_are_bound_in_either_order_and_scoped_without() -> rediscache::Result<()> {
    let (session, other) = (RedisSession::in_memory(), RedisSession::in_memory());
    Tenant::of(acme()).on(&session).clone().set(1, 10).await?;
    assert_eq!(Tenant::on(&session).of(acme()).clone().get(1).await?, Some(10));
    assert_eq!(session.scope(Tenant::of(acme()).clone().get(1)).await?, Some(10));
    assert_eq!(other.scope(Tenant::of(acme()).clone().get(1)).await?, None);
    // The last one counts.
    assert_eq!(Tenant::on(&session).of(acme()).on(&other).clone().get(1).await?, None);
    Ok(())
}

#[test]
fn handles_are_states_to_share() {
    fn state<T: Clone + Send + Sync + std::fmt::Debug + 'static>(state: T) -> T {
        state.clone()
    }
    let session = RedisSession::in_memory();
    let tenants: Bound<Tenant> = state(<Tenant as RedisBound>::on(&session));
    let one: ObjectsOf<Tenant> = state(tenants.of(acme()));
    let shown = format!("{tenants:?} {one:?}");
    assert!(shown.contains("Tenant") && shown.contains("s|acme"), "{shown}");
}

#[test]
fn a_family_is_described_by_what_holds_for_all() {
    let objects = <Tenant as RedisNamespaced>::objects();
    let named: Vec<_> = objects.iter().map(|object| (object.field(), object.namespace())).collect();
    assert_eq!(named[..3], [("pages", "tenant.{}.pages"), ("tasks", "tenant.{}.tasks"), ("mails", "{}.mails")]);
    assert_eq!((named.len(), objects[0].kind()), (7, ObjectKind::TtlCache));
    assert_eq!(<Tenant as RedisFamily>::NAMESPACE, "tenant.{}");
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "pair.{}", per = "(u64, Option<String>)")]
struct Pair {
    counts: RedisCache<u64, u64>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "{}", per = "f64s::NotAText", global = false)]
struct Odd {
    counts: RedisCache<u64, u64>,
}

mod f64s {
    use serde::{Deserialize, Serialize, Serializer, ser::Error};

    /// Has no form.
    #[derive(PartialEq, Eq, Hash, Deserialize)]
    pub(crate) struct NotAText;

    impl Serialize for NotAText {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("it is not written"))
        }
    }
}

#[tokio::test]
async fn an_id_may_be_of_any_type_that_a_key_may_have() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    let (one, other) = ((7, Some("{}".to_owned())), (7, None));
    Pair::of(&one).on(&session).counts().set(1, 1).await?;
    assert_eq!(Pair::of(&other).on(&session).counts().get(1).await?, None);
    assert_eq!(Pair::of(one).on(&session).counts().get(1).await?, Some(1));
    Ok(())
}

#[tokio::test]
async fn an_id_without_a_form_is_an_error_of_each_call() {
    let session = RedisSession::in_memory();
    let odd = Odd::on(&session).of(f64s::NotAText);
    assert_eq!(odd.counts().namespace(), "{}.counts");
    let error = odd.counts().get(1).await.expect_err("it has no form");
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Encode, "get"));
    assert_eq!(odd.counts().key().expect_err("it has no form").kind(), ErrorKind::Encode);
    assert_eq!(odd.clear_all().await.expect_err("it has no form").kind(), ErrorKind::Encode);
}
