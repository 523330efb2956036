//! Types that read different things at different times, or other things than they say, are unknown and never wrong.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;

use rediscache::Shape;
use serde::de::{DeserializeSeed, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A type whose `Deserialize` asks one question with one visitor.
macro_rules! by_hand {
    ($($name:ident: $ask:ident($($argument:expr),*), |$access:ident: $bound:ident| $method:ident $body:block)*) => {$(
        struct $name;

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct OwnVisitor;

                impl<'de> Visitor<'de> for OwnVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("something")
                    }

                    #[allow(unused_mut, clippy::allow_attributes, reason = "not every body asks")]
                    fn $method<A: $bound<'de>>(self, mut $access: A) -> Result<$name, A::Error> $body
                }
                deserializer.$ask($($argument,)* OwnVisitor)
            }
        }
    )*};
}

thread_local! {
    static TURN: Cell<u32> = const { Cell::new(0) };
}

fn missing<E: Error>() -> E {
    E::custom("too short")
}

by_hand! {
    Versioned: deserialize_tuple(2), |seq: SeqAccess| visit_seq {
        let version: u8 = seq.next_element()?.ok_or_else(missing)?;
        if version == 0 {
            seq.next_element::<u8>()?.ok_or_else(missing)?;
        } else {
            seq.next_element::<String>()?.ok_or_else(missing)?;
        }
        Ok(Versioned)
    }
    Longer: deserialize_tuple(3), |seq: SeqAccess| visit_seq {
        let flag: bool = seq.next_element()?.ok_or_else(missing)?;
        seq.next_element::<u8>()?.ok_or_else(missing)?;
        if flag {
            seq.next_element::<u8>()?.ok_or_else(missing)?;
        }
        Ok(Longer)
    }
    Mixed: deserialize_seq(), |seq: SeqAccess| visit_seq {
        seq.next_element::<u8>()?;
        seq.next_element::<String>()?;
        Ok(Mixed)
    }
    Alternating: deserialize_tuple(1), |seq: SeqAccess| visit_seq {
        TURN.set(TURN.get() + 1);
        if TURN.get().is_multiple_of(2) {
            seq.next_element::<u8>()?;
        } else {
            seq.next_element::<u16>()?;
        }
        Ok(Alternating)
    }
    KeyedMap: deserialize_map(), |map: MapAccess| visit_map {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "a" => drop(map.next_value::<u8>()?),
                "b" => drop(map.next_value::<String>()?),
                _ => return Err(A::Error::custom("unknown")),
            }
        }
        Ok(KeyedMap)
    }
    IgnoringMap: deserialize_map(), |map: MapAccess| visit_map {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "a" => drop(map.next_value::<u8>()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(IgnoringMap)
    }
    Short: deserialize_struct("Short", &["a", "b"]), |seq: SeqAccess| visit_seq {
        seq.next_element::<u8>()?.ok_or_else(missing)?;
        Ok(Short)
    }
    OnlyNames: deserialize_struct("OnlyNames", &["a"]), |map: MapAccess| visit_map {
        map.next_entry::<String, u8>()?;
        Ok(OnlyNames)
    }
    NumberTag: deserialize_enum("NumberTag", &["A", "B"]), |data: EnumAccess| visit_enum {
        let (_, variant) = data.variant::<u32>()?;
        variant.unit_variant()?;
        Ok(NumberTag)
    }
    TextTag: deserialize_enum("TextTag", &["A", "B"]), |data: EnumAccess| visit_enum {
        let (_, variant) = data.variant::<String>()?;
        variant.unit_variant()?;
        Ok(TextTag)
    }
    AsksNothing: deserialize_tuple(2), |_seq: SeqAccess| visit_seq { Ok(AsksNothing) }
    Swapped: deserialize_enum("Swapped", &["A", "B"]), |data: EnumAccess| visit_enum {
        let (tag, variant) = data.variant::<Tag>()?;
        match tag {
            Tag::A => variant.newtype_variant::<u8>().map(drop)?,
            Tag::B => variant.unit_variant()?,
        }
        Ok(Swapped)
    }
}

/// Counts in another order than it lists.
enum Tag {
    A,
    B,
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TagVisitor;

        impl Visitor<'_> for TagVisitor {
            type Value = Tag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a tag")
            }

            fn visit_u64<E: Error>(self, index: u64) -> Result<Tag, E> {
                match index {
                    0 => Ok(Tag::B),
                    1 => Ok(Tag::A),
                    _ => Err(E::custom("no")),
                }
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Tag, E> {
                match name {
                    "A" => Ok(Tag::A),
                    "B" => Ok(Tag::B),
                    _ => Err(E::custom("no")),
                }
            }
        }
        deserializer.deserialize_identifier(TagVisitor)
    }
}

/// Reads a list of lists, with one visitor that counts how deep it is.
struct Nested;

#[derive(Clone, Copy)]
struct Level(u8);

impl<'de> DeserializeSeed<'de> for Level {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.0 == 0 { u8::deserialize(deserializer).map(drop) } else { deserializer.deserialize_seq(self) }
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Self(self.0 - 1))?.is_some() {}
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Level(3).deserialize(deserializer).map(|()| Self)
    }
}

struct AsksNobody;

impl<'de> Deserialize<'de> for AsksNobody {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

fn is_unknown<T: serde::de::DeserializeOwned + 'static>(text: &str) {
    let shape = Shape::of::<T>();
    assert_eq!(shape.to_string(), text, "{}", std::any::type_name::<T>());
    assert!(!shape.is_known());
}

#[test]
fn what_depends_on_a_value_is_unknown() {
    is_unknown::<Versioned>("(u8, ?)");
    is_unknown::<Longer>("?");
    is_unknown::<(u8, Versioned)>("(u8, (u8, ?))");
}

#[test]
fn elements_of_different_types_are_unknown() {
    is_unknown::<Mixed>("[?]");
}

#[test]
fn what_depends_on_the_time_is_unknown() {
    is_unknown::<Alternating>("(?,)");
    is_unknown::<Vec<Alternating>>("[(?,)]");
}

#[test]
fn maps_whose_keys_mean_something_are_unknown() {
    is_unknown::<KeyedMap>("?");
    is_unknown::<IgnoringMap>("map<text, any>");
    assert_eq!(Shape::of::<HashMap<String, u8>>().to_string(), "map<text, u8>");
}

#[test]
fn structs_that_do_not_read_what_they_list_are_unknown() {
    is_unknown::<Short>("?");
    is_unknown::<OnlyNames>("?");
}

#[test]
fn enums_that_do_not_know_their_names_are_unknown() {
    is_unknown::<NumberTag>("?");
    is_unknown::<TextTag>("?");
}

#[test]
fn a_variant_is_where_it_is_read_and_not_where_it_is_listed() {
    let shape = Shape::of::<Swapped>();
    assert_eq!(shape.to_string(), "<B | A(u8)>");
    assert!(shape.is_known());
}

#[test]
fn one_visitor_for_different_levels_is_no_recursion() {
    let shape = Shape::of::<Nested>();
    assert_eq!(shape.to_string(), "[[[u8]]]");
    assert!(shape.is_known());
}

#[test]
fn what_asks_nothing_is_unknown() {
    is_unknown::<AsksNothing>("[?; 2]");
    is_unknown::<AsksNobody>("?");
    is_unknown::<Vec<AsksNobody>>("[?]");
    is_unknown::<(u8, AsksNobody, u8)>("(u8, ?, u8)");
}
