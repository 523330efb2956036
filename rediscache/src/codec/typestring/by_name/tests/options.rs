//! Options: what may be missing, and what may not.

use serde::{Deserialize, Serialize};

use super::{by_description, by_position, reads, refuses};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Maybe {
    a: Option<u8>,
    b: Option<String>,
    c: Option<Vec<Option<u8>>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Surely {
    c: Vec<u16>,
    b: String,
    a: u64,
}

#[test]
fn anything_may_become_an_option() {
    let maybe = Maybe { a: Some(1), b: Some("b".to_owned()), c: Some(vec![Some(3)]) };
    reads(&Surely { c: vec![3], b: "b".to_owned(), a: 1 }, &maybe);
    reads(&5_u8, &Some(Some(5_u64)));
    reads(&vec![1_u8], &Some(vec![Some(1_u8)]));
}

#[test]
fn what_is_in_an_option_may_leave_it() {
    let maybe = Maybe { a: Some(1), b: Some("b".to_owned()), c: Some(vec![Some(3)]) };
    reads(&maybe, &Surely { c: vec![3], b: "b".to_owned(), a: 1 });
    reads(&Some(Some(Some(true))), &true);
    reads(&Some(Some('x')), &Some("x".to_owned()));
    reads(&Some((1_u8, 2_u8)), &[1_u8, 2]);
    reads(&Some(Ok::<u8, u8>(1)), &Ok::<u16, u16>(1));
    reads(&Some(0.5_f32), &0.5_f64);
}

#[test]
fn nothing_is_not_made_up() {
    let none = Maybe { a: Some(1), b: Some(String::new()), c: Some(vec![Some(1), None]) };
    let told = "at `c[1]`: stored as nothing, wanted as u16";
    refuses::<_, Surely>(&none, told, told);
    refuses::<_, u8>(&None::<u8>, "stored as nothing, wanted as u8", "stored as nothing, wanted as u8");
    refuses::<_, String>(&Some(None::<u8>), "stored as nothing, wanted as text", "stored as nothing, wanted as text");
    refuses::<_, Vec<u8>>(
        &None::<Vec<u8>>,
        "stored as nothing, wanted as a sequence",
        "stored as nothing, wanted as a sequence",
    );
}

#[test]
fn options_in_options_are_told_apart() {
    type Nested = Option<Option<Option<u8>>>;
    for value in [None, Some(None), Some(Some(None)), Some(Some(Some(1)))] {
        reads(&value, &value);
    }
    assert_eq!(by_position::<Nested, Option<u8>>(&Some(Some(None))), Err(NOTHING.to_owned()));
    assert_eq!(by_position::<Nested, Option<u8>>(&None), Ok((None, false)));
    assert_eq!(by_position::<Option<u8>, Nested>(&Some(1)), Ok((Some(Some(Some(1))), false)));
}

const NOTHING: &str = "stored as nothing, wanted as u8";

#[test]
fn unit_is_no_option() {
    assert_eq!(by_position(&()), Ok((Some(()), false)));
    assert_eq!(by_description(&()), Ok((None::<()>, false)));
    reads(&Some(()), &Some(()));
    assert_eq!(by_position::<_, ()>(&None::<u8>), Err("stored as nothing, wanted as unit".to_owned()));
    reads(&(), &());
}
