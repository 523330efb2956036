//! What errors say, and what they never say.

use std::collections::BTreeMap;

use serde::de::{Error, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

use super::{by_description, by_position, refuses};

#[derive(Debug, Serialize, Deserialize)]
struct Profile {
    level: u8,
}

#[derive(Debug, Serialize, Deserialize)]
struct User {
    profile: Profile,
}

#[test]
fn a_path_leads_to_the_part() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct NewProfile {
        level: String,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct New {
        profile: NewProfile,
    }
    let user = User { profile: Profile { level: 1 } };
    let (position, description) = (
        "at `profile.level`: stored as u8, wanted as text",
        "at `profile.level`: stored as an integer, wanted as text",
    );
    refuses::<_, New>(&user, position, description);
    refuses::<_, String>(&user, "stored as a struct, wanted as text", "stored as a map, wanted as text");
}

#[test]
fn a_long_path_is_cut_in_the_middle() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Node {
        id: u16,
        next: Option<Box<Node>>,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct New {
        id: u8,
        next: Option<Box<New>>,
    }
    let mut node = Node { id: 300, next: None };
    for _ in 0..50 {
        node = Node { id: 1, next: Some(Box::new(node)) };
    }
    let told = format!("at `{}…{}.id`: it does not fit u8", ["next"; 16].join("."), ".next".repeat(15));
    refuses::<_, New>(&node, &told, &told);
}

#[test]
fn what_a_type_says_itself_is_not_told() {
    #[derive(Debug)]
    struct Picky;
    impl<'de> Deserialize<'de> for Picky {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            Err(D::Error::custom(format!("`{text}` will not do")))
        }
    }
    let told = "at `[0]`: refused by the type's own `Deserialize`";
    refuses::<_, Vec<Picky>>(&vec!["secret".to_owned()], told, told);
}

#[test]
fn no_error_quotes_what_is_stored() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {}
    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
    enum Empty {}
    #[derive(Debug, Deserialize)]
    #[serde(tag = "secret")]
    enum Tagged {}
    let map = BTreeMap::from([("secret".to_owned(), "secret".to_owned())]);
    let text = "secret".to_owned();
    let errors = [
        told::<_, Strict>(&map),
        told::<_, Empty>(&map),
        told::<_, Tagged>(&map),
        told::<_, BTreeMap<String, Empty>>(&map),
        told::<_, BTreeMap<String, u8>>(&map),
        told::<_, BTreeMap<Empty, String>>(&map),
        told::<_, BTreeMap<char, String>>(&map),
        told::<_, Empty>(&text),
        told::<_, std::net::IpAddr>(&text),
        told::<_, std::num::NonZeroU8>(&text),
    ];
    for error in errors.into_iter().flatten() {
        assert!(!error.contains("secret"), "{error}");
    }
}

/// What both forms are refused for.
fn told<Old, New>(old: &Old) -> [String; 2]
where
    Old: Serialize + serde::de::DeserializeOwned + 'static,
    New: serde::de::DeserializeOwned + 'static,
{
    [by_position::<Old, New>(old), by_description::<Old, New>(old)].map(|read| match read {
        Ok(_) => panic!("it was read"),
        Err(error) => error,
    })
}

#[test]
fn an_invalid_number_is_not_told() {
    use std::num::NonZeroU8;
    let error = by_position::<_, NonZeroU8>(&0_u64).expect_err("zero is refused");
    assert_eq!(error, "it does not fit a nonzero u8");
}

#[test]
fn names_are_shown_on_one_line_and_in_part() {
    use super::super::misread::{Misread, Segment};
    let name = format!("a\n`{}", "x".repeat(100));
    let error = Misread::custom("dropped").within(Segment::Name(name)).to_string();
    assert_eq!(error, format!("at `a\\n`{}…`: refused by the type's own `Deserialize`", "x".repeat(61)));
    let text: Result<u8, Misread> = u8::deserialize("text".into_deserializer());
    assert_eq!(text.expect_err("it is no number").to_string(), "stored as text, wanted as u8");
}
