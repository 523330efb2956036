//! Of which types keys and values are, as their bytes tell.

use std::collections::BTreeMap;

use rediscache::inspect::{StoredValue, shape_told};

use crate::lookup::Reading;
use crate::text;

/// How many different reasons and kinds are told apart.
const MOST_KINDS: usize = 64;

/// What a key or value is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Integer,
    Float,
    Text,
    Bool,
    Nothing,
    /// A composite of the shape of that name.
    Shape(String),
    /// A composite that tells its names itself.
    Described,
    /// In a form of which nothing is known.
    Raw,
}

/// What was found of many keys, or of many values.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) kinds: BTreeMap<Kind, u64>,
    least: i128,
    greatest: i128,
    /// Whether there are integers beyond 128 bits.
    is_wide: bool,
    /// Why some cannot be read: how many, and one of them.
    pub(super) unreadable: BTreeMap<String, (u64, Vec<u8>)>,
}

impl Tally {
    /// Counts one that is stored like this, and reads like that.
    pub(super) fn add(&mut self, stored: &[u8], reading: &Reading) {
        self.count += 1;
        let kind = match reading {
            Reading::Unreadable(bytes, reason) => {
                if self.unreadable.len() < MOST_KINDS || self.unreadable.contains_key(reason) {
                    self.unreadable.entry(reason.clone()).or_insert_with(|| (0, bytes.clone())).0 += 1;
                }
                return;
            }
            Reading::Raw(_) => Kind::Raw,
            Reading::Value(value) => match shape_told(stored) {
                Some(name) => Kind::Shape(name),
                None => self.kind_of(value),
            },
        };
        if self.kinds.len() < MOST_KINDS || self.kinds.contains_key(&kind) {
            *self.kinds.entry(kind).or_default() += 1;
        }
    }

    fn kind_of(&mut self, value: &StoredValue) -> Kind {
        match value {
            StoredValue::Integer(digits) => {
                match digits.parse::<i128>() {
                    Ok(number) => (self.least, self.greatest) = (self.least.min(number), self.greatest.max(number)),
                    Err(_) => self.is_wide = true,
                }
                Kind::Integer
            }
            StoredValue::Float(_) => Kind::Float,
            StoredValue::Text(_) => Kind::Text,
            StoredValue::Bool(_) => Kind::Bool,
            StoredValue::Nothing => Kind::Nothing,
            _ => Kind::Described,
        }
    }

    pub(super) fn unreadable_count(&self) -> u64 {
        self.unreadable.values().map(|(count, _)| count).sum()
    }

    /// The kind that most are of.
    pub(super) fn main(&self) -> Option<&Kind> {
        self.kinds.iter().max_by_key(|(_, count)| **count).map(|(kind, _)| kind)
    }

    /// Whether values are of kinds that no one type reads. A float reads integers, too.
    pub(super) fn is_mixed(&self) -> bool {
        let is_number = |kind: &Kind| matches!(kind, Kind::Integer | Kind::Float);
        // Shapes of one name after another are those of one type that has changed.
        let is_shape = |kind: &Kind| matches!(kind, Kind::Shape(_) | Kind::Described);
        let kinds: Vec<&Kind> = self.kinds.keys().filter(|kind| **kind != Kind::Nothing).collect();
        kinds.len() > 1 && !kinds.iter().all(|kind| is_number(kind)) && !kinds.iter().all(|kind| is_shape(kind))
    }

    /// The Rust type of a kind that takes no definition.
    pub(super) fn scalar(&self, kind: &Kind) -> &'static str {
        match kind {
            Kind::Integer if self.kinds.contains_key(&Kind::Float) => "f64",
            Kind::Integer if self.is_wide => "String",
            Kind::Integer
                if self.least < 0 && i64::try_from(self.least).is_ok() && i64::try_from(self.greatest).is_ok() =>
            {
                "i64"
            }
            Kind::Integer if self.least < 0 => "i128",
            Kind::Integer if u64::try_from(self.greatest).is_ok() => "u64",
            Kind::Integer => "u128",
            Kind::Float => "f64",
            Kind::Text => "String",
            Kind::Bool => "bool",
            Kind::Nothing => "()",
            Kind::Shape(_) | Kind::Described | Kind::Raw => "serde_json::Value",
        }
    }

    /// All kinds in words, those of most first.
    pub(super) fn text(&self, shape: impl Fn(&str) -> Option<String>) -> String {
        let mut kinds: Vec<(&Kind, &u64)> = self.kinds.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let word = |(kind, count): (&Kind, &u64)| {
            let name = match kind {
                Kind::Shape(name) => shape(name).unwrap_or_else(|| name.clone()),
                Kind::Described => "composite".to_owned(),
                Kind::Nothing => "none".to_owned(),
                Kind::Raw => "raw".to_owned(),
                Kind::Integer => self.integer().to_owned(),
                scalar => self.scalar(scalar).to_owned(),
            };
            if self.kinds.len() == 1 { text::escaped(&name) } else { format!("{} ({count})", text::escaped(&name)) }
        };
        kinds.into_iter().map(word).collect::<Vec<_>>().join(", ")
    }

    /// That of the integers, whatever stands beside them.
    fn integer(&self) -> &'static str {
        match (self.is_wide, self.least, self.greatest) {
            (true, ..) => "integer beyond 128 bits",
            (_, 0.., greatest) if u64::try_from(greatest).is_ok() => "u64",
            (_, 0.., _) => "u128",
            (_, least, greatest) if i64::try_from(least).is_ok() && i64::try_from(greatest).is_ok() => "i64",
            _ => "i128",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(values: &[&[u8]]) -> Tally {
        let mut tally = Tally::default();
        for stored in values {
            let read = rediscache::inspect::read_typestring(stored, &rediscache::inspect::StoredShapes::default());
            let reading = read.map_or_else(|reason| Reading::Unreadable(stored.to_vec(), reason), Reading::Value);
            tally.add(stored, &reading);
        }
        tally
    }

    #[test]
    fn the_type_is_one_that_reads_all_that_is_there() {
        for (values, kind) in [
            (&[&b"i|1"[..], b"i|18446744073709551615"][..], "u64"),
            (&[b"i|-1", b"i|9223372036854775807"], "i64"),
            (&[b"i|-1", b"i|18446744073709551615"], "i128"),
            (&[b"i|18446744073709551616"], "u128"),
            (&[b"i|1180591620717411303424999999999999999999999"], "String"),
            (&[b"i|1", b"f|1.5", b"i|2"], "f64"),
            (&[b"s|a", b"s|b", b"i|1"], "String"),
        ] {
            let tally = tally(values);
            assert_eq!(tally.main().map(|main| tally.scalar(main)), Some(kind));
        }
    }

    #[test]
    fn what_no_one_type_reads_is_mixed_and_what_cannot_be_read_is_counted() {
        assert!(tally(&[b"i|1", b"s|a"]).is_mixed() && !tally(&[b"i|1", b"f|1.0"]).is_mixed());
        let tally = tally(&[b"i|x", b"i|y", b"i|1"]);
        assert_eq!((tally.count, tally.unreadable_count(), tally.unreadable.len()), (3, 2, 1));
        assert_eq!(tally.text(|_| None), "u64");
    }
}
