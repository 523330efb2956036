//! Bounds what hostile bytes can make a decoder do: how deep it nests, how much it allocates, how long it takes.
//!
//! By hand: bincode's own limit counts bytes that are claimed, neither levels nor elements that take no bytes.

use std::cell::Cell;

use bincode::config::standard;
use bincode::de::read::Reader;
use bincode::error::DecodeError;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

/// How deep a value may nest; as deep as `serde_json` goes.
pub(super) const DEEPEST: u32 = 128;

/// How many elements may take no bytes at all, such as those of a `Vec<()>`.
pub(super) const MOST_FREE: u64 = 1 << 20;

/// What is said of a value that nests deeper.
pub(super) const TOO_DEEP: &str = "it nests deeper than 128 levels";

/// What is said of a value with more of them.
pub(super) const TOO_MANY_FREE: &str = "more than 1048576 of its elements take no bytes";

/// What is left to read, and what it may still cost.
pub(super) struct Bounds<'a> {
    pub(super) rest: Cell<&'a [u8]>,
    depth: Cell<u32>,
    free: Cell<u64>,
    pub(super) exceeded: Cell<bool>,
}

impl<'a> Bounds<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let (depth, free, exceeded) = (Cell::new(DEEPEST), Cell::new(MOST_FREE), Cell::new(false));
        Self { rest: Cell::new(bytes), depth, free, exceeded }
    }

    fn exceed<E: Error>(&self) -> E {
        self.exceeded.set(true);
        E::custom("out of bounds")
    }

    /// Goes one level down for the time of `read`.
    fn nested<T, E: Error>(&self, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let depth = self.depth.get().checked_sub(1).ok_or_else(|| self.exceed())?;
        self.depth.set(depth);
        let result = read();
        self.depth.set(depth + 1);
        result
    }

    /// Refuses a length, which comes next, that the bytes left cannot hold.
    fn check_length<E: Error>(&self, free: u64) -> Result<(), E> {
        let rest = self.rest.get();
        match bincode::decode_from_slice::<u64, _>(rest, standard()) {
            Ok((length, used)) if length > (rest.len() - used) as u64 + free => Err(self.exceed()),
            // A length that cannot be read is told of by the one who wants it.
            _ => Ok(()),
        }
    }

    /// Reads one element, where there is one, and counts it when it takes no bytes.
    fn element<T, E: Error>(&self, read: impl FnOnce() -> Result<Option<T>, E>) -> Result<Option<T>, E> {
        let before = self.rest.get().len();
        let element = read()?;
        if element.is_some() && self.rest.get().len() == before {
            self.free.set(self.free.get().checked_sub(1).ok_or_else(|| self.exceed())?);
        }
        Ok(element)
    }
}

impl Reader for &Bounds<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<(), DecodeError> {
        let rest = self.rest.get();
        let missing = bytes.len().saturating_sub(rest.len());
        if missing > 0 {
            return Err(DecodeError::UnexpectedEnd { additional: missing });
        }
        let (taken, rest) = rest.split_at(bytes.len());
        bytes.copy_from_slice(taken);
        self.rest.set(rest);
        Ok(())
    }

    fn peek_read(&mut self, count: usize) -> Option<&[u8]> {
        self.rest.get().get(..count)
    }

    fn consume(&mut self, count: usize) {
        self.rest.set(self.rest.get().get(count..).unwrap_or_default());
    }
}

/// Keeps whatever it wraps, a deserializer or one of its helpers, within the bounds.
#[derive(Clone, Copy)]
pub(super) struct Guarded<'b, 'a, T> {
    inner: T,
    bounds: &'b Bounds<'a>,
}

impl<'b, 'a, T> Guarded<'b, 'a, T> {
    pub(super) fn new(inner: T, bounds: &'b Bounds<'a>) -> Self {
        Self { inner, bounds }
    }

    fn around<U>(&self, inner: U) -> Guarded<'b, 'a, U> {
        Guarded { inner, bounds: self.bounds }
    }
}

macro_rules! forward {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($name,)* visitor)
        }
    )*};
}

macro_rules! nested {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let visitor = self.around(visitor);
            self.bounds.nested(|| self.inner.$method($($name,)* visitor))
        }
    )*};
}

macro_rules! texts {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.bounds.check_length(0)?;
            self.inner.$method(visitor)
        }
    )*};
}

macro_rules! sized {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.bounds.check_length(MOST_FREE)?;
            let visitor = self.around(visitor);
            self.bounds.nested(|| self.inner.$method(visitor))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Guarded<'_, '_, D> {
    type Error = D::Error;

    forward! {
        deserialize_any(); deserialize_bool(); deserialize_char(); deserialize_f32(); deserialize_f64();
        deserialize_i8(); deserialize_i16(); deserialize_i32(); deserialize_i64(); deserialize_i128();
        deserialize_u8(); deserialize_u16(); deserialize_u32(); deserialize_u64(); deserialize_u128();
        deserialize_unit(); deserialize_unit_struct(name: &'static str);
        deserialize_identifier(); deserialize_ignored_any();
    }

    nested! {
        deserialize_option();
        deserialize_newtype_struct(name: &'static str);
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
    }

    texts!(deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf);
    sized!(deserialize_seq deserialize_map);

    fn is_human_readable(&self) -> bool {
        false
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Guarded<'_, '_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.visit_some(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.visit_newtype_struct(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_seq(access)
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_map(access)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_enum(access)
    }
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Guarded<'_, '_, T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.deserialize(deserializer)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Guarded<'_, '_, A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        let seed = self.around(seed);
        self.bounds.element(|| self.inner.next_element_seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint().map(|hint| hint.min(self.bounds.rest.get().len()))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Guarded<'_, '_, A> {
    type Error = A::Error;

    fn next_key_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        let seed = self.around(seed);
        self.bounds.element(|| self.inner.next_key_seed(seed))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint().map(|hint| hint.min(self.bounds.rest.get().len()))
    }
}

impl<'b, 'a, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Guarded<'b, 'a, A> {
    type Error = A::Error;
    type Variant = Guarded<'b, 'a, A::Variant>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self::Variant), A::Error> {
        let bounds = self.bounds;
        let (value, variant) = self.inner.variant_seed(seed)?;
        Ok((value, Guarded::new(variant, bounds)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Guarded<'_, '_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = self.around(visitor);
        self.inner.tuple_variant(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.around(visitor);
        self.inner.struct_variant(fields, visitor)
    }
}
