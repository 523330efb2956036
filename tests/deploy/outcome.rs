//! What each program reads of the other's values.

/// A row, what the new program reads of the old one's value, and what the old one reads of the new one's.
const OUTCOMES: &[(&str, &str, &str)] = &[
    (
        "skipped",
        r#"Perms { user: 7, team: None, is_admin: false, roles: [0] }"#,
        r#"Perms { user: 8, team: Some(1), is_admin: true, roles: [] }"#,
    ),
    ("swapped", r#"Item { stock: 3, price: 1999 }"#, r#"Item { price: 5, stock: 6 }"#),
    ("inserted", r#"Order { state: Paid }"#, r#"Order { state: Gone }"#),
    ("inserted_bare", r#"Paid"#, r#"ERROR it is text (`s|`) that names no variant of the enum"#),
    ("removed", r#"Member { role: User }"#, r#"Member { role: Admin }"#),
    ("removed_gone", r#"ERROR at `role`: the variant `Guest` is not known"#, r#"Member { role: User }"#),
    ("signed", r#"Count { count: 8 }"#, r#"Count { count: 9 }"#),
    ("signed_large", r#"Count { count: 4294967295 }"#, r#"ERROR at `count`: it does not fit u32"#),
    ("before_option", r#"Offer { gift: false, coupon: Some(0) }"#, r#"Offer { coupon: None }"#),
    ("variants_swapped", r#"Credit(500)"#, r#"Debit(7)"#),
    ("other_struct", r#"ERROR `logins` is missing"#, r#"ERROR `balance` is missing"#),
    ("added", r#"Added { id: 7, points: 0 }"#, r#"Added { id: 8 }"#),
    ("widened", r#"Narrow { level: 250 }"#, r#"ERROR at `level`: it does not fit u8"#),
    ("renamed", r#"Renamed { full_name: "ada" }"#, r#"ERROR `name` is missing"#),
    ("optional", r#"Optional { team: Some(7), lead: 8 }"#, r#"Optional { team: 9, lead: Some(10) }"#),
    (
        "optional_none",
        r#"ERROR at `lead`: stored as nothing, wanted as u32"#,
        r#"ERROR at `team`: stored as nothing, wanted as u32"#,
    ),
    (
        "nested",
        r#"Outer { by_name: {"a": Inner { title: "x", level: 3, tags: [] }}, profile: Inner { title: "x", level: 1, tags: [] }, history: [Inner { title: "x", level: 2, tags: [] }] }"#,
        r#"ERROR at `by_name[…].level`: it does not fit u8"#,
    ),
    (
        "recursive",
        r#"Node { next: Some(Node { next: None, value: 2 }), value: 1 }"#,
        r#"Node { value: 3, next: Some(Node { value: 4, next: None }) }"#,
    ),
    ("longer_tuple", r#"Pair(1, "x", false)"#, r#"ERROR it has more elements than are wanted"#),
    ("list_to_tuple", r#"Listed { parts: (1, 2) }"#, r#"Listed { parts: [3, 4] }"#),
    ("map_to_struct", r#"Keyed { map: Ab { b: 2, a: 1 } }"#, r#"Keyed { map: {"a": 1, "b": 2} }"#),
    ("to_newtype", r#"Wrapped { id: Id(7) }"#, r#"Wrapped { id: 8 }"#),
    ("variant_content", r#"Closed { why: "late", by: 1, at: 0 }"#, r#"Closed { by: 2, why: "soon" }"#),
    ("variant_unit", r#"Idle"#, r#"Idle"#),
    ("char_to_text", r#"Letter { first: "ß" }"#, r#"ERROR at `first`: it does not fit char"#),
    ("to_text", r#"ERROR at `id`: stored as u8, wanted as text"#, r#"ERROR at `id`: stored as text, wanted as u8"#),
    ("strict", r#"ERROR `more` is missing"#, r#"ERROR the field `more` is not known"#),
    ("aliased", r#"Stage { aliased: Finished }"#, r#"ERROR at `aliased`: it is a variant that is not known"#),
    ("tagged", r#"Square { side: 3 }"#, r#"Circle { radius: 4 }"#),
    ("exact", r#"Float { ratio: 2, share: 0.5 }"#, r#"Float { ratio: 3.0, share: 0.25 }"#),
    ("scalar_to_option", r#"Some(7)"#, r#"8"#),
    ("scalar_to_text", r#"ERROR it is an integer (`i|`), not text"#, r#"ERROR it is text (`s|`), not an integer"#),
    ("flag", r#"ERROR at `flag`: stored as bool, wanted as u8"#, r#"ERROR at `flag`: stored as u8, wanted as bool"#),
    (
        "json",
        r#"Object {"id": Number(7), "list": Array [Number(1), String("a"), Null]}"#,
        r#"Object {"id": Number(8)}"#,
    ),
    ("key_widened", r#"found (7, 8)"#, r#"found (7, 8)"#),
    ("key_inserted", r#"found (High(3), 1)"#, r#"found (High(3), 1)"#),
    ("key_bare", r#"found Low"#, r#"found Low"#),
];

pub(crate) fn check_new<'a>(read: impl Iterator<Item = (&'a str, &'a str)>) {
    check(read, |row| row.1);
}

pub(crate) fn check_old<'a>(read: impl Iterator<Item = (&'a str, &'a str)>) {
    check(read, |row| row.2);
}

fn check<'a>(
    read: impl Iterator<Item = (&'a str, &'a str)>,
    expected: impl Fn(&(&str, &'static str, &'static str)) -> &'static str,
) {
    let read: Vec<_> = read.collect();
    let wanted: Vec<_> = OUTCOMES.iter().map(|row| (row.0, expected(row))).collect();
    for (wanted, read) in wanted.iter().zip(&read) {
        assert_eq!(wanted, read);
    }
    assert_eq!(read.len(), wanted.len(), "{read:#?}");
}
