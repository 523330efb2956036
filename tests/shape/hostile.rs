//! Types that loop, panic, or ask for more than there is cost a bounded time and memory, and are unknown.
#![expect(dead_code, reason = "only the shapes of these types count")]

use std::fmt;
use std::marker::PhantomData;

use rediscache::Shape;
use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A type that does something bad while it is read.
macro_rules! bad {
    ($($name:ident, |$deserializer:ident| $body:block)*) => {$(
        struct $name;

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>($deserializer: D) -> Result<Self, D::Error> $body
        }
    )*};
}

/// Asks for elements by this policy.
struct Asker<P>(PhantomData<P>);

trait Policy: 'static {
    fn sequence<'de, A: SeqAccess<'de>>(_: A) -> Result<(), A::Error> {
        Err(A::Error::custom("no"))
    }

    fn map<'de, A: MapAccess<'de>>(_: A) -> Result<(), A::Error> {
        Err(A::Error::custom("no"))
    }
}

impl<'de, P: Policy> Visitor<'de> for Asker<P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("all there is")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        P::sequence(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        P::map(map)
    }
}

/// Goes on after the end.
struct UntilError;

impl Policy for UntilError {
    fn sequence<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
        loop {
            seq.next_element::<u8>()?;
        }
    }

    fn map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
        loop {
            map.next_key::<u8>()?;
        }
    }
}

/// Ends at nothing.
struct Endless;

impl Policy for Endless {
    fn sequence<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
        loop {
            drop(seq.next_element::<u8>());
        }
    }

    fn map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
        loop {
            drop(map.next_value::<u8>());
        }
    }
}

struct UntilEnd;

impl Policy for UntilEnd {
    fn sequence<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
        assert!(seq.size_hint().is_none_or(|hint| hint <= 10_000));
        while seq.next_element::<u8>()?.is_some() {}
        Ok(())
    }
}

bad! {
    GoesOn, |deserializer| { deserializer.deserialize_seq(Asker::<UntilError>(PhantomData)).map(|()| Self) }
    GoesOnInMap, |deserializer| { deserializer.deserialize_map(Asker::<UntilError>(PhantomData)).map(|()| Self) }
    IgnoresErrors, |deserializer| { deserializer.deserialize_seq(Asker::<Endless>(PhantomData)).map(|()| Self) }
    IgnoresErrorsInMap, |deserializer| { deserializer.deserialize_map(Asker::<Endless>(PhantomData)).map(|()| Self) }
    AsksABillion, |deserializer| {
        deserializer.deserialize_tuple(1_000_000_000, Asker::<UntilEnd>(PhantomData)).map(|()| Self)
    }
    AsksTheMost, |deserializer| {
        deserializer.deserialize_tuple(usize::MAX, Asker::<UntilEnd>(PhantomData)).map(|()| Self)
    }
    Page, |deserializer| { deserializer.deserialize_tuple(4096, Asker::<UntilEnd>(PhantomData)).map(|()| Self) }
    Panics, |deserializer| { panic!("hostile: {}", String::deserialize(deserializer)?) }
    PanicsAtOnce, |_deserializer| { panic!("hostile") }
    PanicsBadly, |_deserializer| { std::panic::panic_any(Bomb) }
    AsksItself, |deserializer| {
        assert!(!Shape::of::<AsksItself>().is_known());
        u8::deserialize(deserializer).map(|_| Self)
    }
    AsksAnother, |deserializer| {
        assert!(Shape::of::<Vec<u16>>().is_known());
        u8::deserialize(deserializer).map(|_| Self)
    }
    DropsBadly, |deserializer| { u8::deserialize(deserializer).map(|_| drop(Grenade)).map(|()| Self) }
}

/// Panics again when the payload of its panic is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("hostile: dropped");
    }
}

struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        panic!("hostile: dropped");
    }
}

#[derive(Deserialize)]
struct Deep<T> {
    a: Box<T>,
    b: Option<Box<T>>,
    c: Vec<T>,
}

type Deep4<T> = Deep<Deep<Deep<Deep<T>>>>;

#[derive(Deserialize)]
struct Holder {
    a: u8,
    panics: Panics,
    b: String,
    goes_on: GoesOn,
    c: Vec<u16>,
    billion: AsksABillion,
    endless: Vec<IgnoresErrors>,
}

/// Takes no text, and there are twenty of it.
struct Never;

impl<'de> Deserialize<'de> for Never {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?;
        Err(D::Error::custom("no"))
    }
}

#[derive(Deserialize)]
#[serde(try_from = "[[Vec<(u8, u16, i32, u64, String)>; 8]; 8]")]
struct Picky;

impl TryFrom<[[Vec<(u8, u16, i32, u64, String)>; 8]; 8]> for Picky {
    type Error = &'static str;

    fn try_from(_: [[Vec<(u8, u16, i32, u64, String)>; 8]; 8]) -> Result<Self, &'static str> {
        Err("no")
    }
}

/// Reads as many as it is told, and keeps room for more.
#[derive(Deserialize)]
#[serde(try_from = "(u64, u64, Never)")]
struct Matrix(Vec<f64>);

impl TryFrom<(u64, u64, Never)> for Matrix {
    type Error = &'static str;

    fn try_from((rows, columns, _): (u64, u64, Never)) -> Result<Self, &'static str> {
        Ok(Self(vec![0.0; usize::try_from(rows * columns).map_err(|_| "large")?]))
    }
}

/// Allocates what it is told before it refuses.
#[derive(Deserialize)]
#[serde(try_from = "(u64, u64, u64)")]
struct Cube(Vec<f64>);

impl TryFrom<(u64, u64, u64)> for Cube {
    type Error = &'static str;

    fn try_from((x, y, z): (u64, u64, u64)) -> Result<Self, &'static str> {
        assert!(x * y * z <= 128 * 128 * 128);
        let _cube: Vec<f64> = Vec::with_capacity(usize::try_from(x * y * z).map_err(|_| "large")?);
        Err("refused")
    }
}

fn text_of<T: DeserializeOwned + 'static>() -> String {
    let shape = Shape::of::<T>();
    assert_eq!(shape, Shape::of::<T>());
    shape.to_string()
}

#[test]
fn a_loop_without_an_end_is_ended() {
    assert_eq!(text_of::<GoesOn>(), "[u8]?");
    assert_eq!(text_of::<GoesOnInMap>(), "map<u8, ?>");
    assert_eq!(text_of::<IgnoresErrors>(), "[u8]?");
    assert_eq!(text_of::<IgnoresErrorsInMap>(), "map<?, u8>");
    assert_eq!(text_of::<(u8, IgnoresErrors)>(), "(u8, [u8]?)");
}

#[test]
fn a_billion_elements_are_not_handed_out() {
    assert_eq!(text_of::<AsksABillion>(), "?");
    assert_eq!(text_of::<AsksTheMost>(), "?");
    assert_eq!(text_of::<Page>(), "[u8; 4096]");
}

#[test]
fn a_panic_is_caught() {
    assert_eq!(text_of::<Panics>(), "text?");
    assert_eq!(text_of::<PanicsAtOnce>(), "?");
    assert_eq!(text_of::<PanicsBadly>(), "?");
    assert_eq!(text_of::<DropsBadly>(), "u8?");
    assert_eq!(text_of::<Vec<Option<Panics>>>(), "[option<text?>]");
}

#[test]
fn what_stands_beside_is_found() {
    assert_eq!(
        text_of::<Holder>(),
        "{a: u8, panics: text?, b: text, goes_on: [u8]?, c: [u16], billion: ?, endless: [[u8]?]}"
    );
}

#[test]
fn a_type_that_asks_for_its_own_shape_gets_an_answer() {
    assert_eq!(text_of::<AsksItself>(), "u8");
    assert_eq!(text_of::<AsksAnother>(), "u8");
}

#[test]
fn a_type_that_branches_beyond_measure_is_ended() {
    assert_eq!(text_of::<Deep<Deep<u8>>>(), {
        let inner = "{a: u8, b: option<u8>, c: [u8]}";
        format!("{{a: {inner}, b: option<{inner}>, c: [{inner}]}}")
    });
    text_of::<Deep4<Deep4<u8>>>();
    assert!(!Shape::of::<Deep4<Deep4<u8>>>().is_known());
}

#[test]
fn a_type_that_refuses_everything_is_tried_for_a_bounded_time() {
    assert_eq!(text_of::<Picky>(), "[[[(u8, u16, i32, u64, text)]; 8]; 8]?");
    assert_eq!(text_of::<[Never; 20]>(), format!("(text?{})", ", ?".repeat(19)));
}

#[test]
fn a_type_that_allocates_what_it_is_told_is_told_little() {
    assert_eq!(text_of::<Matrix>(), "(u64, u64, text?)");
    assert_eq!(text_of::<Cube>(), "[u64; 3]?");
}
