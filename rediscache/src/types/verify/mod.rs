//! A program compared with what is stored, and with itself.

mod finding;
mod program;
mod recorded;
mod stored;
mod structs;

pub use finding::{Finding, FindingKind};
pub use structs::RedisStructs;

use program::Placed;
use recorded::Records;

use super::info::ObjectInfo;
use crate::error::{ErrorKind, Result};
use crate::namespace::{Namespace, is_template};
use crate::session::RedisSession;

impl RedisSession {
    /// Compares what is stored with the objects of this program, and these with each other; finds nothing where all fits.
    ///
    /// `T` is a struct with `#[derive(RedisNamespaced)]`, or a tuple of such. To be called when a program starts, and what
    /// it returns to be printed: nothing is changed, and nothing is refused. What [`FindingKind`] lists is found. Of each
    /// object, up to 512 values are read; dead letters and tasks that are held or not due yet are not looked at.
    ///
    /// What is on record of a namespace was put there by programs that wrote into it, at most once a day by each, in the
    /// hash `$objects` beside the data. Where nothing is on record, what is stored is looked at all the same.
    ///
    /// # Redis
    ///
    /// One `HGETALL` of `{global}.$objects`, and one of `$objects` for objects without the global namespace. Then for each
    /// object one to 16 pages of `HSCAN`, `SCAN`, `SSCAN` or `ZSCAN`, or one `LRANGE`, `GET` or `HGET`, and one `HMGET` of `$shapes` for shapes
    /// that this session has not met.
    ///
    /// # Errors
    ///
    /// [`Closed`](ErrorKind::Closed), [`Config`](ErrorKind::Config) for an unacceptable namespace or version, and those of
    /// reading: [`Connection`](ErrorKind::Connection), [`Timeout`](ErrorKind::Timeout) and [`Server`](ErrorKind::Server).
    /// Where only the records are forbidden to the user, it does without them. Safe to repeat.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{FindingKind, RedisCache, RedisNamespaced, RedisQueue, RedisSession};
    ///
    /// #[derive(RedisNamespaced)]
    /// struct Channel {
    ///     topics: RedisCache<u64, String>,
    /// }
    ///
    /// #[derive(RedisNamespaced)]
    /// struct Outgoing {
    ///     mails: RedisQueue<String>,
    /// }
    ///
    /// let session = RedisSession::in_memory();
    /// assert_eq!(session.verify::<(Channel, Outgoing)>().await?, []);
    ///
    /// // An earlier release kept numbers.
    /// RedisCache::<u64, u64>::new("Channel.topics").on(&session).set(42, 7).await?;
    /// for finding in session.verify::<(Channel, Outgoing)>().await? {
    ///     assert_eq!((finding.kind(), finding.namespace()), (FindingKind::Unreadable, "Channel.topics"));
    ///     assert!(finding.to_string().starts_with("`Channel.topics`: 1 of 1 values"), "{finding}");
    ///     assert!(finding.to_string().ends_with("text, was u64"), "{finding}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn verify<T: RedisStructs>(&self) -> Result<Vec<Finding>> {
        let mut objects = Vec::new();
        T::add_objects(&mut objects);
        let verified = async {
            let placed = objects.into_iter().map(|object| place(object, self)).collect::<Result<Vec<_>>>()?;
            compare(&placed, self).await
        };
        Box::pin(verified).await.map_err(|error| error.during("verify", None))
    }
}

fn place(object: ObjectInfo, session: &RedisSession) -> Result<Placed> {
    let name = object.namespace();
    let namespace = if is_template(name) { Namespace::of_family(name) } else { Namespace::constant(name) };
    namespace.check()?;
    if let Some(fault) = object.types.fault(&object.meaning) {
        return Err(crate::refusal::config(fault));
    }
    let global = if object.is_global { session.global_namespace() } else { "" };
    let key = namespace.key_below(global).to_string();
    Ok(Placed { object, key })
}

async fn compare(placed: &[Placed], session: &RedisSession) -> Result<Vec<Finding>> {
    let mut findings = program::mixed(placed);
    for is_global in [true, false] {
        let here: Vec<_> = placed.iter().filter(|placed| placed.object.is_global == is_global).collect();
        if here.is_empty() {
            continue;
        }
        let (records, state) = (records(session, is_global).await?, session.state());
        let table = state.objects(is_global).key();
        for object in &here {
            findings.extend(recorded::others(object, placed, &records, table));
        }
        let objects: Vec<_> = here.iter().map(|placed| &placed.object).collect();
        findings.extend(recorded::renamed(&objects, &records));
        for object in &here {
            let (store, shapes) = (state.store.get()?, state.shapes(is_global));
            findings.extend(stored::unreadable(object, store, shapes, &records).await?);
        }
    }
    Ok(findings)
}

/// What is on record under one prefix, as far as that may be read.
async fn records(session: &RedisSession, is_global: bool) -> Result<Records> {
    let state = session.state();
    match state.store.get()?.hashes().entries(state.objects(is_global).key()).await {
        Ok(stored) => Ok(recorded::read(stored)),
        Err(error) if error.kind() != ErrorKind::Closed && !error.is_retryable() => Ok(Records::new()),
        Err(error) => Err(error),
    }
}
