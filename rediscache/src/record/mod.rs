//! What is kept beside the data, for other programs: the shapes of values, in the hash `$shapes`.

mod shapes;

pub(crate) use shapes::ShapeTable;
