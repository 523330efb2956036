//! Writes a shape in one line that no other shape has.

use std::fmt::{self, Display, Formatter, Write};

use super::form::{Content, FieldForm, Form, Scalar, VariantForm};

impl Display for Form {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Writer { f, around: Vec::new(), labels: 0 }.form(self)
    }
}

/// Writes one shape.
struct Writer<'w, 'f> {
    f: &'w mut Formatter<'f>,
    /// The label of each form around, if it has one, the innermost last.
    around: Vec<Option<usize>>,
    labels: usize,
}

impl Writer<'_, '_> {
    fn form(&mut self, form: &Form) -> fmt::Result {
        match form {
            Form::Unknown => self.f.write_char('?'),
            Form::SelfDescribing => self.f.write_str("any"),
            Form::Scalar(scalar) => self.f.write_str(scalar.name()),
            Form::Again(out) => self.again(*out),
            Form::Refused(inner) => {
                self.form(inner)?;
                self.f.write_char('?')
            }
            composite => self.composite(composite),
        }
    }

    fn again(&mut self, out: usize) -> fmt::Result {
        let label = self.around.iter().rev().nth(out).copied().flatten().unwrap_or_default();
        write!(self.f, "#{label}")
    }

    fn composite(&mut self, form: &Form) -> fmt::Result {
        let label = form.recurs(0).then(|| {
            self.labels += 1;
            self.labels
        });
        if let Some(label) = label {
            write!(self.f, "#{label}=")?;
        }
        self.around.push(label);
        self.parts(form)?;
        self.around.pop();
        Ok(())
    }

    fn parts(&mut self, form: &Form) -> fmt::Result {
        match form {
            Form::Option(inner) => self.enclosed("option<", ">", |it| it.form(inner)),
            Form::Sequence(inner) => self.enclosed("[", "]", |it| it.form(inner)),
            Form::Map(entry) => self.enclosed("map<", ">", |it| {
                it.form(&entry.0)?;
                it.f.write_str(", ")?;
                it.form(&entry.1)
            }),
            Form::Array(inner, length) => self.enclosed("[", "]", |it| {
                it.form(inner)?;
                write!(it.f, "; {length}")
            }),
            Form::Tuple(parts) => self.tuple(parts),
            Form::Struct(fields) => self.fields(fields),
            Form::Enum(variants) => self.enclosed("<", ">", |it| it.separated(" | ", variants, Self::variant)),
            _ => Ok(()),
        }
    }

    fn enclosed(&mut self, open: &str, close: &str, inner: impl FnOnce(&mut Self) -> fmt::Result) -> fmt::Result {
        self.f.write_str(open)?;
        inner(self)?;
        self.f.write_str(close)
    }

    fn separated<T>(
        &mut self,
        separator: &str,
        items: &[T],
        mut write: impl FnMut(&mut Self, &T) -> fmt::Result,
    ) -> fmt::Result {
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.f.write_str(separator)?;
            }
            write(self, item)?;
        }
        Ok(())
    }

    /// The comma tells a tuple of one from what it holds.
    fn tuple(&mut self, parts: &[Form]) -> fmt::Result {
        let close = if parts.len() == 1 { ",)" } else { ")" };
        self.enclosed("(", close, |it| it.separated(", ", parts, Self::form))
    }

    fn fields(&mut self, fields: &[FieldForm]) -> fmt::Result {
        self.enclosed("{", "}", |it| {
            it.separated(", ", fields, |it, field| {
                it.name(&field.name)?;
                it.f.write_str(": ")?;
                it.form(&field.form)
            })
        })
    }

    fn variant(&mut self, variant: &VariantForm) -> fmt::Result {
        self.separated("/", &variant.names, |it, name| it.name(name))?;
        match &variant.content {
            // Not `(?)`, which is one value that is unknown.
            Content::Unknown => self.f.write_str("(..)")?,
            Content::Unit => {}
            Content::Newtype(inner) => self.enclosed("(", ")", |it| it.form(inner))?,
            Content::Tuple(parts) => self.tuple(parts)?,
            Content::Struct(fields) => self.fields(fields)?,
        }
        if variant.is_refused { self.f.write_char('?') } else { Ok(()) }
    }

    /// As it is, where that cannot be mistaken for anything else.
    fn name(&mut self, name: &str) -> fmt::Result {
        let is_plain = |character: char| character.is_ascii_alphanumeric() || "_-.$".contains(character);
        if !name.is_empty() && name.chars().all(is_plain) {
            return self.f.write_str(name);
        }
        self.f.write_char('"')?;
        for character in name.chars() {
            match character {
                '"' | '\\' => write!(self.f, "\\{character}")?,
                control if control.is_control() => write!(self.f, "\\u{{{:x}}}", u32::from(control))?,
                other => self.f.write_char(other)?,
            }
        }
        self.f.write_char('"')
    }
}

impl Form {
    /// Whether something within it is the same again as what is `out` steps further out than its parts.
    fn recurs(&self, out: usize) -> bool {
        match self {
            Self::Unknown | Self::SelfDescribing | Self::Scalar(_) => false,
            Self::Again(further) => further + 1 == out,
            Self::Refused(inner) => inner.recurs(out),
            Self::Option(inner) | Self::Sequence(inner) | Self::Array(inner, _) => inner.recurs(out + 1),
            Self::Map(entry) => entry.0.recurs(out + 1) || entry.1.recurs(out + 1),
            Self::Tuple(parts) => parts.iter().any(|part| part.recurs(out + 1)),
            Self::Struct(fields) => fields.iter().any(|field| field.form.recurs(out + 1)),
            Self::Enum(variants) => variants.iter().any(|variant| match &variant.content {
                Content::Unknown | Content::Unit => false,
                Content::Newtype(inner) => inner.recurs(out + 1),
                Content::Tuple(parts) => parts.iter().any(|part| part.recurs(out + 1)),
                Content::Struct(fields) => fields.iter().any(|field| field.form.recurs(out + 1)),
            }),
        }
    }
}

impl Scalar {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::I128 => "i128",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::U128 => "u128",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Char => "char",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Unit => "unit",
        }
    }
}
