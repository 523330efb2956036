//! What all clones of a session share.

use super::section::Sections;
use crate::dispatch::{Dispatchers, ListSource, TaskSource};
use crate::namespace::Namespace;
use crate::near::NearCaches;
use crate::record::ShapeTable;
use crate::store::{OpenStore, Store};

/// The hash of shapes, beside all that is named below one global namespace.
const SHAPES: &str = "$shapes";

pub(crate) struct SessionState {
    pub(crate) store: OpenStore,
    pub(crate) global_namespace: String,
    pub(crate) sections: Sections,
    pub(crate) near_caches: NearCaches,
    /// Below the global namespace.
    shapes: ShapeTable,
    /// Of objects that leave the global namespace out.
    bare_shapes: ShapeTable,
    pub(crate) list_dispatchers: Dispatchers<ListSource>,
    pub(crate) task_dispatchers: Dispatchers<TaskSource>,
}

impl SessionState {
    pub(super) fn new(store: Store, global_namespace: String) -> Self {
        let (sections, near_caches, list_dispatchers, task_dispatchers) = Default::default();
        let store = OpenStore::new(store);
        let shapes = ShapeTable::new(Namespace::constant(SHAPES).key_below(&global_namespace).to_string());
        let bare_shapes = ShapeTable::new(SHAPES.to_owned());
        Self { store, global_namespace, sections, near_caches, shapes, bare_shapes, list_dispatchers, task_dispatchers }
    }

    /// The shapes of objects with the global namespace in front, or without.
    pub(crate) fn shapes(&self, is_global: bool) -> &ShapeTable {
        if is_global || self.global_namespace.is_empty() { &self.shapes } else { &self.bare_shapes }
    }
}
