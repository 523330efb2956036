//! A million stored values that nobody of us wrote, each read as one of many types.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Write};
use std::time::{Duration, Instant};

use allocation_counter::measure;
use rediscache::{Codec, Json, Typestring};
use serde::de::DeserializeOwned;
use support::{Random, RawBytes, hostile_bytes};

use crate::encoded;
use crate::sample::{Colour, Date, Empty, Event, Id, Names, Nothing, Profile, Tree, UserId};
use crate::small_process::in_a_small_process;

/// Reads as one type: whether it was one.
type Read = fn(&[u8]) -> bool;

fn reads<T: DeserializeOwned>() -> [Read; 2] {
    [|stored| Typestring::decode::<T>(stored).is_ok(), |stored| Json::decode::<T>(stored).is_ok()]
}

macro_rules! all {
    ($($type:ty),* $(,)?) => { [$(reads::<$type>()),*].concat() };
}

fn all() -> Vec<Read> {
    all![
        i8, i64, i128, u8, u16, u64, u128, usize, f32, f64, bool, char, String, Box<str>, Option<u8>,
        Option<Option<String>>, Vec<u8>, Vec<String>, Vec<Vec<u128>>, RawBytes, [u64; 4], Vec<[u64; 8]>, Vec<()>,
        BTreeMap<String, u64>, HashMap<u64, Vec<i128>>, HashMap<u8, [u64; 8]>, HashSet<String>, (u8, String, f32), Id, Names,
        Nothing, Empty, Colour, Event, Date, Profile, Tree, serde_json::Value, Result<u8, String>, Duration,
        std::time::SystemTime, std::net::IpAddr, std::path::PathBuf, std::num::NonZeroU8,
    ]
}

/// Stored forms with their own readers, to be changed a little.
fn samples() -> Vec<(Vec<u8>, Read)> {
    let mut samples = Vec::new();
    macro_rules! add {
        ($($type:ty: $value:expr;)*) => {$(
            let (value, [typestring, json]): ($type, _) = ($value, reads::<$type>());
            samples.push((encoded(&value), typestring));
            samples.push((serde_json::to_vec(&value).unwrap(), json));
        )*};
    }
    add! {
        u64: 42;
        i128: i128::MIN;
        f64: 1e-7;
        String: "a text that is not short".to_owned();
        Option<Option<String>>: Some(Some("some".to_owned()));
        Vec<Vec<u128>>: vec![vec![1, u128::MAX], vec![], vec![7; 20]];
        BTreeMap<String, u64>: BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 300)]);
        HashMap<u8, [u64; 8]>: HashMap::from([(1, [u64::MAX; 8])]);
        Vec<()>: vec![(); 1000];
        Event: Event::Said { by: UserId(Id(1 << 40)), text: "hello".to_owned() };
        Vec<Date>: vec![Date { year: 1815, month: 12, day: 10 }; 5];
        Tree: Tree::Branch(vec![Tree::Leaf(1), Tree::Branch(vec![Tree::Branch(vec![]), Tree::Leaf(2)])]);
        Result<u8, String>: Err("no".to_owned());
        std::net::IpAddr: std::net::IpAddr::from([127, 0, 0, 1]);
    }
    samples
}

/// Changes, cuts or repeats some of the bytes.
fn changed(mut stored: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..random.within(0..4) {
        let at = random.place(stored.len() + 1);
        match random.within(0..4) {
            0 => stored.truncate(at),
            1 => stored.insert(at, u8::try_from(random.within(0..256)).unwrap_or_default()),
            2 => stored.extend_from_within(at..),
            _ => stored.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.place(8)),
        }
    }
    stored
}

/// What reading may hold at once: the value itself, whose parts are larger than their stored forms, twice while it grows.
fn most_bytes(stored: &[u8]) -> u64 {
    300 * stored.len() as u64 + 4096
}

/// The processor's time is limited there, so that this also ends.
fn read_or_refuse(test: &str, seed: u64) {
    in_a_small_process(&format!("million::{test}"), || {
        let (mut random, reads, samples, started) = (Random::from_seed(seed), all(), samples(), Instant::now());
        let (mut read, mut most) = (0_u32, 0.0_f64);
        for case in 0..CASES {
            let (stored, one) = if random.percent(50) {
                (hostile_bytes(&mut random), reads[random.place(reads.len())])
            } else {
                let (sample, own) = &samples[random.place(samples.len())];
                (changed(sample.clone(), &mut random), *own)
            };
            let used = measure(|| read += u32::from(one(&stored)));
            let limit = most_bytes(&stored);
            assert!(used.bytes_max <= limit, "case {case}: {} bytes for {}", used.bytes_max, stored.escape_ascii());
            most = most.max(share(used.bytes_max, limit));
        }
        let (share, seconds) = (100.0 * most, started.elapsed().as_secs_f64());
        writeln!(
            io::stderr(),
            "HOSTILE values={CASES} read={read} memory={share:.0}% seconds={seconds:.1} seed={seed}"
        )
        .expect("standard error can be written");
        assert!(read > CASES / 20, "next to nothing could be read");
    });
}

const CASES: u32 = 250_000;

#[expect(clippy::cast_precision_loss, reason = "both are small")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[test]
fn the_first_quarter() {
    read_or_refuse("the_first_quarter", 1);
}

#[test]
fn the_second_quarter() {
    read_or_refuse("the_second_quarter", 2);
}

#[test]
fn the_third_quarter() {
    read_or_refuse("the_third_quarter", 3);
}

#[test]
fn the_last_quarter() {
    read_or_refuse("the_last_quarter", 4);
}
