//! The expansion of a struct without mistakes. It cannot fail.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Path, Type};

use crate::model::{Model, Object};
use crate::option;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let Some(root) = &model.root else { return TokenStream::new() };
    let ident = model.ident;
    let accessors = accessors(model, root);
    let checks = model.objects.iter().flat_map(|object| key_checks(object, root));
    let needs = [lasting_check(model, root), unrated_check(model, root)].into_iter().flatten();
    let one = one_of_family(model, root);
    let infos = model.objects.iter().map(|object| info(object, model, root));
    let inspect = inspect(model, root);
    let uses = uses(model);
    quote! {
        #accessors

        #[automatically_derived]
        impl #root::RedisNamespaced for #ident {
            fn objects() -> ::std::vec::Vec<#root::ObjectInfo> {
                #(#checks)*
                #(#needs)*
                #one
                <[#root::ObjectInfo]>::into_vec(::std::boxed::Box::new([#(#infos),*]))
            }

            #inspect
        }

        #uses
    }
}

/// Those of the struct itself; the objects of a family are each of one id.
fn accessors(model: &Model, root: &Path) -> Option<TokenStream> {
    let (ident, accessors) = (model.ident, model.objects.iter().map(|object| accessor(object, root)));
    model.family.is_none().then(|| {
        quote! {
            impl #ident {
                #(#accessors)*
            }
        }
    })
}

fn accessor(object: &Object, root: &Path) -> TokenStream {
    let (signature, made) = (signature(object), made(object, root, None));
    quote! {
        #signature {
            #made
        }
    }
}

/// What makes an object, bound to a session or not. For both it reads the same, so that a mistake is reported once.
pub(crate) fn made(object: &Object, root: &Path, session: Option<TokenStream>) -> TokenStream {
    made_with(object, root, session.map(|session| quote!(.on(#session))))
}

/// The same with more that is said of it.
pub(crate) fn made_with(object: &Object, root: &Path, more: Option<TokenStream>) -> TokenStream {
    let (ty, declaration) = (&object.ty, declaration(object, root));
    option::changed(object, root, quote!(<#ty as #root::RedisObject>::declare(#declaration #more)))
}

/// An accessor up to its body.
pub(crate) fn signature(object: &Object) -> TokenStream {
    let (head, ty) = (head(object), &object.ty);
    quote!(#head () -> #ty)
}

/// An accessor up to its arguments.
pub(crate) fn head(object: &Object) -> TokenStream {
    let Object { visibility, attrs, accessor, .. } = object;
    let doc = (!object.documented).then(|| format!("The `{}` object.", object.namespace)).into_iter();
    quote! {
        #(#attrs)*
        #(#[doc = #doc])*
        #visibility fn #accessor
    }
}

pub(crate) fn is_deprecated(object: &Object) -> bool {
    object.attrs.iter().any(|attr| attr.path().is_ident("deprecated"))
}

/// The objects of no one in particular, of which is told what holds of all.
fn one_of_family(model: &Model, root: &Path) -> Option<TokenStream> {
    let (ident, one) = (model.ident, one());
    let is_used = model.family.is_some() && !model.objects.iter().all(is_deprecated);
    is_used.then(|| quote!(let #one = &<#ident as #root::RedisFamily>::objects_of(#root::FamilyId::none());))
}

fn one() -> Ident {
    Ident::new("one", Span::mixed_site())
}

/// What is said of an object. The accessor makes it, so that a mistake is reported once; one that is deprecated would be
/// reported as used, and may be forbidden.
fn info(object: &Object, model: &Model, root: &Path) -> TokenStream {
    let (ty, ident, accessor, declaration) = (&object.ty, model.ident, &object.accessor, declaration(object, root));
    let one = one();
    let made = match &model.family {
        _ if is_deprecated(object) => made(object, root, None),
        Some(_) => quote!(#one.#accessor()),
        None => quote!(#ident::#accessor()),
    };
    let field = object.ident.unraw().to_string();
    quote! {
        <#ty as #root::RedisObject>::describe(&{ #made }, #field, #declaration)
    }
}

/// Shows each object to who looks, or the family.
fn inspect(model: &Model, root: &Path) -> Option<TokenStream> {
    let [session, inspector] = ["session", "inspector"].map(|name| Ident::new(name, Span::mixed_site()));
    let ident = model.ident;
    let shown = match &model.family {
        Some(_) => quote! {
            #root::inspect::Inspector::family(
                #inspector,
                ::std::boxed::Box::new(<#root::BoundFamily<#ident>>::new(#session)),
            );
        },
        None => windows(model, root, &session, &inspector, &|object| match object {
            object if is_deprecated(object) => made(object, root, None),
            Object { accessor, .. } => quote!(#ident::#accessor()),
        }),
    };
    (!model.objects.is_empty()).then(|| {
        quote! {
            fn inspect(#session: &#root::RedisSession, #inspector: &mut impl #root::inspect::Inspector) {
                #shown
            }
        }
    })
}

/// Shows each object, as `made` makes it.
pub(crate) fn windows(
    model: &Model,
    root: &Path,
    session: &Ident,
    inspector: &Ident,
    made: &dyn Fn(&Object) -> TokenStream,
) -> TokenStream {
    let [it, info] = ["it", "info"].map(|name| Ident::new(name, Span::mixed_site()));
    let window = |object: &Object| {
        let (ty, declaration, made) = (&object.ty, declaration(object, root), made(object));
        let field = object.ident.unraw().to_string();
        quote! {
            {
                let #it = { #made };
                let #info = <#ty as #root::RedisObject>::describe(&#it, #field, #declaration);
                let #it = <#ty as #root::RedisObject>::window(&#it, #session, #info);
                #root::inspect::Inspector::window(#inspector, #it);
            }
        }
    };
    model.objects.iter().map(window).collect()
}

/// Requires of an object what its keys are for, and reports one of another type at the first of them.
fn key_checks(object: &Object, root: &Path) -> impl Iterator<Item = TokenStream> {
    let (lease, max_hold) = (object.lease.lease.map(|it| it.0), object.lease.max_hold.map(|it| it.0));
    let checks = [
        (object.task.key, "task_queue", quote!(#root::RedisTaskObject)),
        (object.ttl.key, "ttl_cache", quote!(#root::RedisTtlObject)),
        (lease, "leased", quote!(#root::RedisLeasedObject)),
        (max_hold, "lock", quote!(#root::RedisLockObject)),
        (object.rate.key, "limit", quote!(#root::RedisLimitObject)),
    ];
    checks.into_iter().filter_map(|(key, name, bound)| {
        let (ty, name) = (option::at_key(object, key?), Ident::new(name, Span::call_site()));
        Some(quote! {
            {
                fn #name<T: #bound>() {}
                #name::<#ty>();
            }
        })
    })
}

/// Requires objects that need no lifetime where none is given.
fn lasting_check(model: &Model, root: &Path) -> Option<TokenStream> {
    let objects = model.objects.iter().filter(|object| !object.ttl.has_lifetime);
    without("without_ttl", objects, &quote!(#root::RedisObject<Needs: #root::OptionalLifetime>))
}

/// Requires objects that need no rate where none is given.
fn unrated_check(model: &Model, root: &Path) -> Option<TokenStream> {
    let objects = model.objects.iter().filter(|object| !object.rate.is_said);
    without("without_rate", objects, &quote!(#root::RedisObject<Needs: #root::OptionalRate>))
}

fn without<'a>(name: &str, objects: impl Iterator<Item = &'a Object<'a>>, bound: &TokenStream) -> Option<TokenStream> {
    let calls: Vec<_> = objects.map(|object| call_without(name, &object.ty)).collect();
    let name = Ident::new(name, Span::call_site());
    (!calls.is_empty()).then(|| {
        quote! {
            {
                fn #name<T: #bound>() {}
                #(#calls;)*
            }
        }
    })
}

/// Stands where the type does from end to end, so that of one that is no object nothing new is said, and it is said once.
fn call_without(name: &str, ty: &Type) -> TokenStream {
    let ty = ty.to_token_stream();
    let first = ty.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
    let last = ty.clone().into_iter().last().map_or(first, |token| token.span());
    let name = Ident::new(name, first);
    let (mut call, end) = (quote_spanned!(first=> #name::<), quote_spanned!(last=> >()));
    call.extend(ty);
    call.extend(end);
    call
}

fn declaration(object: &Object, root: &Path) -> TokenStream {
    let namespace = &object.namespace;
    let task = &object.task;
    let global = (!object.global).then(|| quote!(.without_global_namespace()));
    let secret = object.secret.then(|| quote!(.secret()));
    let timeout = object.timeout.iter();
    let client_identifier = task.client_identifier.iter();
    let recover_after = task.recover_after.iter();
    let max_attempts = task.max_attempts.iter();
    let (first, longest): (Vec<u64>, Vec<u64>) = task.backoff.into_iter().unzip();
    let unreadable_for = task.unreadable_for.iter();
    let recover_unleased = task.recover_unleased.iter();
    let (ttl, lease, rate) = (object.ttl.declaration(), object.lease.declaration(), object.rate.declaration());
    quote! {
        #root::Declaration::new(#namespace)
            .program(&::core::option_env!("CARGO_PKG_NAME"))
            #global
            #secret
            #(.timeout(::core::time::Duration::from_millis(#timeout)))*
            #(.client_identifier(#client_identifier))*
            #(.recover_after(::core::time::Duration::from_millis(#recover_after)))*
            #(.max_attempts(#max_attempts))*
            #(.backoff(
                ::core::time::Duration::from_millis(#first),
                ::core::time::Duration::from_millis(#longest),
            ))*
            #(.unreadable_for(::core::time::Duration::from_millis(#unreadable_for)))*
            #(.recover_unleased(::core::time::Duration::from_millis(#recover_unleased)))*
            #ttl
            #lease
            #rate
    }
}

/// Counts the fields as used: they are declarations, and the struct is never built.
fn uses(model: &Model) -> TokenStream {
    let ident = model.ident;
    let fields = &model.fields;
    let it = Ident::new("it", Span::mixed_site());
    quote! {
        const _: fn(&#ident) = |#it| {
            #(let _ = &raw const #it.#fields;)*
        };
    }
}

#[cfg(test)]
mod tests {
    use syn::{DeriveInput, parse_quote};

    use super::signature;
    use crate::errors::Errors;
    use crate::model::Model;

    fn signature_of(input: &DeriveInput) -> String {
        let model = Model::read(input, &mut Errors::default());
        signature(&model.objects[0]).to_string()
    }

    #[test]
    fn the_docs_of_a_field_go_to_its_accessor() {
        let signature = signature_of(&parse_quote! {
            struct Channel {
                /// Topic of each channel.
                #[deprecated]
                #[allow(unused)]
                pub topics: Topics,
            }
        });
        let expected = "# [doc = r\" Topic of each channel.\"] # [deprecated] pub fn topics () -> Topics";
        assert_eq!(signature, expected);
    }

    #[test]
    fn a_field_without_docs_gets_a_line() {
        let signature = signature_of(&parse_quote! {
            struct Channel {
                #[doc(hidden)]
                topics: Topics,
            }
        });
        let expected = "# [doc (hidden)] # [doc = \"The `Channel.topics` object.\"] fn topics () -> Topics";
        assert_eq!(signature, expected);
    }
}
