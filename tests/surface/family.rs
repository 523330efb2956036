//! Families, in every form they promise.

use futures_util::TryStreamExt;
use rediscache::{
    Bound, BoundFamily, FamilyId, FamilyScan, Lend, ObjectsOf, Operation, RedisBound, RedisCache, RedisFamily,
    RedisNamespaced, RedisSession, Result,
};

use crate::{Local, debug, owned, send, unpin};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "String")]
struct Tenant {
    pages: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "local.{}", per = "Local")]
struct Odd {
    pages: RedisCache<u64, String>,
}

#[test]
fn every_type_of_families_can_be_sent_and_shared_whatever_the_ids_are() {
    fn handle<T: Send + Sync + Unpin + Clone + std::fmt::Debug + 'static>() {}
    handle::<BoundFamily<Odd>>();
    handle::<ObjectsOf<Odd>>();
    handle::<FamilyId>();
    send::<FamilyScan<Local>>();
    unpin::<FamilyScan<Local>>();
    owned::<FamilyScan<Local>>();
    debug::<FamilyScan<Local>>();
    let _ = Odd::of(Local(1, std::marker::PhantomData)).pages();
}

/// One way of asking that works for every family.
async fn cleared<F: RedisFamily<Id = String>>(session: &RedisSession, id: impl Lend<String>) -> Result<Vec<String>> {
    let _: ObjectsOf<F> = F::on(session).of(&*format!("{:?}", F::of(id)));
    F::on(session).ids().try_collect().await
}

#[tokio::test]
async fn ids_are_taken_in_every_form_that_a_key_is() -> Result<()> {
    let session = RedisSession::in_memory();
    let tenants: Bound<Tenant> = Tenant::on(&session);
    let acme = "acme".to_owned();
    for tenant in [tenants.of(&acme), tenants.of("acme"), tenants.of(acme.clone()), Tenant::of("acme").on(&session)] {
        tenant.pages().set(1, "welcome").await?;
    }
    assert_eq!(cleared::<Tenant>(&session, "other").await?, ["acme"]);
    let one: ObjectsOf<Tenant> = <Tenant as RedisBound>::on(&session).of(acme);
    let clearing: Operation<()> = one.clear_all();
    drop(one);
    tokio::spawn(clearing).await.expect("it does not panic")?;
    let ids: FamilyScan<String> = session.scope(async { Tenant::ids() }).await;
    drop(ids);
    assert_eq!(tenants.ids().try_collect::<Vec<_>>().await?, [""; 0]);
    Ok(())
}
