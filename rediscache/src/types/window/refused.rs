//! Calls that a window does not make.

use crate::error::Error;
use crate::refusal::unsupported;
use crate::types::info::ObjectInfo;
use crate::types::operation::Operation;

/// A call that is not for this object.
pub(in crate::types) fn refused<T: 'static>(info: &ObjectInfo, operation: &'static str) -> Operation<T> {
    let (namespace, is_secret) = (info.namespace(), info.is_secret());
    Operation::of(async move {
        let why = if is_secret { "a page stores nothing in what is secret" } else { "a page does not do this here" };
        Err(unsupported(why).during(operation, Some(namespace)))
    })
}

/// A call that cannot be made of what was given.
pub(in crate::types) fn failed<T: 'static>(info: &ObjectInfo, operation: &'static str, error: Error) -> Operation<T> {
    let namespace = info.namespace();
    Operation::of(async move { Err(error.during(operation, Some(namespace))) })
}
