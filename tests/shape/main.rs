//! What serde tells of a type.

#![recursion_limit = "512"]

/// Compares shapes with their texts, and whether all of them is known.
macro_rules! shapes {
    ($($known:literal $type:ty => $text:literal),* $(,)?) => {$(
        let shape = Shape::of::<$type>();
        assert_eq!(shape.to_string(), $text, "{}", stringify!($type));
        assert_eq!(shape.is_known(), $known, "{}", stringify!($type));
    )*};
}

/// Compares shapes, all of which is known, with their texts.
macro_rules! known {
    ($($type:ty => $text:literal),* $(,)?) => {
        shapes! { $(true $type => $text),* }
    };
}

mod attribute;
mod bytes;
mod dependent;
mod foreign;
mod hostile;
mod kind;
mod random;
mod recursion;
mod refusal;
mod stable;
