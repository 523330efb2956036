//! Values of older types, which are turned into today's.

use super::by_name;
use super::positional;
use super::read::ScalarReader;
use crate::bounds::Value;
use crate::codec::CodecError;
use crate::codec::decoded::Decoded;
use crate::shape::{FIRST_VERSION, Fingerprint, Schema};

/// A stored value that may be of an older type.
#[derive(Debug)]
#[expect(unnameable_types, reason = "only the library reads older types")]
pub enum Older<'a> {
    /// With its tag.
    Scalar(&'a [u8]),
    Composite(OlderComposite<'a>),
}

#[derive(Clone, Copy, Debug)]
#[expect(unnameable_types, reason = "only the library reads older types")]
pub struct OlderComposite<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) version: u32,
    pub(crate) fingerprint: Fingerprint,
    /// By what it is to be read, unless it describes itself.
    pub(crate) schema: Option<&'a Schema>,
    /// Whether it describes itself, and was written for people to read.
    pub(crate) is_readable: bool,
    /// Whether any type of that version will do, or only the one of its very shape.
    pub(crate) by_version: bool,
}

type ReadOlder<T> = fn(&Older<'_>, &[u32]) -> Option<Result<Decoded<T>, CodecError>>;

/// What reads values of several older types.
pub(crate) struct OlderReader<T> {
    /// As [`OlderTypes::read`].
    pub(crate) read: ReadOlder<T>,
    /// As [`OlderTypes::schemas`].
    pub(crate) schemas: fn(&[u32], &mut Vec<&'static Schema>),
}

impl<T> OlderReader<T> {
    pub(crate) const fn of<O: OlderTypes<T>>() -> Self {
        Self { read: O::read, schemas: O::schemas }
    }
}

/// Types that values were of before they were of type `T`, oldest first: a tuple, each of which turns into the next by
/// [`TryInto`], and the last into `T`.
///
/// There is nothing to implement by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not lead to `{T}`",
    label = "expected a tuple of older types, oldest first",
    note = "each needs `TryInto` (or `Into`) the next one, and the last one into `{T}`"
)]
pub trait OlderTypes<T> {
    /// Reads a value of one of them; each was of the version at its place, or of the first.
    #[doc(hidden)]
    fn read(stored: &Older<'_>, versions: &[u32]) -> Option<Result<Decoded<T>, CodecError>>;

    /// Lists what each of them is stored as.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "only the library reads older types")]
    fn schemas(versions: &[u32], all: &mut Vec<&'static Schema>);
}

/// A type that turns into the next one of [`OlderTypes`], by [`TryInto`].
///
/// There is nothing to implement by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not turn into `{T}`",
    label = "each older type turns into the next, and the last one into today's",
    note = "write `impl From<{Self}> for {T}`, or `impl TryFrom<{Self}> for {T}` where it may fail"
)]
pub trait LeadsTo<T>: TryInto<T> {}

// So that the message above is the one that is shown.
#[diagnostic::do_not_recommend]
impl<T, A: TryInto<T>> LeadsTo<T> for A {}

impl<T> OlderTypes<T> for () {
    fn read(_: &Older<'_>, _: &[u32]) -> Option<Result<Decoded<T>, CodecError>> {
        None
    }

    #[expect(private_interfaces, reason = "as of the trait")]
    fn schemas(_: &[u32], _: &mut Vec<&'static Schema>) {}
}

macro_rules! older_types {
    ($(($($older:ident)*) $newest:ident $place:literal;)*) => {$(
        impl<T, $($older,)* $newest> OlderTypes<T> for ($($older,)* $newest,)
        where
            ($($older,)*): OlderTypes<$newest>,
            $newest: Value + LeadsTo<T>,
        {
            fn read(stored: &Older<'_>, versions: &[u32]) -> Option<Result<Decoded<T>, CodecError>> {
                let read = stored.read(version_at(versions, $place)).or_else(|| <($($older,)*)>::read(stored, versions));
                read.map(|read| read.and_then(turned::<$newest, T>))
            }

            #[expect(private_interfaces, reason = "as of the trait")]
            fn schemas(versions: &[u32], all: &mut Vec<&'static Schema>) {
                all.push(Schema::of::<$newest>(version_at(versions, $place)));
                <($($older,)*)>::schemas(versions, all);
            }
        }
    )*};
}

older_types! {
    () A 0;
    (A) B 1;
    (A B) C 2;
    (A B C) D 3;
    (A B C D) E 4;
    (A B C D E) F 5;
    (A B C D E F) G 6;
    (A B C D E F G) H 7;
}

fn version_at(versions: &[u32], place: usize) -> u32 {
    versions.get(place).copied().unwrap_or(FIRST_VERSION)
}

/// The next one of the chain.
fn turned<A: TryInto<T>, T>(older: Decoded<A>) -> Result<Decoded<T>, CodecError> {
    let Decoded { value, is_lossy } = older;
    let refused = || format!("it could not be turned from a `{}`", std::any::type_name::<A>()).into();
    value.try_into().map(|value| Decoded { value, is_lossy }).map_err(|_| refused())
}

impl Older<'_> {
    /// The value, if it is of this type.
    fn read<T: Value>(&self, version: u32) -> Option<Result<Decoded<T>, CodecError>> {
        match self {
            Self::Scalar(stored) => {
                let scalar = ScalarReader::new(stored).ok()?;
                T::deserialize(scalar).ok().map(|value| Ok(Decoded::whole(value)))
            }
            Self::Composite(stored) if stored.version != version => None,
            Self::Composite(stored) if stored.by_version => Some(stored.read_by_name()),
            Self::Composite(stored) => {
                let own = Schema::of::<T>(version);
                match stored.schema {
                    Some(schema) => (*schema == *own).then(|| positional::read(stored.body).map(Decoded::whole)),
                    None => (stored.fingerprint == own.fingerprint).then(|| stored.read_by_name()),
                }
            }
        }
    }
}

impl<'a> OlderComposite<'a> {
    /// A value that stands by position.
    pub(super) fn by(schema: &'a Schema, body: &'a [u8]) -> Self {
        let Schema { version, fingerprint, .. } = *schema;
        Self { body, version, fingerprint, schema: Some(schema), is_readable: false, by_version: false }
    }

    pub(super) fn described(body: &'a [u8], (version, fingerprint): (u32, Fingerprint), is_readable: bool) -> Self {
        Self { body, version, fingerprint, schema: None, is_readable, by_version: false }
    }

    pub(super) fn read_by_name<T: Value>(&self) -> Result<Decoded<T>, CodecError> {
        match self.schema {
            Some(schema) => by_name::read_positional(self.body, &schema.layout),
            None => by_name::read_described(self.body, self.is_readable),
        }
    }
}
