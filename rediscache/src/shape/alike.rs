//! Whether keys of two shapes are written alike: as one finds what the other wrote.

use super::Shape;
use super::form::{Content, FieldForm, Form, Scalar, VariantForm};

impl Shape {
    /// Whether equal keys of both are the same bytes, as far as both are known.
    pub(crate) fn keys_are_alike(&self, other: &Self) -> bool {
        forms_are_alike(self.form(), other.form())
    }
}

/// What is written in one way. Integers of every width are.
#[derive(PartialEq, Eq)]
enum WrittenAs {
    Bool,
    Integer,
    Float(Scalar),
    Text,
    Bytes,
    Unit,
}

impl Scalar {
    fn written_as(self) -> WrittenAs {
        match self {
            Self::Bool => WrittenAs::Bool,
            Self::F32 | Self::F64 => WrittenAs::Float(self),
            Self::Char | Self::Text => WrittenAs::Text,
            Self::Bytes => WrittenAs::Bytes,
            Self::Unit => WrittenAs::Unit,
            _ => WrittenAs::Integer,
        }
    }
}

fn forms_are_alike(one: &Form, other: &Form) -> bool {
    match (one, other) {
        (Form::Unknown | Form::SelfDescribing | Form::Refused(_), _)
        | (_, Form::Unknown | Form::SelfDescribing | Form::Refused(_)) => true,
        (Form::Scalar(one), Form::Scalar(other)) => one.written_as() == other.written_as(),
        (Form::Again(one), Form::Again(other)) => one == other,
        (Form::Option(one), Form::Option(other)) | (Form::Sequence(one), Form::Sequence(other)) => {
            forms_are_alike(one, other)
        }
        (Form::Map(one), Form::Map(other)) => forms_are_alike(&one.0, &other.0) && forms_are_alike(&one.1, &other.1),
        (Form::Array(one, length), Form::Array(other, other_length)) => {
            length == other_length && forms_are_alike(one, other)
        }
        (Form::Tuple(one), Form::Tuple(other)) => all_are_alike(one, other),
        (Form::Tuple(parts), Form::Array(part, length)) | (Form::Array(part, length), Form::Tuple(parts)) => {
            parts.len() == *length && parts.iter().all(|other| forms_are_alike(part, other))
        }
        (Form::Struct(one), Form::Struct(other)) => fields_are_alike(one, other),
        (Form::Enum(one), Form::Enum(other)) => variants_are_alike(one, other),
        _ => false,
    }
}

fn all_are_alike(one: &[Form], other: &[Form]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| forms_are_alike(one, other))
}

/// With their names, in their order.
fn fields_are_alike(one: &[FieldForm], other: &[FieldForm]) -> bool {
    let is_alike =
        |(one, other): (&FieldForm, &FieldForm)| one.name == other.name && forms_are_alike(&one.form, &other.form);
    one.len() == other.len() && one.iter().zip(other).all(is_alike)
}

/// By their names: what only one of them has, the other one never wrote.
fn variants_are_alike(one: &[VariantForm], other: &[VariantForm]) -> bool {
    let twin =
        |variant: &VariantForm| other.iter().find(|other| other.names.iter().any(|name| variant.names.contains(name)));
    let twins: Vec<_> = one.iter().filter_map(|variant| Some((variant, twin(variant)?))).collect();
    let are_alike = |(one, other): &(&VariantForm, &VariantForm)| contents_are_alike(&one.content, &other.content);
    (!twins.is_empty() || one.is_empty() == other.is_empty()) && twins.iter().all(are_alike)
}

fn contents_are_alike(one: &Content, other: &Content) -> bool {
    match (one, other) {
        (Content::Unknown, _) | (_, Content::Unknown) | (Content::Unit, Content::Unit) => true,
        (Content::Newtype(one), Content::Newtype(other)) => forms_are_alike(one, other),
        (Content::Tuple(one), Content::Tuple(other)) => all_are_alike(one, other),
        (Content::Struct(one), Content::Struct(other)) => fields_are_alike(one, other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;

    fn are_alike<A: DeserializeOwned + 'static, B: DeserializeOwned + 'static>() -> bool {
        let (one, other) = (Shape::of::<A>(), Shape::of::<B>());
        assert_eq!(one.keys_are_alike(&other), other.keys_are_alike(&one));
        one.keys_are_alike(&other)
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    enum Place {
        Guild(u64),
        User,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    enum MorePlaces {
        User,
        Thread(u64),
        Guild(u32),
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    enum OtherPlaces {
        Guild(String),
    }

    #[test]
    fn integers_of_every_width_are() {
        assert!(are_alike::<u64, i8>() && are_alike::<char, String>() && are_alike::<(u8, String), (u64, char)>());
        assert!(are_alike::<Option<[u8; 2]>, Option<(u64, u8)>>() && are_alike::<Vec<u8>, Vec<i128>>());
    }

    #[test]
    fn what_is_written_in_other_ways_is_not() {
        assert!(!are_alike::<u64, String>() && !are_alike::<bool, u8>() && !are_alike::<u8, (u8,)>());
        assert!(!are_alike::<(u8, String), (u8, bool)>() && !are_alike::<[u8; 2], [u8; 3]>());
        assert!(!are_alike::<Option<u8>, u8>() && !are_alike::<Vec<u8>, [u8; 2]>());
    }

    #[test]
    fn enums_are_where_what_both_have_is() {
        assert!(are_alike::<Place, MorePlaces>() && !are_alike::<Place, OtherPlaces>());
    }

    #[test]
    fn what_is_not_known_is_not_told_apart() {
        assert!(are_alike::<serde_json::Value, String>());
    }
}
