//! Recursive types refer back to themselves.
// For a type that nests more deeply than the compiler takes by itself.
#![expect(dead_code, reason = "only the shapes of these types count")]

use std::collections::{BTreeMap, HashMap};

use rediscache::Shape;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
struct List {
    value: u32,
    next: Option<Box<List>>,
}

#[derive(Deserialize)]
struct Folder {
    name: String,
    folders: Vec<Folder>,
    by_name: HashMap<String, Folder>,
    parent: Option<Box<Folder>>,
}

#[derive(Deserialize)]
struct Newtype(Vec<Newtype>);

#[derive(Deserialize)]
struct Mapped(BTreeMap<String, Mapped>);

#[derive(Deserialize)]
#[serde(transparent)]
struct Transparent {
    inner: Option<Box<Transparent>>,
}

#[derive(Deserialize)]
enum Tree {
    Node(Box<Tree>, Box<Tree>),
    Leaf(u8),
}

#[derive(Deserialize)]
enum Expression {
    Sum(Box<Expression>, Box<Expression>),
    Product { left: Box<Expression>, right: Box<Expression> },
    Call(String, Vec<Expression>),
    Let(Vec<Statement>, Box<Expression>),
    Not(Box<Expression>),
    If([Box<Expression>; 3]),
    Number(f64),
    Unit,
}

#[derive(Deserialize)]
enum Statement {
    Bind { name: String, to: Expression },
    Block(Vec<Statement>),
    Run(Expression),
}

#[derive(Deserialize)]
enum Hard {
    Either(Box<Left>),
    Or(Box<Right>),
}

#[derive(Deserialize)]
enum Left {
    Back(Box<Hard>),
}

#[derive(Deserialize)]
enum Right {
    Back(Box<Hard>),
    End,
}

#[derive(Deserialize)]
struct Ping {
    pong: Option<Box<Pong>>,
    a: u8,
}

#[derive(Deserialize)]
struct Pong {
    ping: Vec<Ping>,
    b: u16,
}

/// The same values as `Twin`, which is the same as itself two steps further in.
#[derive(Deserialize)]
struct Single {
    next: Option<Box<Single>>,
}

#[derive(Deserialize)]
struct Twin {
    next: Option<Box<OtherTwin>>,
}

#[derive(Deserialize)]
struct OtherTwin {
    next: Option<Box<Twin>>,
}

/// Is in two places where its recursion begins elsewhere.
#[derive(Deserialize)]
struct Diamond {
    left: Option<Box<Pong>>,
    right: Vec<Ping>,
    again: Option<Box<Diamond>>,
}

#[derive(Deserialize)]
struct Generic<T> {
    value: T,
    rest: Option<Box<Generic<T>>>,
}

struct ByHand(Vec<ByHand>);

impl<'de> Deserialize<'de> for ByHand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self)
    }
}

/// Has no value that ends.
#[derive(Deserialize)]
struct Endless {
    inner: Box<Endless>,
    other: u8,
}

#[derive(Deserialize)]
struct EndlessNewtype(Box<EndlessNewtype>);

#[derive(Deserialize)]
enum EndlessEnum {
    Only(Box<EndlessEnum>),
}

#[test]
fn a_struct_refers_to_itself() {
    known! {
        List => "#1={value: u32, next: option<#1>}",
        Folder => "#1={name: text, folders: [#1], by_name: map<text, #1>, parent: option<#1>}",
        Generic<u8> => "#1={value: u8, rest: option<#1>}",
        Generic<Generic<u8>> =>
            "#1={value: #2={value: u8, rest: option<#2>}, rest: option<#1>}",
        Generic<List> => "#1={value: #2={value: u32, next: option<#2>}, rest: option<#1>}",
    }
}

#[test]
fn a_newtype_refers_to_what_it_holds() {
    known! {
        Newtype => "#1=[#1]", Mapped => "#1=map<text, #1>", Transparent => "#1=option<#1>", ByHand => "#1=[#1]",
        (u8, Newtype) => "(u8, #1=[#1])", Vec<Newtype> => "#1=[#1]",
    }
}

#[test]
fn an_enum_refers_to_itself() {
    known! {
        Tree => "#1=<Node(#1, #1) | Leaf(u8)>",
        Vec<Tree> => "[#1=<Node(#1, #1) | Leaf(u8)>]",
        Expression =>
            "#1=<Sum(#1, #1) | Product{left: #1, right: #1} | Call(text, [#1]) \
             | Let(#2=[<Bind{name: text, to: #1} | Block(#2) | Run(#1)>], #1) | Not(#1) | If([#1; 3]) \
             | Number(f64) | Unit>",
    }
}

#[test]
fn types_refer_to_each_other() {
    known! {
        Ping => "#1={pong: option<{ping: [#1], b: u16}>, a: u8}",
        Pong => "#1={ping: [{pong: option<#1>, a: u8}], b: u16}",
        Hard => "#1=<Either(<Back(#1)>) | Or(<Back(#1) | End>)>",
        Diamond =>
            "#1={left: #2=option<{ping: [{pong: #2, a: u8}], b: u16}>, \
             right: #3=[{pong: option<{ping: #3, b: u16}>, a: u8}], again: option<#1>}",
    }
}

#[test]
fn equal_values_have_one_shape_however_their_types_are_cut() {
    assert_eq!(Shape::of::<Single>(), Shape::of::<Twin>());
    assert_eq!(Shape::of::<Option<Box<Single>>>(), Shape::of::<Option<Box<OtherTwin>>>());
    known! { Twin => "#1={next: option<#1>}", Vec<Vec<Newtype>> => "#1=[#1]" }
}

#[test]
fn a_type_without_an_end_is_not_known() {
    for (shape, text) in [
        (Shape::of::<Endless>(), "#1={inner: #1?, other: u8}"),
        (Shape::of::<EndlessNewtype>(), "?"),
        (Shape::of::<EndlessEnum>(), "#1=<Only(#1?)>"),
    ] {
        assert_eq!(shape.to_string(), text);
        assert!(!shape.is_known());
    }
}

#[test]
fn types_of_one_path_are_told_apart() {
    let shape = {
        #[derive(Deserialize)]
        struct Same {
            a: u8,
            b: Option<u8>,
        }
        type First = Same;
        {
            #[derive(Deserialize)]
            struct Same {
                a: First,
                b: Option<Box<First>>,
            }
            Shape::of::<Same>()
        }
    };
    assert_eq!(shape.to_string(), "{a: {a: u8, b: option<u8>}, b: option<{a: u8, b: option<u8>}>}");
}

mod deep {
    use super::Deserialize;

    #[derive(Deserialize)]
    pub(crate) struct Wrap<T> {
        pub(crate) inner: T,
    }
    pub(crate) type Wrap4<T> = Wrap<Wrap<Wrap<Wrap<T>>>>;
    pub(crate) type Wrap16<T> = Wrap4<Wrap4<Wrap4<Wrap4<T>>>>;
    pub(crate) type Wrap64<T> = Wrap16<Wrap16<Wrap16<Wrap16<T>>>>;
}

#[test]
fn types_that_nest_deeply_are_found_to_a_limit() {
    let shape = Shape::of::<deep::Wrap64<u8>>();
    assert!(shape.is_known());
    assert_eq!(shape.to_string(), format!("{}u8{}", "{inner: ".repeat(64), "}".repeat(64)));
    let shape = Shape::of::<deep::Wrap64<deep::Wrap64<deep::Wrap16<u8>>>>();
    assert!(!shape.is_known());
    assert!(shape.to_string().starts_with("{inner: {inner: "));
}
