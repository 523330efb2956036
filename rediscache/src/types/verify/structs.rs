//! Several structs at once.

use crate::types::declare::RedisNamespaced;
use crate::types::info::ObjectInfo;

/// The structs of a program: a [`RedisNamespaced`](trait@RedisNamespaced) one, or a tuple of up to twelve such.
///
/// There is nothing to implement by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a struct with `#[derive(RedisNamespaced)]` nor a tuple of up to twelve such",
    note = "put tuples into one another for more: `((A, B), (C, D))`"
)]
pub trait RedisStructs {
    /// Adds the objects of all of them.
    #[doc(hidden)]
    fn add_objects(objects: &mut Vec<ObjectInfo>);
}

#[diagnostic::do_not_recommend]
impl<T: RedisNamespaced> RedisStructs for T {
    fn add_objects(objects: &mut Vec<ObjectInfo>) {
        objects.extend(T::objects());
    }
}

macro_rules! tuples {
    ($($($part:ident)+;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($part: RedisStructs),+> RedisStructs for ($($part,)+) {
            fn add_objects(objects: &mut Vec<ObjectInfo>) {
                $($part::add_objects(objects);)+
            }
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}
