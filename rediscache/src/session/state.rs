//! What all clones of a session share.

use std::sync::Arc;

use super::loads::Loads;
use super::turns::Turns;
use crate::config::{Address, StoreIdentity};
use crate::dispatch::{Dispatchers, ListSource, TaskSource};
use crate::error::Error;
use crate::namespace::{Namespace, OBJECTS};
use crate::near::NearCaches;
use crate::record::{ObjectTable, ShapeTable};
use crate::stats::CountTable;
use crate::store::{OpenStore, Store};

/// The hash of shapes, beside all that is named below one global namespace.
const SHAPES: &str = "$shapes";

/// Apart from the count of its clones, which each call changes.
#[repr(align(64))]
pub(crate) struct SessionState {
    pub(crate) store: OpenStore,
    pub(crate) global_namespace: String,
    /// Of critical sections, by their full keys.
    pub(crate) sections: Turns,
    /// Of those who wait for the same subject, by its name.
    pub(crate) turns: Turns,
    pub(crate) near_caches: NearCaches,
    pub(crate) loads: Arc<Loads>,
    pub(crate) counted: CountTable,
    pub(crate) identity: Arc<StoreIdentity>,
    /// Below the global namespace.
    shapes: Arc<ShapeTable>,
    /// Of objects that leave the global namespace out.
    bare_shapes: Arc<ShapeTable>,
    objects: ObjectTable,
    bare_objects: ObjectTable,
    pub(crate) list_dispatchers: Dispatchers<ListSource>,
    pub(crate) task_dispatchers: Dispatchers<TaskSource>,
}

impl SessionState {
    pub(super) fn new(store: Store, address: &Address, global_namespace: String) -> Self {
        let (sections, turns, near_caches, loads, counted, list_dispatchers, task_dispatchers) = Default::default();
        let store = OpenStore::new(store);
        let key = |name| Namespace::constant(name).key_below(&global_namespace).to_string();
        let (shapes, bare_shapes) = (key(SHAPES), SHAPES.to_owned());
        let [shapes, bare_shapes] = [shapes, bare_shapes].map(|key| Arc::new(ShapeTable::new(key)));
        let (objects, bare_objects) = (ObjectTable::new(key(OBJECTS)), ObjectTable::new(OBJECTS.to_owned()));
        Self {
            store,
            global_namespace,
            sections,
            turns,
            near_caches,
            loads,
            counted,
            identity: Arc::new(StoreIdentity::of(address)),
            shapes,
            bare_shapes,
            objects,
            bare_objects,
            list_dispatchers,
            task_dispatchers,
        }
    }

    /// What is in hand and could not be brought back yet, as an error.
    pub(super) fn stranded(&self) -> Option<Error> {
        self.list_dispatchers.stranded().or_else(|| self.task_dispatchers.stranded())
    }

    /// The shapes of objects with the global namespace in front, or without.
    pub(crate) fn shapes(&self, is_global: bool) -> &Arc<ShapeTable> {
        if self.is_prefixed(is_global) { &self.shapes } else { &self.bare_shapes }
    }

    /// What namespaces hold, with the global namespace in front, or without.
    pub(crate) fn objects(&self, is_global: bool) -> &ObjectTable {
        if self.is_prefixed(is_global) { &self.objects } else { &self.bare_objects }
    }

    /// Without a global namespace, all are below it.
    fn is_prefixed(&self, is_global: bool) -> bool {
        is_global || self.global_namespace.is_empty()
    }
}

impl Drop for SessionState {
    /// With the last clone: what goes on behind calls ends, as when it is closed.
    fn drop(&mut self) {
        self.store.refuse_calls();
    }
}
