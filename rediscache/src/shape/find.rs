//! Lets a type read made-up values until its shape is found, or no more of it can be.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::DeserializeOwned;

use super::form::Form;
use super::limit;
use super::probe::Probe;
use super::trace::{Cause, Trace};

/// What serde tells of a type.
pub(super) fn find<T: DeserializeOwned>() -> Form {
    let trace = RefCell::new(Trace::new());
    explore(&trace, &mut || read::<T>(&trace));
    try_others(&trace, &mut || read::<T>(&trace));
    trace.into_inner().form()
}

/// Lets the type read one made-up value.
fn read<T: DeserializeOwned>(trace: &RefCell<Trace>) {
    trace.borrow_mut().begin();
    let probe = Probe::new(trace);
    // What is dropped is also the type's own code. The trace holds up: none of its methods runs any of that.
    let caught = catch_unwind(AssertUnwindSafe(|| drop(probe.within(probe.node, |probe| T::deserialize(probe)))));
    if let Err(payload) = caught {
        // Dropping it could panic again, out of reach. A type leaks a handful at the most.
        std::mem::forget(payload);
        trace.borrow_mut().panicked();
    }
}

/// Finds all there is to be found.
fn explore(trace: &RefCell<Trace>, read: &mut dyn FnMut()) {
    let mut panics = 0;
    for _ in 0..limit::MOST_PASSES {
        read();
        let mut trace = trace.borrow_mut();
        let fault = trace.fault.take();
        if let Some(fault) = &fault {
            panics += usize::from(fault.cause == Cause::Panicked);
            trace.resolve(fault);
        }
        let (has_work, has_progress) = (trace.look_for_work(), trace.has_progress);
        let is_over = panics >= limit::MOST_PANICS || trace.steps_in_all > limit::MOST_STEPS_IN_ALL;
        if is_over || (!has_work && (fault.is_none() || !has_progress)) {
            return;
        }
        if !has_progress {
            trace.leave_work();
            trace.look_for_work();
        }
    }
}

/// Lets the type read other values, to see that it asks for the same whatever these are.
fn try_others(trace: &RefCell<Trace>, read: &mut dyn FnMut()) {
    for round in 1..=limit::ROUNDS {
        trace.borrow_mut().round = round;
        for _ in 0..limit::MOST_RERUNS {
            read();
            let mut trace = trace.borrow_mut();
            let fault = trace.fault.take();
            if fault.is_none_or(|fault| fault.cause == Cause::Panicked || !trace.pin(&fault)) {
                break;
            }
        }
    }
}
