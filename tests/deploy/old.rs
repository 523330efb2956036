//! The types of the program before it was changed.

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
    struct Item { price: u32, stock: u32 }
    enum State { New, Paid, Gone }
    struct Order { state: State }
    enum Role { Guest, User, Admin }
    struct Member { role: Role }
    struct Count { count: u32 }
    struct Offer { coupon: Option<u32> }
    enum Job { Credit(u32), Debit(u32) }
    struct Account { balance: i64 }
    struct Added { id: u64 }
    struct Narrow { level: u8 }
    struct Renamed { name: String }
    struct Optional { team: u32, lead: Option<u32> }
    struct Inner { level: u8, title: String }
    struct Outer { profile: Inner, history: Vec<Inner>, by_name: BTreeMap<String, Inner> }
    struct Node { value: u8, next: Option<Box<Node>> }
    struct Listed { parts: Vec<u8> }
    struct Keyed { map: BTreeMap<String, u8> }
    struct Wrapped { id: u64 }
    enum Event { Opened { by: u8 }, Closed { by: u8, why: String }, Idle }
    struct Letter { first: char }
    struct Plain { id: u8 }
    #[serde(deny_unknown_fields)]
    struct Strict { id: u8 }
    enum Aliased { Done, Open }
    struct Stage { aliased: Aliased }
    #[serde(tag = "type")]
    enum Tagged { Circle { radius: u8 }, Square { side: u8 } }
    struct Whole { flag: bool }
    enum Key { Low, High(u8) }
}

#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
struct Pair(u8, String);

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Float {
    ratio: f64,
    share: f64,
}

fn inner(level: u8) -> Inner {
    Inner { level, title: "x".to_owned() }
}

pub(crate) async fn rows(run: &mut Run) {
    run.value("skipped", Perms { user: 7, team: None, is_admin: false, roles: vec![0] }).await;
    run.value("swapped", Item { price: 1999, stock: 3 }).await;
    run.value("inserted", Order { state: State::Paid }).await;
    run.value("inserted_bare", State::Paid).await;
    run.value("removed", Member { role: Role::User }).await;
    run.value("removed_gone", Member { role: Role::Guest }).await;
    run.value("signed", Count { count: 8 }).await;
    run.value("signed_large", Count { count: u32::MAX }).await;
    run.value("before_option", Offer { coupon: Some(0) }).await;
    run.value("variants_swapped", Job::Credit(500)).await;
    run.value("other_struct", Account { balance: -500 }).await;
    run.value("added", Added { id: 7 }).await;
    run.value("widened", Narrow { level: 250 }).await;
    run.value("renamed", Renamed { name: "ada".to_owned() }).await;
    run.value("optional", Optional { team: 7, lead: Some(8) }).await;
    run.value("optional_none", Optional { team: 7, lead: None }).await;
    let by_name = BTreeMap::from([("a".to_owned(), inner(3))]);
    run.value("nested", Outer { profile: inner(1), history: vec![inner(2)], by_name }).await;
    run.value("recursive", Node { value: 1, next: Some(Box::new(Node { value: 2, next: None })) }).await;
    run.value("longer_tuple", Pair(1, "x".to_owned())).await;
    run.value("list_to_tuple", Listed { parts: vec![1, 2] }).await;
    run.value("map_to_struct", Keyed { map: BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]) }).await;
    run.value("to_newtype", Wrapped { id: 7 }).await;
    run.value("variant_content", Event::Closed { by: 1, why: "late".to_owned() }).await;
    run.value("variant_unit", Event::Idle).await;
    run.value("char_to_text", Letter { first: 'ß' }).await;
    run.value("to_text", Plain { id: 7 }).await;
    run.value("strict", Strict { id: 7 }).await;
    run.value("aliased", Stage { aliased: Aliased::Done }).await;
    run.value("tagged", Tagged::Square { side: 3 }).await;
    run.value("exact", Float { ratio: 2.0, share: 0.5 }).await;
    run.value("scalar_to_option", 7_u32).await;
    run.value("scalar_to_text", 7_u32).await;
    run.value("flag", Whole { flag: true }).await;
    run.value("json", serde_json::json!({"id": 7, "list": [1, "a", null]})).await;
    run.key("key_widened", (7_u64, 8_u32)).await;
    run.key("key_inserted", (Key::High(3), 1_u8)).await;
    run.key("key_bare", Key::Low).await;
}
