//! What all clones of a session share.

use super::section::Sections;
use crate::dispatch::{Dispatchers, ListSource, TaskSource};
use crate::near::NearCaches;
use crate::store::{OpenStore, Store};

pub(crate) struct SessionState {
    pub(crate) store: OpenStore,
    pub(crate) global_namespace: String,
    pub(crate) sections: Sections,
    pub(crate) near_caches: NearCaches,
    pub(crate) list_dispatchers: Dispatchers<ListSource>,
    pub(crate) task_dispatchers: Dispatchers<TaskSource>,
}

impl SessionState {
    pub(super) fn new(store: Store, global_namespace: String) -> Self {
        let (sections, near_caches, list_dispatchers, task_dispatchers) = Default::default();
        let store = OpenStore::new(store);
        Self { store, global_namespace, sections, near_caches, list_dispatchers, task_dispatchers }
    }
}
