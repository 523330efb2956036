//! What a type wants, from what is stored: the same, or what says the same, and nothing else.

use serde::de::{Deserializer, Visitor};

use super::chosen;
use super::exact::{self, Inexact};
use super::item::{Item, Later};
use super::items::{Items, Run};
use super::misread::{Misread, Reason};
use super::named_items::{Named, NamedItems};
use super::walk::ByName;
use crate::shape::{Contents, PlaceId, Variant};

impl<'a> ByName<'_, 'a> {
    #[cold]
    fn differs(&self, wanted: &'static str) -> Misread {
        Reason::Differs { stored: self.item.kind(), wanted: wanted.into() }.into()
    }

    #[inline]
    fn number<T>(&self, number: Result<T, Inexact>, wanted: &'static str) -> Result<T, Misread> {
        match number {
            Ok(number) => {
                self.walk.take();
                Ok(number)
            }
            Err(Inexact::NoNumber) => Err(self.differs(wanted)),
            Err(Inexact::DoesNotFit) => Err(Reason::DoesNotFit(wanted.into()).into()),
        }
    }

    /// What an option holds.
    #[inline]
    fn within<T>(
        &self,
        inner: Later<'a>,
        read: impl FnOnce(ByName<'_, 'a>) -> Result<T, Misread>,
    ) -> Result<T, Misread> {
        self.walk.parts(|| self.walk.give(&self.walk.later(inner)?, read))
    }

    /// The elements, if it has any.
    #[inline]
    fn run(&self) -> Option<Run<'a>> {
        match *self.item {
            Item::Sequence(place, length) | Item::Array(place, length) => Some(Run::Alike(place, length)),
            Item::Tuple(places) => Some(Run::Each(places)),
            Item::Bytes(bytes) => Some(Run::Bytes(bytes)),
            _ => None,
        }
    }

    #[inline]
    fn visit_items<V: Visitor<'a>>(&self, run: Run<'a>, visitor: V) -> Result<V::Value, Misread> {
        self.walk.parts(|| {
            let mut items = Items::new(self.walk, run);
            let value = visitor.visit_seq(&mut items);
            if value.is_ok() {
                items.end()?;
            }
            value
        })
    }

    #[inline]
    fn visit_named<V: Visitor<'a>>(
        &self,
        named: Named<'a>,
        wanted: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        self.walk.parts(|| {
            let mut items = NamedItems::new(self.walk, named, wanted);
            let value = visitor.visit_map(&mut items);
            if value.is_ok() {
                items.end()?;
            }
            value
        })
    }

    #[inline]
    fn elements<V: Visitor<'a>>(self, wanted: &'static str, visitor: V) -> Result<V::Value, Misread> {
        match (*self.item, self.run()) {
            (_, Some(run)) => self.visit_items(run, visitor),
            (Item::Some(inner), _) => self.within(Later::At(inner), |item| item.elements(wanted, visitor)),
            _ => Err(self.differs(wanted)),
        }
    }

    /// Fields or entries, for a type with these fields.
    #[inline]
    fn named<V: Visitor<'a>>(
        self,
        wanted: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        match *self.item {
            Item::Struct(fields) => self.visit_named(Named::Fields(fields), names, visitor),
            Item::Map { key, value, length } => self.visit_named(Named::Entries { key, value, length }, names, visitor),
            Item::Some(inner) => self.within(Later::At(inner), |item| item.named(wanted, names, visitor)),
            _ => Err(self.differs(wanted)),
        }
    }
}

/// What gives a visitor something other than its parts.
impl<'a> ByName<'_, 'a> {
    #[inline]
    fn text<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misread> {
        match *self.item {
            Item::Text(text) => {
                self.walk.take();
                visitor.visit_borrowed_str(text)
            }
            Item::Char(char) => {
                self.walk.take();
                visitor.visit_str(char.encode_utf8(&mut [0; 4]))
            }
            Item::Variant(variant @ Variant { contents: Contents::Unit, .. }) => {
                let name = chosen::name_of(self.walk, variant, &[])?;
                self.walk.take();
                visitor.visit_borrowed_str(name)
            }
            Item::Some(inner) => self.within(Later::At(inner), |item| item.text(visitor)),
            _ => Err(self.differs("text")),
        }
    }

    fn unit<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misread> {
        match *self.item {
            Item::Unit | Item::Nil(_) => {
                self.walk.take();
                visitor.visit_unit()
            }
            Item::Some(inner) => self.within(Later::At(inner), |item| item.unit(visitor)),
            _ => Err(self.differs("unit")),
        }
    }

    fn bytes<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misread> {
        match (*self.item, self.run()) {
            (Item::Bytes(bytes), _) => {
                self.walk.take();
                visitor.visit_borrowed_bytes(bytes)
            }
            (_, Some(run)) => self.visit_items(run, visitor),
            (Item::Some(inner), _) => self.within(Later::At(inner), |item| item.bytes(visitor)),
            _ => Err(self.differs("bytes")),
        }
    }

    /// A variant with its contents, for an enum of these variants.
    fn variant<V: Visitor<'a>>(self, wanted: &'static [&'static str], visitor: V) -> Result<V::Value, Misread> {
        let walk = self.walk;
        let told = |name: &str| wanted.iter().copied().find(|wanted| *wanted == name);
        match *self.item {
            Item::Variant(variant) => {
                let (name, contents) =
                    (chosen::name_of(self.walk, variant, wanted)?, Later::try_from(&variant.contents)?);
                walk.parts(|| chosen::visit(walk, (name, Some(name)), contents, visitor))
            }
            Item::Text(name) => {
                walk.parts(|| chosen::visit(walk, (name, told(name)), Later::Here(Item::Unit), visitor))
            }
            Item::Map { key, value, length: 1 } if walk.describes_itself() => walk.parts(|| match walk.item(key)? {
                Item::Text(name) => chosen::visit(walk, (name, told(name)), Later::At(value), visitor),
                _ => Err(self.differs("an enum")),
            }),
            Item::Some(inner) => self.within(Later::At(inner), |item| item.variant(wanted, visitor)),
            _ => Err(self.differs("an enum")),
        }
    }

    /// A variant for those who do not ask for one.
    fn any_variant<V: Visitor<'a>>(self, variant: &'a Variant, visitor: V) -> Result<V::Value, Misread> {
        match Later::try_from(&variant.contents)? {
            _ if matches!(variant.contents, Contents::Unit) => self.text(visitor),
            contents => self.visit_named(Named::One(chosen::name_of(self.walk, variant, &[])?, contents), &[], visitor),
        }
    }

    /// What is in an option, for those who do not ask for one: that it is in one is told only where it makes a
    /// difference.
    fn any_in_option<V: Visitor<'a>>(self, inner: PlaceId, visitor: V) -> Result<V::Value, Misread> {
        self.within(Later::At(inner), |item| match *item.item {
            Item::Unit | Item::None | Item::Some(_) => visitor.visit_some(item),
            _ => item.deserialize_any(visitor),
        })
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $read:ident $wanted:ident;)*) => {$(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misread> {
            if let Item::Some(inner) = *self.item {
                return self.within(Later::At(inner), |item| item.$method(visitor));
            }
            visitor.$visit(self.number(exact::$read(self.item), stringify!($wanted))?)
        }
    )*};
}

macro_rules! forward {
    ($($method:ident($($name:ident: $type:ty),*) => $to:ident($($argument:expr),*);)*) => {$(
        fn $method<V: Visitor<'a>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, Misread> {
            self.$to($($argument,)* visitor)
        }
    )*};
}

impl<'a> Deserializer<'a> for ByName<'_, 'a> {
    type Error = Misread;

    numbers! {
        deserialize_i8 visit_i8 integer i8;
        deserialize_i16 visit_i16 integer i16;
        deserialize_i32 visit_i32 integer i32;
        deserialize_i64 visit_i64 integer i64;
        deserialize_i128 visit_i128 integer i128;
        deserialize_u8 visit_u8 integer u8;
        deserialize_u16 visit_u16 integer u16;
        deserialize_u32 visit_u32 integer u32;
        deserialize_u64 visit_u64 integer u64;
        deserialize_u128 visit_u128 integer u128;
        deserialize_f32 visit_f32 f32 f32;
        deserialize_f64 visit_f64 f64 f64;
    }

    forward! {
        deserialize_str() => text();
        deserialize_string() => text();
        deserialize_identifier() => text();
        deserialize_bytes() => bytes();
        deserialize_byte_buf() => bytes();
        deserialize_unit() => unit();
        deserialize_unit_struct(_name: &'static str) => unit();
        deserialize_seq() => elements("a sequence");
        deserialize_tuple(_length: usize) => elements("a tuple");
        deserialize_tuple_struct(_name: &'static str, _length: usize) => elements("a tuple");
        deserialize_map() => named("a map", &[]);
        deserialize_struct(_name: &'static str, fields: &'static [&'static str]) => named("a struct", fields);
        deserialize_enum(_name: &'static str, variants: &'static [&'static str]) => variant(variants);
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misread> {
        match *self.item {
            Item::Bool(value) => {
                self.walk.take();
                visitor.visit_bool(value)
            }
            Item::Some(inner) => self.within(Later::At(inner), |item| item.deserialize_bool(visitor)),
            _ => Err(self.differs("bool")),
        }
    }

    fn deserialize_char<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misread> {
        let char = match *self.item {
            Item::Char(char) => char,
            Item::Text(text) => {
                let mut chars = text.chars();
                let only = chars.next().filter(|_| chars.next().is_none());
                only.ok_or_else(|| Reason::DoesNotFit("char".into()))?
            }
            Item::Some(inner) => return self.within(Later::At(inner), |item| item.deserialize_char(visitor)),
            _ => return Err(self.differs("char")),
        };
        self.walk.take();
        visitor.visit_char(char)
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misread> {
        match *self.item {
            Item::None | Item::Nil(0) => {
                self.walk.take();
                visitor.visit_none()
            }
            Item::Nil(levels) => self.within(Later::Here(Item::Nil(levels - 1)), |item| visitor.visit_some(item)),
            Item::Some(inner) => self.within(Later::At(inner), |item| visitor.visit_some(item)),
            _ => self.walk.deeper(|| visitor.visit_some(self)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misread> {
        self.walk.deeper(|| visitor.visit_newtype_struct(self))
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misread> {
        self.walk.ignore(*self.item)?;
        visitor.visit_unit()
    }

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Misread> {
        match *self.item {
            Item::Some(inner) => return self.any_in_option(inner, visitor),
            Item::Nil(1..) => return self.deserialize_option(visitor),
            Item::Variant(variant) => return self.any_variant(variant, visitor),
            Item::Text(_) | Item::Char(_) => return self.text(visitor),
            Item::Bytes(_) => return self.bytes(visitor),
            Item::Sequence(..) | Item::Tuple(_) | Item::Array(..) => return self.deserialize_seq(visitor),
            Item::Map { .. } | Item::Struct(_) => return self.deserialize_map(visitor),
            _ => self.walk.take(),
        }
        match *self.item {
            Item::None => visitor.visit_none(),
            Item::Bool(value) => visitor.visit_bool(value),
            Item::F32(value) => visitor.visit_f32(value),
            Item::F64(value) => visitor.visit_f64(value),
            Item::Unsigned(_, value) => visitor.visit_u64(value),
            Item::Signed(_, value) => visitor.visit_i64(value),
            Item::WideUnsigned(_, value) => unsigned(value.unsigned(), visitor),
            Item::WideSigned(_, value) => signed(value.signed(), visitor),
            _ => visitor.visit_unit(),
        }
    }

    /// As it was written.
    fn is_human_readable(&self) -> bool {
        self.walk.is_readable()
    }
}

fn signed<'a, V: Visitor<'a>>(value: i128, visitor: V) -> Result<V::Value, Misread> {
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => visitor.visit_i64(value),
        (_, Ok(value)) => visitor.visit_u64(value),
        _ => visitor.visit_i128(value),
    }
}

fn unsigned<'a, V: Visitor<'a>>(value: u128, visitor: V) -> Result<V::Value, Misread> {
    match u64::try_from(value) {
        Ok(value) => visitor.visit_u64(value),
        Err(_) => visitor.visit_u128(value),
    }
}
