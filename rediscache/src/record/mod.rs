//! What is kept beside the data, for other programs: the shapes of values, in the hash `$shapes`, and what each namespace
//! holds, in the hash `$objects`.

mod found;
mod kind;
mod namespace;
mod objects;
mod settled;
mod shapes;
mod written;

pub use kind::ObjectKind;
pub(crate) use kind::ObjectTypes;
pub(crate) use namespace::{NamespaceRecord, RecordedObject};
pub(crate) use objects::ObjectTable;
pub(crate) use settled::WriteKind;
pub(crate) use shapes::ShapeTable;
pub(crate) use written::WrittenObject;
