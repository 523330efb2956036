//! What deploys do to types.

use super::super::hostile::Numbers;
use super::kind::{FieldKind, Held, Kind, NAMES, VariantKind, fields};

/// The type after a deploy: in some of its places it is another one.
pub(super) fn changed(kind: &Kind, numbers: &mut Numbers) -> Kind {
    let inside = match kind {
        Kind::Option(inner) => Kind::Option(Box::new(changed(inner, numbers))),
        Kind::Sequence(inner) => Kind::Sequence(Box::new(changed(inner, numbers))),
        Kind::Map(entry) => Kind::Map(Box::new((changed(&entry.0, numbers), changed(&entry.1, numbers)))),
        Kind::Tuple(parts) => Kind::Tuple(parts.iter().map(|part| changed(part, numbers)).collect()),
        Kind::Struct(fields) => Kind::Struct(changed_fields(fields, numbers)),
        Kind::Enum(variants) => Kind::Enum(variants.iter().map(|variant| changed_variant(variant, numbers)).collect()),
        scalar => scalar.clone(),
    };
    match numbers.below(14) {
        0 => Kind::Option(Box::new(inside)),
        1..=4 => replaced(inside, numbers),
        _ => inside,
    }
}

fn changed_fields(fields: &[FieldKind], numbers: &mut Numbers) -> Vec<FieldKind> {
    fields.iter().map(|field| FieldKind { kind: changed(&field.kind, numbers), ..field.clone() }).collect()
}

fn changed_variant(variant: &VariantKind, numbers: &mut Numbers) -> VariantKind {
    let held = match &variant.held {
        Held::Unit => Held::Unit,
        Held::Newtype(kind) => Held::Newtype(changed(kind, numbers)),
        Held::Tuple(kinds) => Held::Tuple(kinds.iter().map(|kind| changed(kind, numbers)).collect()),
        Held::Struct(fields) => Held::Struct(other_fields(changed_fields(fields, numbers), numbers)),
    };
    let held = if numbers.below(12) == 0 { Held::any(numbers, 1) } else { held };
    VariantKind { name: variant.name, held }
}

/// Another type in this place, mostly one that has something to do with it.
fn replaced(kind: Kind, numbers: &mut Numbers) -> Kind {
    match kind {
        Kind::Integer(..) if numbers.below(3) > 0 => Kind::integer(numbers),
        Kind::Option(inner) => *inner,
        Kind::Sequence(inner) => Kind::Tuple(vec![*inner; 1 + numbers.below(3)]),
        Kind::Tuple(mut parts) => match (parts.pop(), numbers.below(3)) {
            (Some(last), 0) => Kind::Sequence(Box::new(last)),
            (Some(last), 1) => Kind::Tuple(vec![last; parts.len() + 1]),
            (Some(last), _) => Kind::Tuple([parts, vec![last, Kind::scalar(numbers)]].concat()),
            (None, _) => Kind::Unit,
        },
        Kind::Struct(fields) if numbers.below(8) == 0 => {
            let value = fields.into_iter().next().map_or(Kind::Text, |field| field.kind);
            Kind::Map(Box::new((Kind::Text, value)))
        }
        Kind::Map(entry) if numbers.below(4) == 0 => {
            let named = |name| FieldKind { name, kind: entry.1.clone(), has_default: true };
            Kind::Struct(NAMES.iter().take(2).map(|name| named(*name)).collect())
        }
        Kind::Struct(fields) => Kind::Struct(other_fields(fields, numbers)),
        Kind::Enum(variants) => Kind::Enum(other_variants(variants, numbers)),
        _ => Kind::any(numbers, 1),
    }
}

/// In another order, or with one more, less, or of another name.
fn other_fields(mut fields: Vec<FieldKind>, numbers: &mut Numbers) -> Vec<FieldKind> {
    let at = numbers.below(fields.len());
    match numbers.below(5) {
        0 => fields.reverse(),
        1 if fields.len() > 1 => drop(fields.remove(at)),
        2 => fields[at].name = NAMES[numbers.below(NAMES.len())],
        3 => fields[at].has_default = true,
        _ => {
            let added = self::fields(numbers, 1).into_iter().take(1);
            let mut added: Vec<_> = added.collect();
            match numbers.below(3) {
                0 => added.iter_mut().for_each(|field| field.has_default = true),
                1 => added.iter_mut().for_each(|field| field.kind = Kind::Option(Box::new(field.kind.clone()))),
                _ => {}
            }
            fields.splice(at..at, added);
        }
    }
    let mut seen = Vec::new();
    fields.retain(|field| {
        !seen.contains(&field.name) && {
            seen.push(field.name);
            true
        }
    });
    fields
}

fn other_variants(mut variants: Vec<VariantKind>, numbers: &mut Numbers) -> Vec<VariantKind> {
    let at = numbers.below(variants.len());
    match numbers.below(4) {
        0 => variants.reverse(),
        1 if variants.len() > 1 => drop(variants.remove(at)),
        2 => variants[at].name = NAMES[numbers.below(NAMES.len())],
        _ => variants.insert(at, VariantKind { name: NAMES[numbers.below(NAMES.len())], held: Held::any(numbers, 1) }),
    }
    let mut seen = Vec::new();
    variants.retain(|variant| {
        !seen.contains(&variant.name) && {
            seen.push(variant.name);
            true
        }
    });
    variants
}
