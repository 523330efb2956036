//! Types of every shape that serde knows.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::{Just, Strategy, any};
use proptest::{option, prop_oneof};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Id(pub(crate) u64);

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Name(pub(crate) String);

/// A newtype of a newtype.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct UserId(pub(crate) Id);

/// A newtype of something composite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Names(pub(crate) Vec<Name>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Nothing;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Empty {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Colour {
    Red,
    Green,
    Blue,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Event {
    Started,
    Moved(i64),
    Drawn(Colour, Option<char>),
    Said { by: UserId, text: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Date {
    pub(crate) year: i32,
    pub(crate) month: u8,
    pub(crate) day: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) id: UserId,
    pub(crate) names: Names,
    pub(crate) born: Option<Date>,
    pub(crate) score: f64,
    pub(crate) flags: (bool, i8, u128, i128),
    pub(crate) log: Vec<Event>,
    pub(crate) tags: BTreeMap<String, Option<Colour>>,
    pub(crate) nothing: Nothing,
}

/// A value that may hold itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Tree {
    Leaf(u8),
    Branch(Vec<Tree>),
}

pub(crate) fn id() -> impl Strategy<Value = Id> {
    any::<u64>().prop_map(Id)
}

pub(crate) fn colour() -> impl Strategy<Value = Colour> {
    prop_oneof![Just(Colour::Red), Just(Colour::Green), Just(Colour::Blue)]
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Started),
        any::<i64>().prop_map(Event::Moved),
        (colour(), any::<Option<char>>()).prop_map(|(colour, at)| Event::Drawn(colour, at)),
        (id(), any::<String>()).prop_map(|(by, text)| Event::Said { by: UserId(by), text }),
    ]
}

pub(crate) fn profile() -> impl Strategy<Value = Profile> {
    let born = (any::<i32>(), any::<u8>(), any::<u8>()).prop_map(|(year, month, day)| Date { year, month, day });
    let names = vec(any::<String>().prop_map(Name), 0..4).prop_map(Names);
    let tags = btree_map(any::<String>(), option::of(colour()), 0..4);
    let parts =
        (id(), names, option::of(born), any::<f64>(), any::<(bool, i8, u128, i128)>(), vec(event(), 0..4), tags);
    parts.prop_map(|(id, names, born, score, flags, log, tags)| Profile {
        id: UserId(id),
        names,
        born,
        score,
        flags,
        log,
        tags,
        nothing: Nothing,
    })
}
