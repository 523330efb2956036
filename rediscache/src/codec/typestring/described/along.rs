//! Where in its layout a value is, as far as both go together.

use crate::shape::{Contents, Field, Layout, Place, PlaceId, Scalar};

/// A place, or none.
#[derive(Clone, Copy)]
pub(super) struct Along<'a> {
    layout: Option<&'a Layout>,
    here: Here<'a>,
}

#[derive(Clone, Copy)]
enum Here<'a> {
    Unknown,
    At(&'a Place),
    /// At what a variant holds.
    In(&'a Contents),
}

impl<'a> Along<'a> {
    pub(super) fn new(layout: Option<&'a Layout>) -> Self {
        let whole = layout.map(|layout| Here::At(layout.at(Layout::WHOLE)));
        Self { layout, here: whole.unwrap_or(Here::Unknown) }
    }

    /// Whether an integer beyond 64 bits can be read here. What asks the bytes what they hold cannot keep one: serde's
    /// own buffers have no room. Without a layout, who reads knows what to ask for.
    pub(super) fn takes_wide(self) -> bool {
        self.layout.is_none() || matches!(self.here, Here::At(Place::Scalar(Scalar::I128 | Scalar::U128)))
    }

    pub(super) fn option(self) -> Self {
        self.go(if let Here::At(Place::Option(inner)) = self.here { Some(inner) } else { None })
    }

    /// What stands at that index of an array.
    pub(super) fn element(self, index: usize) -> Self {
        self.go(match self.here {
            Here::At(Place::Sequence(element) | Place::Array(element, _)) => Some(element),
            Here::At(Place::Tuple(parts)) | Here::In(Contents::Tuple(parts)) => parts.get(index),
            _ => None,
        })
    }

    pub(super) fn key(self) -> Self {
        self.go(if let Here::At(Place::Map(key, _)) = self.here { Some(key) } else { None })
    }

    pub(super) fn value(self) -> Self {
        self.go(if let Here::At(Place::Map(_, value)) = self.here { Some(value) } else { None })
    }

    /// The field of that name, which is mostly at that index.
    pub(super) fn field(self, index: usize, name: &str) -> Self {
        let (Here::At(Place::Struct(fields)) | Here::In(Contents::Struct(fields))) = self.here else {
            return self.go(None);
        };
        let is_it = |field: &&Field| field.name == name;
        let field = fields.get(index).filter(is_it).or_else(|| fields.iter().find(is_it));
        self.go(field.map(|field| &field.place))
    }

    /// What the variant of that name holds.
    pub(super) fn variant(self, name: &str) -> Self {
        let Here::At(Place::Enum(variants)) = self.here else { return self.go(None) };
        let variant = variants.iter().find(|variant| variant.names.iter().any(|it| it == name));
        Self { here: variant.map_or(Here::Unknown, |variant| Here::In(&variant.contents)), ..self }
    }

    /// The one value that a variant holds.
    pub(super) fn newtype(self) -> Self {
        self.go(if let Here::In(Contents::Newtype(place)) = self.here { Some(place) } else { None })
    }

    fn go(self, place: Option<&PlaceId>) -> Self {
        let at = place.and_then(|place| self.layout.map(|layout| layout.at(*place)));
        Self { here: at.map_or(Here::Unknown, Here::At), ..self }
    }
}
