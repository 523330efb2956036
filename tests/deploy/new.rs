//! The types of the program after it was changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::derived::derived;
use crate::program::Run;

derived! {
    struct Perms {
        user: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<u32>,
        is_admin: bool,
        roles: Vec<u8>,
    }
    struct Item { stock: u32, price: u32 }
    enum State { New, Review, Paid, Gone }
    struct Order { state: State }
    enum Role { User, Admin }
    struct Member { role: Role }
    struct Count { count: i64 }
    struct Offer { #[serde(default)] gift: bool, coupon: Option<u32> }
    enum Job { Debit(u32), Credit(u32) }
    struct Account { logins: u64 }
    struct Added { id: u64, #[serde(default)] points: u32 }
    struct Narrow { level: u16 }
    struct Renamed { #[serde(alias = "name")] full_name: String }
    struct Optional { team: Option<u32>, lead: u32 }
    struct Inner { title: String, level: u32, #[serde(default)] tags: Vec<String> }
    struct Outer { by_name: BTreeMap<String, Inner>, profile: Inner, history: Vec<Inner> }
    struct Node { next: Option<Box<Node>>, value: u64 }
    struct Listed { parts: (u16, u16) }
    struct Ab { b: u8, a: u8 }
    struct Keyed { map: Ab }
    struct Wrapped { id: Id }
    enum Event { Idle, Closed { why: String, by: u16, #[serde(default)] at: u64 }, Opened { by: u8 } }
    struct Letter { first: String }
    struct Plain { id: String }
    struct Strict { id: u8, more: u8 }
    enum Aliased { Open, #[serde(alias = "Done")] Finished }
    struct Stage { aliased: Aliased }
    #[serde(tag = "type")]
    enum Tagged { Square { side: u16 }, Circle { radius: u8 } }
    struct Whole { flag: u8 }
    enum Key { Low, Middle, High(u8) }
}

#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
struct Pair(u8, String, #[serde(default)] bool);

#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
struct Id(u64);

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Float {
    ratio: u32,
    share: f32,
}

fn inner(level: u32) -> Inner {
    Inner { level, title: "y".to_owned(), tags: Vec::new() }
}

pub(crate) async fn rows(run: &mut Run) {
    run.value("skipped", Perms { user: 8, team: Some(1), is_admin: true, roles: vec![] }).await;
    run.value("swapped", Item { price: 5, stock: 6 }).await;
    run.value("inserted", Order { state: State::Gone }).await;
    run.value("inserted_bare", State::Review).await;
    run.value("removed", Member { role: Role::Admin }).await;
    run.value("removed_gone", Member { role: Role::User }).await;
    run.value("signed", Count { count: 9 }).await;
    run.value("signed_large", Count { count: -1 }).await;
    run.value("before_option", Offer { gift: true, coupon: None }).await;
    run.value("variants_swapped", Job::Debit(7)).await;
    run.value("other_struct", Account { logins: 999 }).await;
    run.value("added", Added { id: 8, points: 3 }).await;
    run.value("widened", Narrow { level: 300 }).await;
    run.value("renamed", Renamed { full_name: "bob".to_owned() }).await;
    run.value("optional", Optional { team: Some(9), lead: 10 }).await;
    run.value("optional_none", Optional { team: None, lead: 10 }).await;
    let by_name = BTreeMap::from([("a".to_owned(), inner(300))]);
    run.value("nested", Outer { profile: inner(1), history: vec![inner(2)], by_name }).await;
    run.value("recursive", Node { value: 3, next: Some(Box::new(Node { value: 4, next: None })) }).await;
    run.value("longer_tuple", Pair(1, "y".to_owned(), true)).await;
    run.value("list_to_tuple", Listed { parts: (3, 4) }).await;
    run.value("map_to_struct", Keyed { map: Ab { a: 1, b: 2 } }).await;
    run.value("to_newtype", Wrapped { id: Id(8) }).await;
    run.value("variant_content", Event::Closed { by: 2, why: "soon".to_owned(), at: 1 }).await;
    run.value("variant_unit", Event::Idle).await;
    run.value("char_to_text", Letter { first: "ab".to_owned() }).await;
    run.value("to_text", Plain { id: "seven".to_owned() }).await;
    run.value("strict", Strict { id: 8, more: 9 }).await;
    run.value("aliased", Stage { aliased: Aliased::Finished }).await;
    run.value("tagged", Tagged::Circle { radius: 4 }).await;
    run.value("exact", Float { ratio: 3, share: 0.25 }).await;
    run.value("scalar_to_option", Some(8_u32)).await;
    run.value("scalar_to_text", "eight".to_owned()).await;
    run.value("flag", Whole { flag: 1 }).await;
    run.value("json", serde_json::json!({"id": 8})).await;
    run.key("key_widened", (7_i64, 8_u32)).await;
    run.key("key_inserted", (Key::High(3), 1_u8)).await;
    run.key("key_bare", Key::Low).await;
}
