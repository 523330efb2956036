//! Types as data: what a type wants of serde, made by chance.

use super::super::hostile::Numbers;

/// The names of fields and variants: few, so that types have them in common.
pub(super) const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "first", "second", "third"];

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Bool,
    /// Whether it is signed, and of how many bits.
    Integer(bool, u32),
    F32,
    F64,
    Char,
    Text,
    Unit,
    Option(Box<Kind>),
    Sequence(Box<Kind>),
    Map(Box<(Kind, Kind)>),
    Tuple(Vec<Kind>),
    Struct(Vec<FieldKind>),
    Enum(Vec<VariantKind>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct FieldKind {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) has_default: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct VariantKind {
    pub(super) name: &'static str,
    pub(super) held: Held,
}

/// What a variant holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Held {
    Unit,
    Newtype(Kind),
    Tuple(Vec<Kind>),
    Struct(Vec<FieldKind>),
}

impl Held {
    /// The kind that stands where the contents do.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Unit => Kind::Unit,
            Self::Newtype(kind) => kind.clone(),
            Self::Tuple(kinds) => Kind::Tuple(kinds.clone()),
            Self::Struct(fields) => Kind::Struct(fields.clone()),
        }
    }

    pub(super) fn any(numbers: &mut Numbers, depth: usize) -> Self {
        match numbers.below(4) {
            0 => Self::Unit,
            1 => Self::Newtype(Kind::any(numbers, depth)),
            2 => Self::Tuple((0..2 + numbers.below(2)).map(|_| Kind::any(numbers, depth)).collect()),
            _ => Self::Struct(fields(numbers, depth)),
        }
    }

    fn shape(&self) -> String {
        match self {
            Self::Unit => r#""unit""#.to_owned(),
            Self::Newtype(kind) => format!(r#"{{"newtype":{}}}"#, kind.shape()),
            Self::Tuple(kinds) => format!(r#"{{"tuple":[{}]}}"#, list(kinds, Kind::shape)),
            Self::Struct(fields) => format!(r#"{{"struct":[{}]}}"#, list(fields, FieldKind::shape)),
        }
    }
}

impl FieldKind {
    fn shape(&self) -> String {
        format!(r#"{{"name":"{}","form":{}}}"#, self.name, self.kind.shape())
    }
}

impl VariantKind {
    fn shape(&self) -> String {
        format!(r#"{{"names":["{}"],"content":{}}}"#, self.name, self.held.shape())
    }
}

impl Kind {
    /// One that nests no deeper than that.
    pub(super) fn any(numbers: &mut Numbers, depth: usize) -> Self {
        if depth == 0 {
            return Self::scalar(numbers);
        }
        let depth = depth - 1;
        match numbers.below(9) {
            0 => Self::Option(Box::new(Self::any(numbers, depth))),
            1 => Self::Sequence(Box::new(Self::any(numbers, depth))),
            2 => {
                let key = if numbers.below(2) == 0 { Self::Text } else { Self::integer(numbers) };
                Self::Map(Box::new((key, Self::any(numbers, depth))))
            }
            3 => Self::Tuple((0..=numbers.below(3)).map(|_| Self::any(numbers, depth)).collect()),
            4 => Self::Tuple(vec![Self::any(numbers, depth); 2 + numbers.below(2)]),
            5 | 6 => Self::Struct(fields(numbers, depth)),
            7 => Self::Enum(names(numbers).map(|name| VariantKind { name, held: Held::any(numbers, depth) }).collect()),
            _ => Self::scalar(numbers),
        }
    }

    pub(super) fn scalar(numbers: &mut Numbers) -> Self {
        match numbers.below(10) {
            0 => Self::Bool,
            1 => Self::F32,
            2 => Self::F64,
            3 => Self::Char,
            4 | 5 => Self::Text,
            6 => Self::Unit,
            _ => Self::integer(numbers),
        }
    }

    pub(super) fn integer(numbers: &mut Numbers) -> Self {
        Self::Integer(numbers.below(2) == 0, 8 << numbers.below(5))
    }

    /// As `$shapes` has it.
    pub(super) fn shape(&self) -> String {
        match self {
            Self::Integer(is_signed, bits) => format!(r#""{}{bits}""#, if *is_signed { 'i' } else { 'u' }),
            Self::Bool | Self::F32 | Self::F64 | Self::Char | Self::Text | Self::Unit => {
                format!(r#""{self:?}""#).to_lowercase()
            }
            Self::Option(inner) => format!(r#"{{"option":{}}}"#, inner.shape()),
            Self::Sequence(inner) => format!(r#"{{"sequence":{}}}"#, inner.shape()),
            Self::Map(entry) => format!(r#"{{"map":[{},{}]}}"#, entry.0.shape(), entry.1.shape()),
            Self::Tuple(parts) if parts.len() > 1 && parts.iter().all(|part| *part == parts[0]) => {
                format!(r#"{{"array":[{},{}]}}"#, parts[0].shape(), parts.len())
            }
            Self::Tuple(parts) => format!(r#"{{"tuple":[{}]}}"#, list(parts, Self::shape)),
            Self::Struct(fields) => format!(r#"{{"struct":[{}]}}"#, list(fields, FieldKind::shape)),
            Self::Enum(variants) => format!(r#"{{"enum":[{}]}}"#, list(variants, VariantKind::shape)),
        }
    }
}

fn list<T>(parts: &[T], shape: fn(&T) -> String) -> String {
    parts.iter().map(shape).collect::<Vec<_>>().join(",")
}

/// One to four names, each once.
fn names(numbers: &mut Numbers) -> impl Iterator<Item = &'static str> + use<> {
    let (first, count) = (numbers.below(NAMES.len()), 1 + numbers.below(4));
    (first..first + count).map(|at| NAMES[at % NAMES.len()])
}

pub(super) fn fields(numbers: &mut Numbers, depth: usize) -> Vec<FieldKind> {
    names(numbers).map(|name| FieldKind { name, kind: Kind::any(numbers, depth), has_default: false }).collect()
}
