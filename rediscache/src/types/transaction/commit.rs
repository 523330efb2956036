//! How a transaction is made: placed in its session, got ready, and handed to the store until it is known what came of it.

use tracing::Instrument;

use super::committed::Committed;
use crate::error::{Error, Result};
use crate::namespace::Namespace;
use crate::refusal::{config, unexpected, wrong_type};
use crate::session::RedisSession;
use crate::store::{Attempted, Expectation, Store, Write};
use crate::types::measured::Measured;
use crate::types::object::{Target, span, tell_failure};
use crate::types::step::{ExpectedEntry, PlacedWrite, PlannedExpectation, PlannedWrite};

const COMMIT: &str = "commit";

/// Its steps in the session.
struct PlacedTransaction {
    expected: Vec<ExpectedEntry>,
    expectations: Vec<Expectation>,
    changed: Vec<Target>,
    writes: Vec<Write>,
}

pub(super) async fn commit(
    session: RedisSession,
    expectations: Vec<PlannedExpectation>,
    writes: Vec<PlannedWrite>,
) -> Result<Committed> {
    // What stands for all of it in errors that are about none of its steps.
    let first = expectations.first().map(|expectation| &expectation.object);
    let first = first.or(writes.first().map(|write| &write.object));
    // Counted as a call of that.
    let measured = first.and_then(|object| object.target_in(&session).ok()).map(|at| Measured::begin(&at));
    let first = first.map(|object| object.name().clone());
    let namespace = first.as_ref().map(Namespace::as_str);
    let name = first.as_ref().unwrap_or(&Namespace::Static(""));
    let span = span(COMMIT, name, || Some(session.clone()));
    let made = make(session, expectations, writes).instrument(span.clone()).await;
    tell_failure(&span, made.as_ref().err());
    if let Some(measured) = measured {
        measured.end(COMMIT, &made);
    }
    made.map_err(|error| error.during(COMMIT, namespace))
}

async fn make(
    session: RedisSession,
    expectations: Vec<PlannedExpectation>,
    writes: Vec<PlannedWrite>,
) -> Result<Committed> {
    let store = session.state().store.get()?;
    let expected = expectations.into_iter().map(|expectation| expectation.of(&session));
    let (expected, expectations): (Vec<_>, Vec<_>) = expected.collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let mut writes = writes.into_iter().map(|write| write.of(&session)).collect::<Result<Vec<_>>>()?;
    refuse_other_slots(store, &expected, &expectations, &writes)?;

    let limits = expected.iter().map(|expected| &expected.at).chain(writes.iter().map(|write| &write.at));
    let Some(limit) = limits.map(|at| at.limit).min() else { return Ok(Committed::Done) };
    let made = async {
        for write in &mut writes {
            write.get_ready().await?;
        }
        let (changed, writes) = writes.into_iter().map(|placed| (placed.at, placed.write)).unzip();
        let mut placed = PlacedTransaction { expected, expectations, changed, writes };
        store.in_time(Box::pin(placed.attempt(store))).await
    };
    limit.bound(made).await
}

/// On a cluster, all lie where the first does.
fn refuse_other_slots(
    store: &Store,
    expected: &[ExpectedEntry],
    expectations: &[Expectation],
    writes: &[PlacedWrite],
) -> Result<()> {
    let expected = expected.iter().zip(expectations).map(|(expected, what)| (&expected.at, what.place.key()));
    let mut places = expected.chain(writes.iter().map(|placed| (&placed.at, placed.write.key())));
    let Some((_, first)) = places.next() else { return Ok(()) };
    match places.find(|(_, key)| !store.are_together([first, key])) {
        Some((at, _)) => Err(elsewhere().during(COMMIT, Some(at.namespace.as_str()))),
        None => Ok(()),
    }
}

fn elsewhere() -> Error {
    config(
        "on a cluster, a transaction is over objects of one slot, and this one lies in another than the first; name all of them \
         with one hash tag, by `with_namespace(\"{tag}.name\")`",
    )
}

impl PlacedTransaction {
    async fn attempt(&mut self, store: &Store) -> Result<Committed> {
        let today: Vec<_> = self.expectations.iter().map(|expectation| expectation.value.clone()).collect();
        let written = self.changed.iter().zip(&self.writes);
        let _writing: Vec<_> = written.filter_map(|(at, write)| PlacedWrite::writing(at, write)).collect();
        let first = self.expectations.first().map(|expectation| expectation.place.key());
        let first = first.or_else(|| self.writes.first().map(Write::key)).unwrap_or_default().to_owned();
        loop {
            let (index, stored) = match store.transactions().commit(&first, &self.expectations, &self.writes).await? {
                Attempted::Done => return Ok(Committed::Done),
                Attempted::WrongType(key) => return Err(wrong_type().during(COMMIT, self.namespace_of(&key))),
                Attempted::Unmet(index, stored) => (index, stored),
            };
            let (Some(expected), Some(today)) = (self.expected.get(index), today.get(index)) else {
                return Err(unexpected());
            };
            if let (Some(stored), Some(today)) = (stored, today)
                && expected.is_met_by(&stored, today).await?
            {
                // The same value in another form: that is what is to be there.
                self.expectations[index].value = Some(stored);
                continue;
            }
            return Ok(Committed::Unmet { index, namespace: expected.at.namespace.as_str().to_owned() });
        }
    }

    fn namespace_of(&self, key: &str) -> Option<&str> {
        let expected = self.expected.iter().zip(&self.expectations);
        let expected = expected.map(|(expected, what)| (&expected.at, what.place.key()));
        let mut all = expected.chain(self.changed.iter().zip(self.writes.iter().map(Write::key)));
        all.find(|(_, held)| *held == key).map(|(at, _)| at.namespace.as_str())
    }
}
