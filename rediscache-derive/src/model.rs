//! What the expansion needs to know of a struct, and what must hold for it to be right.

use std::borrow::Cow;

use proc_macro2::Span;
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Field, Fields, GenericArgument, Generics, Ident, Meta, Path, PathArguments, Token,
    Type, Visibility,
};

use crate::attr::{FieldAttr, Keyed, NearAttr, StructAttr, TaskAttr, Unreadable};
use crate::errors::Errors;
use crate::family::{self, Family};
use crate::lease::LeaseAttr;
use crate::older::VersionAttr;
use crate::rate::RateAttr;
use crate::ttl::TtlAttr;

/// The struct. There is always one, so that broken input can be expanded too.
pub(crate) struct Model<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) visibility: &'a Visibility,
    pub(crate) generics: &'a Generics,
    /// Where the runtime crate is, as far as it is known.
    pub(crate) root: Option<Path>,
    /// Of which there are as many as there are ids, if it is one.
    pub(crate) family: Option<Family>,
    /// Every field, declaring an object or not.
    pub(crate) fields: Vec<&'a Ident>,
    pub(crate) objects: Vec<Object<'a>>,
    /// Whether it is deprecated itself, or allows for what is.
    pub(crate) may_name_deprecated: bool,
}

/// One field that declares an object.
pub(crate) struct Object<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) visibility: &'a Visibility,
    /// That of the field; in a record, what becomes of it there.
    pub(crate) ty: Cow<'a, Type>,
    /// The attributes that go to the accessor.
    pub(crate) attrs: Vec<&'a Attribute>,
    pub(crate) documented: bool,
    pub(crate) accessor: Ident,
    pub(crate) namespace: String,
    pub(crate) global: bool,
    pub(crate) secret: bool,
    /// In milliseconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) task: TaskAttr,
    pub(crate) ttl: TtlAttr,
    pub(crate) rate: RateAttr,
    pub(crate) lease: LeaseAttr,
    pub(crate) version: VersionAttr,
    pub(crate) unreadable: Option<Keyed<Unreadable>>,
    pub(crate) near: Option<NearAttr>,
    /// Where a second field of this namespace or accessor is reported.
    namespace_span: Span,
    accessor_span: Span,
}

impl<'a> Model<'a> {
    pub(crate) fn read(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let attr = StructAttr::read(&input.attrs, errors);
        let named = attr.namespace.as_ref().map(|namespace| namespace.value.clone());
        let owner = named.unwrap_or_else(|| input.ident.unraw().to_string());
        let family = Family::read(&attr, &owner, errors);
        reject_generics(&input.generics, errors);
        let fields = named_fields(input, errors);
        let mut objects: Vec<Object> = Vec::new();
        for field in &fields {
            let object = Object::read(field, (&owner, family.as_ref()), &attr, errors);
            objects.extend(object.filter(|object| object.has_own_accessor(&objects, errors)));
        }
        Self {
            ident: &input.ident,
            visibility: &input.vis,
            generics: &input.generics,
            root: attr.root,
            family,
            fields: fields.iter().filter_map(|field| field.ident.as_ref()).collect(),
            objects,
            may_name_deprecated: input.attrs.iter().any(|attr| attr.path().is_ident("deprecated"))
                || fields.iter().flat_map(|field| &field.attrs).chain(&input.attrs).any(allows_deprecated),
        }
    }
}

impl<'a> Object<'a> {
    fn read(
        field: &'a Field,
        (owner, family): (&str, Option<&Family>),
        of_struct: &StructAttr,
        errors: &mut Errors,
    ) -> Option<Self> {
        let attr = FieldAttr::read(&field.attrs, errors);
        let ident = field.ident.as_ref().filter(|_| !attr.skip)?;
        reject_float_key(&field.ty, errors);
        let is_apart = attr.namespace.is_some() || attr.global.is_some();
        let ty = match &of_struct.root {
            Some(root) if of_struct.record && !is_apart => Cow::Owned(in_record(&field.ty, root)),
            _ => Cow::Borrowed(&field.ty),
        };
        if let Some(namespace) = &attr.namespace {
            family::check_field(namespace, family, errors);
        }
        if let Some(Keyed { key, value }) = attr.namespace.as_ref().filter(|it| of_struct.record && it.value == owner) {
            let message =
                format!("the namespace `{value}` is that of the record; write another `namespace = \"name\"`");
            errors.push(*key, message);
        }
        let (namespace_span, namespace) = match attr.namespace {
            Some(namespace) => (namespace.key, namespace.value),
            None => (ident.span(), format!("{owner}.{}", ident.unraw())),
        };
        let (accessor_span, accessor) = match attr.accessor {
            Some(accessor) => (accessor.key, accessor.value),
            None => (ident.span(), ident.clone()),
        };
        if family.is_some() {
            family::check_accessor(&accessor.unraw().to_string(), accessor_span, errors);
        }
        Some(Self {
            ident,
            visibility: &field.vis,
            ty,
            attrs: field.attrs.iter().filter(|attr| is_forwarded(attr)).collect(),
            documented: field.attrs.iter().any(is_doc_text),
            accessor,
            namespace,
            global: attr.global.unwrap_or(of_struct.global),
            secret: attr.secret,
            timeout: attr.timeout,
            task: attr.task,
            ttl: attr.ttl,
            rate: attr.rate,
            lease: attr.lease,
            version: attr.version,
            unreadable: attr.unreadable,
            near: attr.near,
            namespace_span,
            accessor_span,
        })
    }

    /// Whether it has keys that only some objects take, each checked where it is written.
    pub(crate) fn has_options(&self) -> bool {
        self.version.key.is_some() || self.unreadable.is_some() || self.near.is_some()
    }

    /// Reports a namespace or an accessor that an earlier field has. Two accessors of one name would not compile.
    fn has_own_accessor(&self, earlier: &[Self], errors: &mut Errors) -> bool {
        if let Some(first) = earlier.iter().find(|first| first.namespace == self.namespace) {
            let (name, first) = (&self.namespace, first.ident);
            let message =
                format!("the namespace `{name}` is that of field `{first}`; write another `namespace = \"name\"`");
            errors.push(self.namespace_span, message);
        }
        let first = earlier.iter().find(|first| first.accessor.unraw() == self.accessor.unraw());
        if let Some(first) = first {
            let (name, first) = (&self.accessor, first.ident);
            let message =
                format!("the accessor `{name}` is that of field `{first}`; write another `accessor = \"name\"`");
            errors.push(self.accessor_span, message);
        }
        first.is_none()
    }
}

/// What becomes of an object in a struct that is a record.
fn in_record(ty: &Type, root: &Path) -> Type {
    let span = ty.span();
    Type::Verbatim(quote_spanned!(span=> <#ty as #root::RedisObject>::InRecord))
}

fn is_forwarded(attr: &Attribute) -> bool {
    attr.path().is_ident("doc") || attr.path().is_ident("deprecated")
}

/// `#[allow(deprecated)]` and its kin.
fn allows_deprecated(attr: &Attribute) -> bool {
    let names_it = |lints: Punctuated<Meta, Token![,]>| lints.iter().any(|lint| lint.path().is_ident("deprecated"));
    (attr.path().is_ident("allow") || attr.path().is_ident("expect"))
        && attr.parse_args_with(Punctuated::parse_terminated).is_ok_and(names_it)
}

fn is_doc_text(attr: &Attribute) -> bool {
    attr.path().is_ident("doc") && attr.meta.require_name_value().is_ok()
}

fn named_fields<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Vec<&'a Field> {
    let (span, found) = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return fields.named.iter().collect(),
            Fields::Unnamed(fields) => (fields.paren_token.span.join(), "a struct whose fields have no names"),
            Fields::Unit => (input.ident.span(), "a struct without fields"),
        },
        Data::Enum(data) => (data.enum_token.span, "an enum"),
        Data::Union(data) => (data.union_token.span, "a union"),
    };
    let form = format!("struct {} {{ topics: RedisCache<u64, String> }}", input.ident);
    errors.push(span, format!("{found} cannot declare cache objects; write `{form}`"));
    Vec::new()
}

fn reject_generics(generics: &Generics, errors: &mut Errors) {
    if !generics.params.is_empty() {
        let message = "a struct with parameters cannot declare cache objects: its types would all share one namespace; \
                       take the parameters away and write the types out, as in `RedisCache<u64, String>`";
        errors.merge(syn::Error::new_spanned(generics, message));
    }
}

/// Says of the most likely wrong key what the trait bounds would say less well.
fn reject_float_key(ty: &Type, errors: &mut Errors) {
    let Some(cache) = path(ty).and_then(|path| path.segments.last()) else { return };
    let PathArguments::AngleBracketed(arguments) = &cache.arguments else { return };
    let Some(GenericArgument::Type(key)) = arguments.args.first() else { return };
    let Some(name) = path(key).and_then(Path::get_ident) else { return };
    let is_float = name == "f32" || name == "f64";
    let part = match cache.ident.to_string().as_str() {
        "RedisCache" => "a key",
        "RedisSet" | "RedisRanking" => "a member",
        _ => return,
    };
    if is_float {
        let message = format!("`{name}` cannot be {part}: it is neither `Eq` nor `Hash`; use an integer or a `String`");
        errors.push(key.span(), message);
    }
}

fn path(ty: &Type) -> Option<&Path> {
    match ty {
        Type::Path(ty) if ty.qself.is_none() => Some(&ty.path),
        Type::Group(ty) => path(&ty.elem),
        Type::Paren(ty) => path(&ty.elem),
        _ => None,
    }
}
