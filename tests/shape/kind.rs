//! Every kind of serde's data model has its form.
#![expect(dead_code, reason = "only the shapes of these types count")]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use rediscache::Shape;
use serde::Deserialize;

#[derive(Deserialize)]
struct Unit;

#[derive(Deserialize)]
struct UserId(u64);

#[derive(Deserialize)]
struct Pair(u8, String);

#[derive(Deserialize)]
struct Empty {}

#[derive(Deserialize)]
struct EmptyTuple();

#[derive(Deserialize)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Deserialize)]
struct Wrap<T> {
    inner: T,
}

#[derive(Deserialize)]
enum Order {
    Paid,
    Credit(u64),
    Move { x: i32, y: i32 },
    Swap(u8, u16),
    Nothing(),
    Empty {},
    Held(()),
    Point(Point),
    Two((u8, u8)),
}

#[derive(Deserialize)]
enum Never {}

#[derive(Deserialize)]
enum One {
    Only,
}

#[derive(Deserialize)]
enum Two {
    First,
    Second(Option<One>),
}

#[test]
fn scalars_have_their_width() {
    known! {
        bool => "bool", char => "char", () => "unit", Unit => "unit", PhantomData<u8> => "unit",
        i8 => "i8", i16 => "i16", i32 => "i32", i64 => "i64", i128 => "i128", isize => "i64",
        u8 => "u8", u16 => "u16", u32 => "u32", u64 => "u64", u128 => "u128", usize => "u64",
        f32 => "f32", f64 => "f64",
        String => "text", Box<str> => "text", Rc<str> => "text", Arc<str> => "text",
        serde_bytes::ByteBuf => "bytes", Vec<u8> => "[u8]",
    }
}

#[test]
fn containers_hold_their_elements() {
    known! {
        Vec<String> => "[text]", Box<[u8]> => "[u8]", VecDeque<u8> => "[u8]", LinkedList<bool> => "[bool]",
        HashSet<u64> => "[u64]", BTreeSet<String> => "[text]",
        HashMap<String, u8> => "map<text, u8>", BTreeMap<u64, (i8, char)> => "map<u64, (i8, char)>",
        Option<u8> => "option<u8>", Option<Option<()>> => "option<option<unit>>", Vec<Vec<Vec<u8>>> => "[[[u8]]]",
    }
}

#[test]
fn tuples_and_arrays_of_the_same_are_one_shape() {
    known! {
        (u8, u16) => "(u8, u16)", (u8,) => "(u8,)", (u8, u8) => "[u8; 2]", [u8; 2] => "[u8; 2]", [u8; 1] => "(u8,)",
        [u8; 0] => "()", [[u8; 4]; 2] => "[[u8; 4]; 2]", Pair => "(u8, text)", EmptyTuple => "()",
    }
}

#[test]
fn newtypes_boxes_and_names_of_types_are_not_seen() {
    #[derive(Deserialize)]
    struct Place {
        x: i32,
        y: i32,
    }
    known! { UserId => "u64", Box<Wrap<UserId>> => "{inner: u64}", Arc<Point> => "{x: i32, y: i32}" }
    assert_eq!(Shape::of::<Point>(), Shape::of::<Place>());
    assert_eq!(Shape::of::<Point>(), Shape::of::<Box<Place>>());
    assert_ne!(Shape::of::<Point>(), Shape::of::<Wrap<Point>>());
}

#[test]
fn fields_are_in_order() {
    known! { Point => "{x: i32, y: i32}", Empty => "{}", Wrap<Wrap<Option<u8>>> => "{inner: {inner: option<u8>}}" }
}

#[test]
fn variants_have_their_contents() {
    known! {
        Order => "<Paid | Credit(u64) | Move{x: i32, y: i32} | Swap(u8, u16) | Nothing() | Empty{} | Held(unit) \
                  | Point({x: i32, y: i32}) | Two([u8; 2])>",
        Never => "<>", One => "<Only>", Two => "<First | Second(option<<Only>>)>",
    }
}

#[test]
fn several_enums_are_found_in_one_value() {
    known! {
        (Two, Vec<Two>, HashMap<u8, Two>) =>
            "(<First | Second(option<<Only>>)>, [<First | Second(option<<Only>>)>], \
             map<u8, <First | Second(option<<Only>>)>>)",
    }
}

#[test]
fn a_generic_type_has_a_shape_for_each_argument() {
    known! { Wrap<u8> => "{inner: u8}", Wrap<u16> => "{inner: u16}", Wrap<Vec<Wrap<()>>> => "{inner: [{inner: unit}]}" }
}

#[test]
fn a_shape_can_be_copied_compared_and_shown() {
    let shape = Shape::of::<Point>();
    assert_eq!(shape.clone(), shape);
    assert_eq!(format!("{shape:?}"), "Shape({x: i32, y: i32})");
    assert_ne!(shape, Shape::of::<(i32, i32)>());
}

macro_rules! letters {
    ($name:ident: $($variant:ident)*) => {
        #[derive(Deserialize)]
        enum $name { $($variant),* }
        impl $name { fn text() -> String { format!("<{}>", [$(stringify!($variant)),*].join(" | ")) } }
    };
}

letters!(Three: A B C);
include!("kind/many.rs");

#[test]
fn three_hundred_variants_are_found() {
    assert_eq!(Shape::of::<Three>().to_string(), Three::text());
    assert_eq!(Shape::of::<Many>().to_string(), Many::text());
    assert!(Shape::of::<Many>().is_known());
}

#[test]
fn two_hundred_fields_are_found() {
    let shape = Shape::of::<Wide>();
    let fields: Vec<String> = (0..200).map(|field| format!("f{field}: u{}", 8 << (field % 4))).collect();
    assert_eq!(shape.to_string(), format!("{{{}}}", fields.join(", ")));
    assert!(shape.is_known());
}
