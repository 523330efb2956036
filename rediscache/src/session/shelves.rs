use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::near::Near;

/// How many namespaces may have shelves before those that nobody uses are looked for.
const NAMESPACES: usize = 1024;

/// What this process keeps of reads, by cache; of each kind of shelf one for each description.
#[derive(Default)]
pub(crate) struct Shelves(RwLock<State>);

#[derive(Default)]
struct State {
    shelves: HashMap<Box<str>, Vec<Place>>,
    closed: bool,
}

struct Place {
    label: Label,
    shelf: Arc<dyn Any + Send + Sync>,
}

/// What tells shelves of one namespace apart, but for their type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Label {
    pub(crate) near: Near,
    pub(crate) global: bool,
}

impl Shelves {
    /// Looks into a shelf, if there is one.
    pub(crate) fn look<S: Any, T>(&self, namespace: &str, label: Label, look: impl FnOnce(&S) -> T) -> Option<T> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        find(state.shelves.get(namespace)?, label).map(look)
    }

    /// The shelf, made if there is none; `None` when all are closed.
    pub(crate) fn shelf<S: Any + Send + Sync>(
        &self,
        namespace: &str,
        label: Label,
        make: impl FnOnce() -> Arc<S>,
    ) -> Option<Arc<S>> {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        if state.shelves.len() >= NAMESPACES && !state.shelves.contains_key(namespace) {
            // Names that a program makes up as it goes do not pile up.
            state.shelves.clear();
        }
        let places = state.shelves.entry(namespace.into()).or_default();
        let found = places.iter().filter(|place| place.label == label);
        if let Some(shelf) = found.filter_map(|place| Arc::clone(&place.shelf).downcast().ok()).next() {
            return Some(shelf);
        }
        let shelf = make();
        places.push(Place { label, shelf: Arc::<S>::clone(&shelf) });
        Some(shelf)
    }

    /// Drops all that is kept, for good.
    pub(crate) fn close(&self) {
        let shelves = {
            let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
            state.closed = true;
            std::mem::take(&mut state.shelves)
        };
        drop(shelves);
    }
}

fn find<S: Any>(places: &[Place], label: Label) -> Option<&S> {
    places.iter().filter(|place| place.label == label).find_map(|place| place.shelf.downcast_ref())
}
