//! A shape laid out for those who walk along values: its places by number, so that one that holds itself has an end.

use super::form::{Content, FieldForm, Form, FormName, Scalar, VariantForm};

/// A place by its number in the [`Layout`].
pub(crate) type PlaceId = usize;

#[derive(Debug)]
pub(crate) struct Layout {
    /// The whole value is the first.
    places: Vec<Place>,
    /// Whether values there may take no bytes by position.
    free: Vec<bool>,
    has_unknown: bool,
}

/// What stands at one place.
#[derive(Debug)]
pub(crate) enum Place {
    Unknown,
    Scalar(Scalar),
    Option(PlaceId),
    Sequence(PlaceId),
    Map(PlaceId, PlaceId),
    Tuple(Box<[PlaceId]>),
    /// Of so many equal parts.
    Array(PlaceId, usize),
    Struct(Box<[Field]>),
    Enum(Box<[Variant]>),
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: FormName,
    pub(crate) place: PlaceId,
}

#[derive(Debug)]
pub(crate) struct Variant {
    /// Where there are several, serde did not tell which of them is written.
    pub(crate) names: Box<[FormName]>,
    pub(crate) contents: Contents,
}

/// What a variant holds.
#[derive(Debug)]
pub(crate) enum Contents {
    Unknown,
    Unit,
    Newtype(PlaceId),
    Tuple(Box<[PlaceId]>),
    Struct(Box<[Field]>),
}

impl Layout {
    pub(crate) const WHOLE: PlaceId = 0;

    pub(super) fn of(form: &Form) -> Self {
        let mut layout = Self { places: Vec::new(), free: Vec::new(), has_unknown: false };
        layout.lay(form, &mut Vec::new());
        layout.find_free();
        layout
    }

    #[inline]
    pub(crate) fn at(&self, place: PlaceId) -> &Place {
        self.places.get(place).unwrap_or(&Place::Unknown)
    }

    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Whether values there may take no bytes by position.
    #[inline]
    pub(crate) fn is_free(&self, place: PlaceId) -> bool {
        self.free.get(place).copied().unwrap_or(true)
    }

    /// Parts mostly come after the whole, so that one pass finds most; what holds itself takes no bytes only if nothing
    /// in it does.
    fn find_free(&mut self) {
        self.free = vec![false; self.places.len()];
        for place in (0..self.places.len()).rev() {
            self.free[place] = match &self.places[place] {
                Place::Scalar(scalar) => *scalar == Scalar::Unit,
                Place::Tuple(parts) => parts.iter().all(|part| self.free[*part]),
                Place::Array(part, length) => *length == 0 || self.free[*part],
                Place::Struct(fields) => fields.iter().all(|field| self.free[field.place]),
                Place::Unknown | Place::Option(_) | Place::Sequence(_) | Place::Map(..) | Place::Enum(_) => false,
            };
        }
    }

    /// Whether the kind of every part is known.
    pub(crate) fn is_known(&self) -> bool {
        !self.has_unknown
    }

    /// `around` are the composite places that the form stands in, the innermost last.
    fn lay(&mut self, form: &Form, around: &mut Vec<PlaceId>) -> PlaceId {
        match form {
            Form::Refused(inner) => return self.lay(inner, around),
            Form::Again(out) => {
                let outer = around.len().checked_sub(out + 1).and_then(|at| around.get(at));
                return outer.copied().unwrap_or_else(|| self.unknown());
            }
            Form::Unknown | Form::SelfDescribing => return self.unknown(),
            _ => {}
        }
        let id = self.add(Place::Unknown);
        around.push(id);
        self.places[id] = match form {
            Form::Scalar(scalar) => Place::Scalar(*scalar),
            Form::Option(inner) => Place::Option(self.lay(inner, around)),
            Form::Sequence(inner) => Place::Sequence(self.lay(inner, around)),
            Form::Map(entry) => Place::Map(self.lay(&entry.0, around), self.lay(&entry.1, around)),
            Form::Tuple(parts) => Place::Tuple(self.lay_all(parts, around)),
            Form::Array(inner, length) => Place::Array(self.lay(inner, around), *length),
            Form::Struct(fields) => Place::Struct(self.fields(fields, around)),
            Form::Enum(variants) => Place::Enum(variants.iter().map(|it| self.variant(it, around)).collect()),
            Form::Unknown | Form::SelfDescribing | Form::Refused(_) | Form::Again(_) => Place::Unknown,
        };
        around.pop();
        id
    }

    fn add(&mut self, place: Place) -> PlaceId {
        self.places.push(place);
        self.places.len() - 1
    }

    fn unknown(&mut self) -> PlaceId {
        self.has_unknown = true;
        self.add(Place::Unknown)
    }

    fn lay_all(&mut self, forms: &[Form], around: &mut Vec<PlaceId>) -> Box<[PlaceId]> {
        forms.iter().map(|form| self.lay(form, around)).collect()
    }

    fn fields(&mut self, fields: &[FieldForm], around: &mut Vec<PlaceId>) -> Box<[Field]> {
        fields.iter().map(|it| Field { name: it.name.clone(), place: self.lay(&it.form, around) }).collect()
    }

    fn variant(&mut self, variant: &VariantForm, around: &mut Vec<PlaceId>) -> Variant {
        let contents = match &variant.content {
            Content::Unknown => {
                self.has_unknown = true;
                Contents::Unknown
            }
            Content::Unit => Contents::Unit,
            Content::Newtype(inner) => Contents::Newtype(self.lay(inner, around)),
            Content::Tuple(parts) => Contents::Tuple(self.lay_all(parts, around)),
            Content::Struct(fields) => Contents::Struct(self.fields(fields, around)),
        };
        Variant { names: variant.names.clone(), contents }
    }
}
