//! Enums: variants by name.

use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};

use super::{by_position, reads, reads_less, refuses};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum State {
    Open,
    Paid(u32),
    Sent(u8, String),
    Done { at: u64, by: Option<String> },
}

fn states() -> [State; 4] {
    [State::Open, State::Paid(5), State::Sent(1, "DHL".to_owned()), State::Done { at: 9, by: Some("Anna".to_owned()) }]
}

#[test]
fn variants_may_stand_elsewhere_and_change_what_they_hold() {
    #[derive(Debug, PartialEq, Deserialize)]
    enum New {
        Done {
            by: Option<String>,
            #[serde(default)]
            note: String,
            at: i64,
        },
        Refused,
        Sent(u16, String),
        Open,
        Paid(u64),
    }
    let [open, paid, sent, done] = states();
    reads(&open, &New::Open);
    reads(&paid, &New::Paid(5));
    reads(&sent, &New::Sent(1, "DHL".to_owned()));
    reads(&done, &New::Done { by: Some("Anna".to_owned()), note: String::new(), at: 9 });
}

#[test]
fn a_variant_that_is_gone_is_told_by_its_name() {
    #[derive(Debug, Serialize, Deserialize)]
    enum New {
        Open,
    }
    #[derive(Serialize, Deserialize)]
    struct OldOrder {
        state: State,
    }
    #[derive(Debug, Deserialize)]
    struct NewOrder {
        #[expect(dead_code, reason = "it is only read")]
        state: New,
    }
    refuses::<_, New>(&State::Paid(5), "the variant `Paid` is not known", "it is a variant that is not known");
    let (position, data) =
        ("at `state`: the variant `Paid` is not known", "at `state`: it is a variant that is not known");
    refuses::<_, NewOrder>(&OldOrder { state: State::Paid(5) }, position, data);
}

#[test]
fn variants_may_be_aliases_or_renamed() {
    #[derive(Debug, PartialEq, Deserialize)]
    enum New {
        #[serde(alias = "Open", alias = "Opened")]
        Fresh,
        #[serde(rename = "Paid")]
        Settled(u32),
    }
    let [open, paid, ..] = states();
    reads(&open, &New::Fresh);
    reads(&paid, &New::Settled(5));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Aliased {
    #[serde(alias = "Cancelled", alias = "Dropped")]
    Canceled(u8),
    Kept,
}

#[test]
fn a_variant_of_several_names_is_read_by_the_only_one_that_is_wanted() {
    #[derive(Debug, PartialEq, Deserialize)]
    enum New {
        Kept,
        Dropped(u16),
    }
    #[derive(Debug, PartialEq, Deserialize)]
    enum Both {
        Cancelled(u16),
        Dropped(u16),
    }
    #[derive(Debug, PartialEq, Deserialize)]
    enum Neither {
        Kept,
    }
    assert_eq!(by_position(&Aliased::Canceled(3)), Ok((New::Dropped(3), false)));
    assert_eq!(by_position(&Aliased::Kept), Ok((New::Kept, false)));
    // The wanted type says itself that both are one.
    assert_eq!(by_position(&(Aliased::Canceled(3), 1_u8)), Ok(((Aliased::Canceled(3), 1_u16), false)));
    let ambiguous = "the variant has several names, and which of them is meant cannot be told";
    assert_eq!(by_position::<_, Both>(&Aliased::Canceled(3)), Err(ambiguous.to_owned()));
    let error = by_position::<_, Neither>(&Aliased::Canceled(3)).expect_err("no name of it is known");
    assert!(error.starts_with("the variant `") && error.ends_with("` is not known"), "{error}");
}

#[test]
fn a_unit_variant_is_text_and_the_other_way() {
    reads(&State::Open, &"Open".to_owned());
    reads(&"Open".to_owned(), &State::Open);
    let text = "it is a variant that is not known";
    refuses::<_, State>(&"secret".to_owned(), text, text);
    let told = "at `Paid`: stored as nothing, wanted as u32";
    refuses::<_, State>(&"Paid".to_owned(), told, told);
}

#[test]
fn a_variant_holds_what_it_held() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    enum New {
        Open(u8),
        Paid,
        Sent { count: u8 },
        Done(u8, u8),
    }
    let [open, paid, sent, done] = states();
    let told = "at `Open`: stored as nothing, wanted as u8";
    refuses::<_, New>(&open, told, told);
    refuses::<_, New>(
        &paid,
        "at `Paid`: stored as u32, wanted as unit",
        "at `Paid`: stored as an integer, wanted as unit",
    );
    let (position, data) =
        ("at `Sent`: stored as a tuple, wanted as a struct", "at `Sent`: stored as a sequence, wanted as a struct");
    refuses::<_, New>(&sent, position, data);
    let (position, data) =
        ("at `Done`: stored as a struct, wanted as a tuple", "at `Done`: stored as a map, wanted as a tuple");
    refuses::<_, New>(&done, position, data);
    refuses::<_, String>(&paid, "stored as the variant `Paid`, wanted as text", "stored as a map, wanted as text");
}

#[test]
fn what_a_variant_holds_may_become_a_type_of_its_own() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Done {
        by: Option<String>,
        at: u64,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum New {
        Open(()),
        Sent((u8, String)),
        Done(Done),
    }
    let [open, _, sent, done] = states();
    let new_done = New::Done(Done { by: Some("Anna".to_owned()), at: 9 });
    reads(&open, &New::Open(()));
    reads(&sent, &New::Sent((1, "DHL".to_owned())));
    reads(&done, &new_done);
    reads(&new_done, &done);
    reads(&New::Open(()), &open);
}

#[test]
fn fields_of_a_variant_may_go() {
    #[derive(Debug, PartialEq, Deserialize)]
    enum New {
        Done { at: u64 },
    }
    let [.., done] = states();
    reads_less(&done, &New::Done { at: 9 });
}

#[test]
fn an_enum_in_a_struct_in_an_enum_changes() {
    #[derive(Serialize, Deserialize)]
    enum Old {
        Nothing,
        Order { states: Vec<State>, id: u8 },
    }
    #[derive(Debug, PartialEq, Deserialize)]
    enum NewState {
        Paid(u64),
        Open,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    enum New {
        Order { id: u16, states: Vec<NewState> },
    }
    let old = Old::Order { states: vec![State::Open, State::Paid(1)], id: 4 };
    reads(&old, &New::Order { id: 4, states: vec![NewState::Open, NewState::Paid(1)] });
    let old = Old::Order { states: vec![State::Open, State::Sent(1, String::new())], id: 4 };
    let (position, data) = (
        "at `Order.states[1]`: the variant `Sent` is not known",
        "at `Order.states[1]`: it is a variant that is not known",
    );
    refuses::<_, New>(&old, position, data);
    refuses::<_, New>(&Old::Nothing, "the variant `Nothing` is not known", "it is a variant that is not known");
}

#[test]
fn serdes_own_enums_are_read() {
    #[derive(Serialize, Deserialize)]
    struct Old {
        address: IpAddr,
        result: Result<u8, String>,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct New {
        result: Result<u64, String>,
        address: IpAddr,
    }
    let address = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7));
    reads(&Old { address, result: Ok(7) }, &New { result: Ok(7), address });
    let address = IpAddr::V6([0xfe; 16].into());
    reads(&Old { address, result: Err("no".to_owned()) }, &New { result: Err("no".to_owned()), address });
}

#[test]
fn an_enum_is_no_map_by_position() {
    let map = std::collections::BTreeMap::from([("Paid".to_owned(), 5_u32)]);
    assert_eq!(by_position::<_, State>(&map), Err("stored as a map, wanted as an enum".to_owned()));
    assert_eq!(by_position::<_, State>(&5_u8), Err("stored as u8, wanted as an enum".to_owned()));
}
