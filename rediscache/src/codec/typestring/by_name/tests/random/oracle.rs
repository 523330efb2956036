//! What must come of a value when another type reads it, worked out from what is documented.

use super::kind::{Held, Kind, VariantKind};
use super::value::{Data, narrow};

/// A value, and whether something was left out; `None` where it cannot be had.
pub(super) type Expected = Option<(Data, bool)>;

/// What is left of a value in a form that tells less: without the kinds that MessagePack has no form for.
pub(super) fn described(data: &Data) -> Data {
    match data {
        Data::None | Data::Unit => Data::Nil(0),
        Data::Some(inner) => match described(inner) {
            Data::Nil(somes) => Data::Nil(somes + 1),
            inner => inner,
        },
        Data::Char(char) => Data::Text((*char).into()),
        Data::Parts(parts) => Data::Parts(parts.iter().map(described).collect()),
        Data::Map(entries) => {
            Data::Map(entries.iter().map(|(key, value)| (described(key), described(value))).collect())
        }
        Data::Struct(fields) => Data::Map(fields.iter().map(|(name, value)| (text(name), described(value))).collect()),
        Data::Variant(name, contents) if **contents == Data::Empty => text(name),
        Data::Variant(name, contents) => Data::Map(vec![(text(name), described(contents))]),
        scalar => scalar.clone(),
    }
}

fn text(text: &str) -> Data {
    Data::Text(text.to_owned())
}

/// How a value is told.
pub(super) struct Told {
    pub(super) is_described: bool,
    /// Whether something was left out on the way.
    pub(super) is_lossy: bool,
}

impl Told {
    /// Reads the value as that type.
    pub(super) fn read(mut self, data: &Data, new: &Kind) -> Expected {
        let value = self.value(data, new)?;
        Some((value, self.is_lossy))
    }

    fn value(&mut self, data: &Data, new: &Kind) -> Option<Data> {
        match (data, new) {
            (Data::Empty, _) => self.value(&Data::Unit, new),
            (Data::None | Data::Nil(0), Kind::Option(_)) => Some(Data::None),
            (Data::Nil(somes), Kind::Option(inner)) => self.some(&Data::Nil(somes - 1), inner),
            (Data::Some(value), Kind::Option(inner)) => self.some(value, inner),
            (value, Kind::Option(inner)) => self.some(value, inner),
            (Data::Some(value), _) => self.value(value, new),
            (Data::Unit | Data::Nil(_), Kind::Unit) => Some(Data::Unit),
            (Data::Bool(_), Kind::Bool) | (Data::Char(_), Kind::Char) | (Data::Text(_), Kind::Text) => {
                Some(data.clone())
            }
            (Data::Char(char), Kind::Text) => Some(Data::Text((*char).into())),
            (Data::Variant(name, contents), Kind::Text) if **contents == Data::Empty => Some(text(name)),
            (Data::Text(text), Kind::Char) => {
                let mut chars = text.chars();
                chars.next().filter(|_| chars.next().is_none()).map(Data::Char)
            }
            (_, Kind::Integer(is_signed, bits)) => integer(data, *is_signed, *bits),
            (_, Kind::F64) => float(data),
            (_, Kind::F32) => float(data).filter(|float| match float {
                Data::Float(bits) => is_narrow(f64::from_bits(*bits)),
                _ => false,
            }),
            (Data::Parts(parts), Kind::Sequence(inner)) => self.parts(parts, &vec![&**inner; parts.len()]),
            (Data::Parts(parts), Kind::Tuple(kinds)) => self.parts(parts, &kinds.iter().collect::<Vec<_>>()),
            (Data::Map(entries), Kind::Map(kinds)) => self.map(entries, kinds),
            (Data::Struct(fields), Kind::Map(kinds)) => self.map(&named(fields), kinds),
            (Data::Map(_) | Data::Struct(_), Kind::Struct(_)) => self.fields(data, new),
            (_, Kind::Enum(variants)) => self.variant(data, variants),
            _ => None,
        }
    }

    fn some(&mut self, value: &Data, inner: &Kind) -> Option<Data> {
        self.value(value, inner).map(|value| Data::Some(Box::new(value)))
    }

    fn parts(&mut self, parts: &[Data], kinds: &[&Kind]) -> Option<Data> {
        if parts.len() != kinds.len() {
            return None;
        }
        let parts: Option<_> = parts.iter().zip(kinds).map(|(part, kind)| self.value(part, kind)).collect();
        parts.map(Data::Parts)
    }

    fn map(&mut self, entries: &[(Data, Data)], kinds: &(Kind, Kind)) -> Option<Data> {
        let entries: Option<_> = entries
            .iter()
            .map(|(key, value)| Some((self.value(key, &kinds.0)?, self.value(value, &kinds.1)?)))
            .collect();
        entries.map(Data::Map)
    }

    fn fields(&mut self, data: &Data, new: &Kind) -> Option<Data> {
        let (entries, Kind::Struct(kinds)) = (entries(data)?, new) else { return None };
        let mut names = Vec::new();
        for (key, _) in &entries {
            let Some(Data::Text(name)) = self.value(key, &Kind::Text) else { return None };
            self.is_lossy |= kinds.iter().all(|field| field.name != name);
            names.push(name);
        }
        let fields = kinds.iter().map(|field| {
            let mut values = names.iter().zip(&entries).filter(|(name, _)| **name == field.name);
            let value = match (values.next(), &field.kind) {
                (Some((_, (_, value))), kind) => self.value(value, kind)?,
                (None, _) if field.has_default => Data::Default,
                (None, Kind::Option(_)) => Data::None,
                (None, _) => return None,
            };
            if values.next().is_some() { None } else { Some((field.name, value)) }
        });
        let fields: Option<_> = fields.collect();
        fields.map(Data::Struct)
    }

    fn variant(&mut self, data: &Data, variants: &[VariantKind]) -> Option<Data> {
        let (name, contents) = match data {
            Data::Variant(name, contents) => (*name, &**contents),
            Data::Text(name) => (name.as_str(), &Data::Empty),
            Data::Map(entries) if self.is_described => match &**entries {
                [(Data::Text(name), contents)] => (name.as_str(), contents),
                _ => return None,
            },
            _ => return None,
        };
        let variant = variants.iter().find(|variant| variant.name == name)?;
        let contents = match (self.value(contents, &variant.held.kind())?, &variant.held) {
            (_, Held::Unit) => Data::Empty,
            (contents, _) => contents,
        };
        Some(Data::Variant(variant.name, Box::new(contents)))
    }
}

fn named(fields: &[(&'static str, Data)]) -> Vec<(Data, Data)> {
    fields.iter().map(|(name, value)| (text(name), value.clone())).collect()
}

fn entries(data: &Data) -> Option<Vec<(Data, Data)>> {
    match data {
        Data::Map(entries) => Some(entries.clone()),
        Data::Struct(fields) => Some(named(fields)),
        _ => None,
    }
}

fn is_narrow(float: f64) -> bool {
    float.is_nan() || f64::from(narrow(float)).to_bits() == float.to_bits()
}

fn integer(data: &Data, is_signed: bool, bits: u32) -> Option<Data> {
    match data {
        Data::Natural(value) => (*value <= u128::MAX >> (128 - bits + u32::from(is_signed))).then(|| data.clone()),
        Data::Negative(value) => (is_signed && *value >= i128::MIN >> (128 - bits)).then(|| data.clone()),
        // As decimal digits, which are exact.
        Data::Float(float) => {
            let digits = format!("{:.1}", f64::from_bits(*float));
            let whole = digits.strip_suffix(".0").filter(|digits| *digits != "-0")?;
            let natural = whole.parse().map(Data::Natural).ok();
            let value = natural.or_else(|| whole.parse().map(Data::Negative).ok())?;
            let is_exact = f64::from_bits(*float).fract() == 0.0;
            if is_exact { integer(&value, is_signed, bits) } else { None }
        }
        _ => None,
    }
}

fn float(data: &Data) -> Option<Data> {
    let (float, digits) = match data {
        Data::Float(_) => return Some(data.clone()),
        Data::Natural(value) => (*value as f64, value.to_string()),
        Data::Negative(value) => (*value as f64, value.to_string()),
        _ => return None,
    };
    (format!("{float:.0}") == digits).then_some(Data::Float(float.to_bits()))
}
