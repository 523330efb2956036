//! Pairs of types made by chance: one is read as the other rightly, or not at all.

mod change;
mod kind;
mod oracle;
mod value;
mod wanted;

use bincode::config::standard;
use serde::de::DeserializeSeed;

use self::change::changed;
use self::kind::Kind;
use self::oracle::{Expected, Told};
use self::value::{Data, Typed};
use self::wanted::Wanted;
use super::super::misread::Misread;
use super::super::walk::Walk;
use super::described;
use super::hostile::Numbers;
use crate::codec::typestring::{described as directly, positional};
use crate::shape::{Layout, Schema};

/// How many pairs are tried, each in both forms. For a long run, more of them.
const PAIRS: usize = 6000;

/// How deep the types nest.
const DEPTH: usize = 4;

fn read(walk: &Walk<'_>, new: &Kind) -> Result<(Data, bool), Misread> {
    let item = walk.item(Layout::WHOLE)?;
    let value = walk.give(&item, |item| Wanted(new).deserialize(item))?;
    walk.end()?;
    Ok((value, walk.is_lossy()))
}

fn schema(kind: &Kind) -> Schema {
    let schema = Schema::from_json(format!(r#"{{"shape":{}}}"#, kind.shape()).as_bytes());
    schema.unwrap_or_else(|| panic!("no shape: {}", kind.shape()))
}

/// What was read of both forms, in as many words as a failure takes.
struct Pair<'a> {
    old: &'a Kind,
    data: &'a Data,
    new: &'a Kind,
}

impl Pair<'_> {
    #[track_caller]
    fn check(&self, form: &str, read: Result<(Data, bool), Misread>, expected: &Expected) -> bool {
        let told = read.as_ref().err().map(ToString::to_string);
        let Self { old, data, new } = self;
        let read = read.ok();
        assert_eq!(&read, expected, "{form}: {told:?}\nstored: {data:?}\nas: {old:?}\nread as: {new:?}");
        read.is_some()
    }

    /// How many of the forms were read.
    fn read(&self) -> usize {
        let Self { old, data, new } = self;
        let schema = schema(old);
        let mut body = Vec::new();
        assert!(positional::write(&Typed(old, data), &schema.layout, &mut body).is_ok(), "{data:?} of {old:?}");
        assert_eq!(bincode::serde::encode_to_vec(Typed(old, data), standard()).ok().as_ref(), Some(&body));
        let packed = described(&body, &schema.layout);
        let mut direct = Vec::new();
        let written = directly::write(&Typed(old, data), Some(&schema.layout), false, &mut direct);
        assert_eq!((written.is_ok(), &direct), (true, &packed), "{data:?} of {old:?}");
        let position = Told { is_described: false, is_lossy: false }.read(data, new);
        let description = Told { is_described: true, is_lossy: false }.read(&oracle::described(data), new);
        usize::from(self.check("by position", read(&Walk::new(&body, Some(&schema.layout)), new), &position))
            + usize::from(self.check("by description", read(&Walk::new(&packed, None), new), &description))
    }
}

#[test]
fn another_type_reads_the_right_value_or_none() {
    let mut numbers = Numbers::new(0xdeb1);
    let (mut were_read, mut changes) = (0, 0);
    for _ in 0..PAIRS {
        let old = Kind::any(&mut numbers, DEPTH);
        let data = Data::any(&old, &mut numbers);
        let new = changed(&old, &mut numbers);
        changes += usize::from(new != old);
        were_read += Pair { old: &old, data: &data, new: &new }.read();
    }
    assert!(changes > PAIRS / 3, "{changes}");
    assert!(were_read > PAIRS / 2 && were_read < 2 * PAIRS - PAIRS / 5, "{were_read}");
}

#[test]
fn the_same_type_reads_the_same_value() {
    let mut numbers = Numbers::new(0x1de);
    for _ in 0..PAIRS / 4 {
        let kind = Kind::any(&mut numbers, DEPTH);
        let data = Data::any(&kind, &mut numbers);
        let schema = schema(&kind);
        let body = bincode::serde::encode_to_vec(Typed(&kind, &data), standard()).expect("it can be written");
        let same = Some((data.clone(), false));
        let pair = Pair { old: &kind, data: &data, new: &kind };
        assert!(pair.check("by position", read(&Walk::new(&body, Some(&schema.layout)), &kind), &same));
    }
}

#[test]
fn an_unrelated_type_reads_the_right_value_or_none() {
    let mut numbers = Numbers::new(0x0dd);
    for _ in 0..PAIRS / 4 {
        let (old, new) = (Kind::any(&mut numbers, 2), Kind::any(&mut numbers, 2));
        let data = Data::any(&old, &mut numbers);
        Pair { old: &old, data: &data, new: &new }.read();
    }
}
