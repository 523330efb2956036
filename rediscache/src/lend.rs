//! What may be passed where a key or a value is wanted.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

/// What may be passed where a key or a value of type `T` is wanted.
///
/// Implemented for `T` and `&T`; for `&str` where a `String`, and for `&[E]` and `&[E; N]` where a `Vec<E>` is
/// wanted; and for `Box`, `Arc` and `Cow` of any of these. Nothing is copied for it. There is nothing to implement by hand.
///
/// # Examples
///
/// ```
/// use rediscache::{RedisCache, RedisSession};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// let session = RedisSession::in_memory();
/// let names = RedisCache::<String, Vec<u8>>::new("names").on(&session);
/// names.set("ab", b"ab").await?;
/// names.set(std::sync::Arc::<str>::from("cd"), Box::<[u8]>::from([1, 2])).await?;
/// assert_eq!(names.get(&String::from("ab")).await?, Some(b"ab".to_vec()));
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed where a `{T}` is wanted",
    label = "expected `{T}` or a reference to one",
    note = "pass a `{T}` or a `&{T}`; `&str` stands for `String`, `&[E]` and `&[E; N]` stand for `Vec<E>`"
)]
pub trait Lend<T> {
    /// The form that is written: what serializes exactly as `T` does.
    type Lent: Serialize + ?Sized;

    /// Borrows the form that is written.
    fn lend(&self) -> &Self::Lent;
}

/// What may be passed where a value of type `T` may be handed back: [`Lend`], with a way to own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed where a `{T}` is wanted",
    label = "expected `{T}`",
    note = "pass a `{T}`, or a `&{T}` whose type is `Clone`"
)]
pub trait Give<T>: Lend<T> {
    /// Turns the argument into a `T`.
    fn give(self) -> T;
}

impl<T: Serialize> Lend<T> for T {
    type Lent = T;

    fn lend(&self) -> &T {
        self
    }
}

impl<T: Serialize> Give<T> for T {
    fn give(self) -> T {
        self
    }
}

impl<T: Serialize> Lend<T> for &T {
    type Lent = T;

    fn lend(&self) -> &T {
        self
    }
}

impl<T: Serialize + Clone> Give<T> for &T {
    fn give(self) -> T {
        self.clone()
    }
}

impl Lend<String> for &str {
    type Lent = str;

    fn lend(&self) -> &str {
        self
    }
}

impl Give<String> for &str {
    fn give(self) -> String {
        self.to_owned()
    }
}

impl Lend<String> for &&str {
    type Lent = str;

    fn lend(&self) -> &str {
        self
    }
}

impl<E: Serialize> Lend<Vec<E>> for &[E] {
    type Lent = [E];

    fn lend(&self) -> &[E] {
        self
    }
}

impl<E: Serialize + Clone> Give<Vec<E>> for &[E] {
    fn give(self) -> Vec<E> {
        self.to_vec()
    }
}

impl<E: Serialize, const N: usize> Lend<Vec<E>> for &[E; N] {
    type Lent = [E];

    fn lend(&self) -> &[E] {
        *self
    }
}

impl<E: Serialize + Clone, const N: usize> Give<Vec<E>> for &[E; N] {
    fn give(self) -> Vec<E> {
        self.to_vec()
    }
}

/// What points at a form that is written, by itself and by reference. `$own` makes it owned.
///
/// Not recommended by the compiler: its list of what there is would hide the first to think of.
macro_rules! pointers {
    ($([$($generics:tt)*] $pointer:ty => $wanted:ty, $lent:ty, $own:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Lend<$wanted> for $pointer {
            type Lent = $lent;

            fn lend(&self) -> &$lent {
                self
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Lend<$wanted> for &$pointer {
            type Lent = $lent;

            fn lend(&self) -> &$lent {
                self
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Give<$wanted> for $pointer {
            fn give(self) -> $wanted {
                $own(self)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Give<$wanted> for &$pointer {
            fn give(self) -> $wanted {
                $own(self.clone())
            }
        }
    )*};
}

pointers! {
    [] Box<str> => String, str, String::from;
    [] Arc<str> => String, str, |text: Arc<str>| String::from(&*text);
    [] Cow<'_, str> => String, str, Cow::into_owned;
    [E: Serialize + Clone] Box<[E]> => Vec<E>, [E], Vec::from;
    [E: Serialize + Clone] Arc<[E]> => Vec<E>, [E], |items: Arc<[E]>| items.to_vec();
    [E: Serialize + Clone] Cow<'_, [E]> => Vec<E>, [E], Cow::into_owned;
    [T: Serialize + Clone] Box<T> => T, T, |boxed: Box<T>| *boxed;
    [T: Serialize + Clone] Arc<T> => T, T, Arc::unwrap_or_clone;
}
