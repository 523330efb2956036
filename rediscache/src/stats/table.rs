//! What is counted of all objects of a session: found again with no lock, and never more than a bounded number of them.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

use foldhash::fast::FixedState;

use super::counts::ObjectCounts;
use super::object::{ObjectStats, full_key};
#[cfg(feature = "metrics")]
use super::recorder::MetricsPublisher;
#[cfg(feature = "metrics")]
use super::whole::SessionStats;
#[cfg(feature = "metrics")]
use crate::config::StoreIdentity;
use crate::error::Result;
use crate::namespace::Namespace;

/// How many places there are for names of one sort.
const PLACES: usize = 512;

/// No place.
const NOWHERE: usize = usize::MAX;

/// How many places are looked at for one name.
const LOOKS: usize = 16;

/// What the objects count under that there is no place for. No object has this name: `$` is refused.
const REST: &str = "$rest";

/// Where the figures of one object are in the table of its session. To hold this takes less than to share the figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CountPlace(usize);

/// The figures of all objects of a session.
///
/// Names that a program makes up as it goes have places of their own, so that they do not take those of its declarations. Who
/// finds none counts among the rest. Places are never given up: figures only grow.
pub(crate) struct CountTable {
    /// The first half by where the name is in memory: one name may have several. The others by their text.
    places: Box<[OnceLock<Arc<ObjectCounts>>; 2 * PLACES]>,
    /// Of whom there is no place for.
    rest: Arc<ObjectCounts>,
    #[cfg(feature = "metrics")]
    publisher: MetricsPublisher,
    /// Set when a recorder is to be told.
    #[cfg(feature = "metrics")]
    recorded: OnceLock<Arc<StoreIdentity>>,
}

impl CountTable {
    /// Where calls of an object are counted, whose name is acceptable.
    ///
    /// A constant that has a place was checked when it got that.
    #[inline]
    pub(crate) fn find(&self, namespace: &Namespace, is_global: bool) -> Result<CountPlace> {
        if let Namespace::Static(name) = *namespace {
            let place = place_of(name);
            if self.places[place].get().is_some_and(|found| found.is_constant(name, is_global)) {
                return Ok(CountPlace(place));
            }
        }
        self.search(namespace, is_global)
    }

    /// What was found.
    #[inline]
    pub(crate) fn at(&self, place: CountPlace) -> &Arc<ObjectCounts> {
        self.places.get(place.0).and_then(OnceLock::get).unwrap_or(&self.rest)
    }

    #[cold]
    fn search(&self, namespace: &Namespace, is_global: bool) -> Result<CountPlace> {
        namespace.check()?;
        let (constants, made_up) = self.places.split_at(PLACES);
        let found = match namespace.constant_part() {
            Some(name) => take(constants, place_of(name), &Namespace::Static(name), is_global, |there| {
                there.is_constant(name, is_global)
            }),
            None => {
                let name = namespace.as_str();
                let first = FixedState::default().hash_one(name) % PLACES as u64;
                let found = take(made_up, usize::try_from(first).unwrap_or_default(), namespace, is_global, |there| {
                    there.namespace() == name && there.is_global() == is_global
                });
                found.map(|place| PLACES + place)
            }
        };
        let found = CountPlace(found.unwrap_or(NOWHERE));
        #[cfg(feature = "metrics")]
        if let Some(identity) = self.recorded.get() {
            self.at(found).begin_recording(identity);
        }
        Ok(found)
    }

    /// Has a recorder told of each call from now on, and of what was counted until now.
    #[cfg(feature = "metrics")]
    pub(crate) fn publish(&self, stats: impl FnOnce() -> SessionStats, identity: &Arc<StoreIdentity>) {
        if self.recorded.set(Arc::clone(identity)).is_ok() {
            // Those that get their places after this see to themselves.
            self.all().for_each(|counts| counts.begin_recording(identity));
        }
        self.publisher.publish(stats, identity);
    }

    fn all(&self) -> impl Iterator<Item = &Arc<ObjectCounts>> {
        self.places.iter().filter_map(OnceLock::get).chain([&self.rest])
    }

    /// What was counted, by the full keys.
    pub(crate) fn stats(&self, global: &str) -> BTreeMap<String, ObjectStats> {
        let mut stats = BTreeMap::<String, ObjectStats>::new();
        for counts in self.all().filter(|counts| !counts.is_unused()) {
            let key = full_key(counts.namespace(), if counts.is_global() { global } else { "" });
            let object = stats.entry(key).or_insert_with_key(|key| ObjectStats::new(counts.namespace(), key));
            counts.add_to(object);
        }
        stats
    }
}

/// The place of the object, or the next free one, which it gets.
fn take(
    places: &[OnceLock<Arc<ObjectCounts>>],
    first: usize,
    namespace: &Namespace,
    is_global: bool,
    is_wanted: impl Fn(&ObjectCounts) -> bool,
) -> Option<usize> {
    (first..first + LOOKS).map(|at| at % PLACES).find(|at| {
        // Another thread may be about to take it, for this object or another.
        let there = places[*at].get_or_init(|| Arc::new(ObjectCounts::new(namespace.clone(), is_global)));
        is_wanted(there)
    })
}

/// Where a constant is looked for first.
#[inline]
fn place_of(name: &'static str) -> usize {
    let address = name.as_ptr().addr();
    (address ^ address >> 9) % PLACES
}

impl Default for CountTable {
    fn default() -> Self {
        let places = Box::new([const { OnceLock::new() }; 2 * PLACES]);
        let rest = Arc::new(ObjectCounts::new(Namespace::Static(REST), false));
        Self {
            places,
            rest,
            #[cfg(feature = "metrics")]
            publisher: MetricsPublisher::default(),
            #[cfg(feature = "metrics")]
            recorded: OnceLock::new(),
        }
    }
}

impl fmt::Debug for CountTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountTable").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(table: &CountTable, namespace: &Namespace, is_global: bool) {
        let place = table.find(namespace, is_global).expect("the name is acceptable");
        table.at(place).begin();
    }

    fn calls(table: &CountTable, key: &str) -> u64 {
        table.stats("bot").get(key).map_or(0, |object| object.calls)
    }

    #[test]
    fn names_made_up_without_end_count_among_the_rest_and_leave_declarations_their_places() {
        let table = CountTable::default();
        for number in 0..5_000 {
            count(&table, &Namespace::Shared(format!("shard.{number}").into()), true);
        }
        count(&table, &Namespace::Static("pages"), true);
        assert_eq!(calls(&table, "bot.pages"), 1);
        assert_eq!(calls(&table, "bot.shard.0"), 1);
        let stats = table.stats("bot");
        assert!(stats.len() <= PLACES + 2, "{} objects", stats.len());
        assert_eq!(stats.values().map(|object| object.calls).sum::<u64>(), 5_001);
        assert_eq!(calls(&table, "$rest"), 5_002 - stats.len() as u64);
    }

    #[test]
    fn one_name_is_one_object_wherever_it_is_in_memory() {
        let table = CountTable::default();
        let other: &'static str = Box::leak("pages".to_owned().into_boxed_str());
        for name in [Namespace::Static("pages"), Namespace::Static(other), Namespace::Shared("pages".into())] {
            count(&table, &name, true);
        }
        count(&table, &Namespace::Static("pages"), false);
        assert_eq!((calls(&table, "bot.pages"), calls(&table, "pages")), (3, 1));
    }
}
