//! The public face of shapes.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::form::Form;
use super::found::{FoundShape, find_once};

/// What serde tells of a type: which fields, variants and values it reads, in which order.
///
/// Two types that read the same have the same shape, whatever they are called: a shape holds no names of types. A
/// newtype is what it holds, and so is a box; a tuple struct is a tuple; an array is a tuple of equal parts. A
/// recursive type is equal to any other whose values, written out, are the same.
///
/// It says what a format that is not human-readable sees, as the codecs are: `Uuid` is bytes there, `IpAddr` an enum.
///
/// Cheap to clone: clones share what was found.
///
/// # How it is found
///
/// The type's `Deserialize` reads made-up values, again and again: each variant once by index and once by name, the
/// fields of a struct once by position and once by name, other values where one is refused, and at the end three rounds
/// of other values, to see that what is read does not depend on them. This runs the type's own code, once in a process.
///
/// It is bounded: in the number of values (8,192), of questions that the type asks (32,768 for a value, 524,288 in
/// all), of places (8,192) and in depth (128). Texts have at most 64 bytes, byte strings 128, sequences 64 elements;
/// integers are at most 65,535, and at most 128 where several are varied at once. Code that neither returns nor asks
/// cannot be ended.
///
/// A panic is caught. The panic hook, which is global, runs before that and prints its message: at most four times
/// while the shape is found, and once in each of the three rounds. A program whose panics abort is aborted.
///
/// # What stays unknown
///
/// - What asks to describe itself, as untagged and tagged enums, `flatten`, `serde_json::Value`.
/// - What refuses every value that is made up for it. Its form is known, and so is what stands beside it in a struct;
///   what follows it in a tuple is never asked for.
/// - What asks for different things at different times, or does not read by the names that it lists.
/// - What is beyond a limit.
///
/// What is known is what the type asked for, in that order, by those names. One thing is taken on trust: that a struct
/// lists fields of one type in the order in which it reads them, as all that are derived do.
///
/// # Text
///
/// `Display` writes one line, and no two shapes have the same.
///
/// | text | what is read |
/// |---|---|
/// | `bool`, `u8` … `i128`, `f32`, `f64`, `char`, `text`, `bytes`, `unit` | one value |
/// | `option<u8>`, `[u8]`, `map<text, u8>` | an option, a sequence, a map |
/// | `(u8, text)`, `(u8,)`, `[u8; 4]` | a tuple, one of a single part, one of equal parts |
/// | `{id: u64, name: text}` | a struct |
/// | `<Paid \| Credit(u64) \| Move{x: i32, y: i32}>` | an enum: variants without content, of one value, of fields |
/// | `<Done/Finished \| Open>` | a variant with an alias: serde does not tell which of them is the name |
/// | `#1={value: u8, next: option<#1>}` | a part that is itself again further in |
/// | `"a name"` | a name of other characters than ASCII letters, digits and `_-.$`, with `\"`, `\\` and `\u{a}` in it |
/// | `any`, `?`, `(..)` | what describes itself, is unknown, is the unknown content of a variant |
/// | `text?` | what asked for text and accepted none |
///
/// # Examples
///
/// ```
/// use serde::Deserialize;
/// use rediscache::Shape;
///
/// #[derive(Deserialize)]
/// struct Perms {
///     user: u64,
///     team: Option<String>,
///     #[serde(alias = "admin")]
///     is_admin: bool,
///     roles: Vec<u8>,
/// }
///
/// let shape = Shape::of::<Perms>();
/// assert_eq!(shape.to_string(), "{user: u64, team: option<text>, is_admin: bool, roles: [u8]}");
/// assert_eq!(shape, Shape::of::<Box<Perms>>());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Shape {
    found: FoundShape,
}

impl Shape {
    pub(super) fn over(found: FoundShape) -> Self {
        Self { found }
    }

    pub(super) fn form(&self) -> &Arc<Form> {
        &self.found.form
    }

    /// Finds the shape of a type, or looks it up after the first time.
    ///
    /// The first time takes 3 µs to 0.1 ms for most types, and some milliseconds for those with hundreds of variants
    /// or places that refuse. Where nothing can be found, the shape is `?`, as it is for a type that asks for its own
    /// shape while that is being found.
    ///
    /// # Panics
    ///
    /// Never, even where the type's own `Deserialize` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::Shape;
    ///
    /// assert_eq!(Shape::of::<(u8, Option<String>)>().to_string(), "(u8, option<text>)");
    /// assert_eq!(Shape::of::<Result<u64, String>>().to_string(), "<Ok(u64) | Err(text)>");
    /// ```
    #[must_use]
    pub fn of<T: DeserializeOwned + 'static>() -> Self {
        Self { found: find_once::<T>() }
    }

    /// Whether every part is known.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::Shape;
    ///
    /// assert!(Shape::of::<Vec<u64>>().is_known());
    ///
    /// let shape = Shape::of::<(u64, serde_json::Value)>();
    /// assert!(!shape.is_known());
    /// assert_eq!(shape.to_string(), "(u64, any)");
    /// ```
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.found.is_known
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.found.form.fmt(f)
    }
}

/// The text of `Display`, named.
impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shape({})", self.found.form)
    }
}
