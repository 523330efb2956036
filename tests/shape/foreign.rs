//! Types of the standard library and of other crates.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::{NonZeroI8, NonZeroU32, NonZeroU128, Wrapping};
use std::ops::{Bound, Range, RangeInclusive};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rediscache::Shape;
use serde::Deserialize;

#[test]
fn the_standard_library_is_known() {
    shapes! {
        true NonZeroU32 => "u32", true NonZeroI8 => "i8", true NonZeroU128 => "u128", true Wrapping<u8> => "u8",
        true Ipv4Addr => "[u8; 4]", true IpAddr => "<V4([u8; 4]) | V6([u8; 16])>",
        true SocketAddr => "<V4(([u8; 4], u16)) | V6(([u8; 16], u16))>",
        true Duration => "{secs: u64, nanos: u32}",
        true SystemTime => "{secs_since_epoch: u64, nanos_since_epoch: u32}",
        true Result<u8, String> => "<Ok(u8) | Err(text)>",
        true Cow<'static, str> => "text", true Cow<'static, [u8]> => "[u8]",
        true Range<u32> => "{start: u32, end: u32}", true RangeInclusive<NonZeroU32> => "{start: u32, end: u32}",
        true Bound<u8> => "<Unbounded | Included(u8) | Excluded(u8)>",
        true PathBuf => "text", true std::ffi::CString => "bytes",
        true std::sync::Mutex<u8> => "u8", true std::cell::RefCell<Vec<u8>> => "[u8]",
        true std::sync::atomic::AtomicU64 => "u64", true std::cmp::Reverse<u8> => "u8",
        true [NonZeroU32; 32] => "[u32; 32]",
    }
}

#[test]
fn other_crates_are_known() {
    shapes! {
        true uuid::Uuid => "bytes", true url::Url => "text", true semver::Version => "text",
        true semver::VersionReq => "text", true smol_str::SmolStr => "text",
        true indexmap::IndexMap<String, u8> => "map<text, u8>", true indexmap::IndexSet<u8> => "[u8]",
        true chrono::DateTime<chrono::Utc> => "text", true chrono::DateTime<chrono::FixedOffset> => "text",
        true chrono::NaiveDate => "text", true chrono::NaiveTime => "text", true chrono::NaiveDateTime => "text",
        true chrono::Weekday => "text", true chrono::Month => "text",
        true time::OffsetDateTime => "(i32, u16, u8, u8, u8, u32, i8, i8, i8)",
        true time::PrimitiveDateTime => "(i32, u16, u8, u8, u8, u32)",
        true time::Date => "(i32, u16)", true time::Time => "(u8, u8, u8, u32)", true time::Duration => "(i64, i32)",
        true time::Weekday => "u8", true time::Month => "u8", true time::UtcOffset => "[i8; 3]",
    }
}

#[test]
fn what_asks_the_bytes_what_they_hold_describes_itself() {
    shapes! {
        false rust_decimal::Decimal => "any", false serde_json::Value => "any",
        false Vec<serde_json::Value> => "[any]", false serde_json::Map<String, serde_json::Value> => "map<text, any>",
        false Option<rust_decimal::Decimal> => "option<any>",
    }
}

#[test]
fn what_is_there_on_another_system_only_stays_unknown() {
    let shape = Shape::of::<std::ffi::OsString>();
    assert!(!shape.is_known());
    if cfg!(unix) {
        assert_eq!(shape.to_string(), "<Unix([u8]) | Windows(..)>");
    }
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only its shape counts")]
struct Booking {
    id: uuid::Uuid,
    from: IpAddr,
    begin: time::OffsetDateTime,
    end: time::OffsetDateTime,
    price: rust_decimal::Decimal,
    page: url::Url,
    day: chrono::Weekday,
    guests: NonZeroU32,
}

#[test]
fn many_of_them_in_one_struct_are_found() {
    assert_eq!(
        Shape::of::<Booking>().to_string(),
        "{id: bytes, from: <V4([u8; 4]) | V6([u8; 16])>, begin: (i32, u16, u8, u8, u8, u32, i8, i8, i8), \
         end: (i32, u16, u8, u8, u8, u32, i8, i8, i8), price: any, page: text, day: text, guests: u32}"
    );
}
