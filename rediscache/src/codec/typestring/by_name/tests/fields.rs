//! Structs: fields by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{reads, reads_less, refuses};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Old {
    user: u64,
    level: u8,
    name: String,
    tags: Vec<String>,
}

fn old() -> Old {
    Old { user: 7, level: 3, name: "Anna".to_owned(), tags: vec!["a".to_owned(), "b".to_owned()] }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Node {
    id: u8,
    next: Option<Box<Node>>,
}

#[test]
fn fields_may_stand_in_another_order() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct New {
        tags: Vec<String>,
        level: u8,
        user: u64,
        name: String,
    }
    let Old { user, level, name, tags } = old();
    reads(&old(), &New { tags, level, user, name });
}

#[test]
fn two_fields_of_one_kind_are_never_swapped() {
    #[derive(Serialize, Deserialize)]
    struct Before {
        from: u8,
        to: u8,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct After {
        to: u8,
        from: u8,
    }
    reads(&Before { from: 1, to: 2 }, &After { to: 2, from: 1 });
}

#[test]
fn a_field_that_is_new_is_its_default_or_none() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct New {
        team: Option<String>,
        user: u64,
        #[serde(default)]
        score: i32,
        #[serde(default = "one")]
        factor: u8,
        level: u8,
        name: String,
        tags: Vec<String>,
    }
    fn one() -> u8 {
        1
    }
    let Old { user, level, name, tags } = old();
    reads(&old(), &New { team: None, user, score: 0, factor: 1, level, name, tags });
}

#[test]
fn a_field_that_is_missing_is_told_by_its_name() {
    #[derive(Debug, Deserialize)]
    struct New {
        #[expect(dead_code, reason = "it is only read")]
        score: u8,
    }
    #[derive(Debug, Deserialize)]
    struct Outer {
        #[expect(dead_code, reason = "it is only read")]
        profile: New,
    }
    #[derive(Serialize, Deserialize)]
    struct OldOuter {
        profile: Old,
    }
    refuses::<Old, New>(&old(), "`score` is missing", "`score` is missing");
    let told = "at `profile`: `score` is missing";
    refuses::<OldOuter, Outer>(&OldOuter { profile: old() }, told, told);
}

#[test]
fn a_field_that_is_gone_is_left_out_whatever_it_holds() {
    #[derive(Serialize, Deserialize)]
    struct Before {
        first: Node,
        second: (u8, [i32; 3]),
        third: BTreeMap<String, Option<Old>>,
        fourth: Result<char, f64>,
        last: u16,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct After {
        last: u16,
    }
    let first = Node { id: 1, next: Some(Box::new(Node { id: 2, next: None })) };
    let third = BTreeMap::from([("a".to_owned(), None), ("b".to_owned(), Some(old()))]);
    let before = Before { first, second: (1, [-1, 0, 70_000]), third, fourth: Ok('ß'), last: 300 };
    reads_less(&before, &After { last: 300 });
    reads_less(&vec![old(), old()], &vec![Only { name: "Anna".to_owned() }, Only { name: "Anna".to_owned() }]);
}

#[derive(Debug, PartialEq, Deserialize)]
struct Only {
    name: String,
}

#[test]
fn names_may_be_aliases_or_renamed() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct New {
        #[serde(alias = "user")]
        id: u64,
        #[serde(rename = "level")]
        rank: u8,
        name: String,
        #[serde(alias = "labels")]
        tags: Vec<String>,
    }
    let Old { user, level, name, tags } = old();
    reads(&old(), &New { id: user, rank: level, name, tags });
}

#[test]
fn a_field_that_goes_by_two_stored_names_is_refused() {
    #[derive(Debug, Deserialize)]
    struct New {
        #[expect(dead_code, reason = "it is only read")]
        #[serde(alias = "level")]
        user: u64,
    }
    refuses::<Old, New>(&old(), "`user` is there twice", "`user` is there twice");
}

#[test]
fn a_type_may_deny_fields_that_it_does_not_know() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is only read")]
    struct New {
        user: u64,
        name: String,
        tags: Vec<String>,
    }
    let data = "it has a field that is not known";
    refuses::<Old, New>(&old(), "the field `level` is not known", data);
}

#[test]
fn a_struct_is_a_map_with_text_for_keys_and_the_other_way() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Point {
        x: i32,
        y: i32,
    }
    let map = BTreeMap::from([("x".to_owned(), -1), ("y".to_owned(), 2)]);
    reads(&Point { x: -1, y: 2 }, &map);
    reads(&map, &Point { x: -1, y: 2 });
    let surplus = BTreeMap::from([("x".to_owned(), -1), ("secret".to_owned(), 5), ("y".to_owned(), 2)]);
    reads_less(&surplus, &Point { x: -1, y: 2 });
}

#[test]
fn types_that_hold_themselves_change_at_every_level() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct New {
        next: Option<Box<New>>,
        #[serde(default)]
        weight: f32,
        id: u64,
    }
    let mut old = Node { id: 0, next: None };
    let mut new = New { next: None, weight: 0.0, id: 0 };
    for id in 1..30 {
        old = Node { id, next: Some(Box::new(old)) };
        new = New { next: Some(Box::new(new)), weight: 0.0, id: id.into() };
    }
    reads(&old, &new);
}

#[test]
fn newtypes_make_no_difference() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Id(u64);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Wrapped(Outer);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Outer {
        id: Id,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Plain {
        id: u64,
    }
    reads(&Wrapped(Outer { id: Id(5) }), &Plain { id: 5 });
    reads(&Plain { id: 5 }, &Wrapped(Outer { id: Id(5) }));
}

#[test]
fn a_struct_is_read_by_nothing_but_names() {
    let position = "stored as a struct, wanted as a tuple";
    refuses::<Old, (u64, u8, String, Vec<String>)>(&old(), position, "stored as a map, wanted as a tuple");
    let tuple = (7_u64, 3_u8, "Anna".to_owned(), vec!["a".to_owned()]);
    refuses::<_, Old>(&tuple, "stored as a tuple, wanted as a struct", "stored as a sequence, wanted as a struct");
}

#[test]
fn units_and_markers_take_no_place() {
    use std::marker::PhantomData;
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Marked<T> {
        before: u8,
        marker: PhantomData<T>,
        unit: (),
        after: u16,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct New {
        after: u16,
        unit: (),
        before: u8,
        marker: PhantomData<u8>,
    }
    let old = Marked::<u8> { before: 1, marker: PhantomData, unit: (), after: 2 };
    reads(&old, &New { after: 2, unit: (), before: 1, marker: PhantomData });
}
