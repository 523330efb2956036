//! Keeps the shapes that this process has found.

use std::any::TypeId;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde::de::DeserializeOwned;

use super::find::find;
use super::form::Form;

/// By type, for good: a program has only so many.
static FOUND: RwLock<BTreeMap<TypeId, FoundShape>> = RwLock::new(BTreeMap::new());

/// A shape that was found.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct FoundShape {
    pub(super) form: Arc<Form>,
    pub(super) is_known: bool,
}

thread_local! {
    /// The types whose shapes this thread is about to find.
    static SOUGHT: RefCell<Vec<TypeId>> = const { RefCell::new(Vec::new()) };
}

/// The shape of a type, found at its first use.
pub(super) fn find_once<T: DeserializeOwned + 'static>() -> FoundShape {
    let id = TypeId::of::<T>();
    if let Some(found) = FOUND.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return found.clone();
    }
    // A type that asks for its own shape while that is sought would do so for ever.
    let Some(_sought) = Sought::new(id) else { return FoundShape::new(Arc::new(Form::Unknown)) };
    // Not under the lock, since it runs the type's own code. Two threads find the same.
    let new = FoundShape::new(Arc::new(find::<T>()));
    let mut found = FOUND.write().unwrap_or_else(PoisonError::into_inner);
    found.entry(id).or_insert(new).clone()
}

impl FoundShape {
    pub(super) fn new(form: Arc<Form>) -> Self {
        let is_known = form.is_known();
        Self { form, is_known }
    }
}

/// While it lives, the shape of a type is sought.
struct Sought;

impl Sought {
    fn new(id: TypeId) -> Option<Self> {
        SOUGHT.with_borrow_mut(|sought| {
            let is_new = !sought.contains(&id);
            is_new.then(|| sought.push(id))
        })?;
        Some(Self)
    }
}

impl Drop for Sought {
    fn drop(&mut self) {
        SOUGHT.with_borrow_mut(Vec::pop);
    }
}
