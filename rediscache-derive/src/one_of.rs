//! The expansion of a family: the handle that has the objects of one, and what the struct has of its own.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Path;
use syn::ext::IdentExt;

use crate::bound::{naming, uses};
use crate::expand::{head, is_deprecated, made_with, windows};
use crate::family::Family;
use crate::model::{Model, Object};

/// The type of the handle has no name in the user's module, and is called by what the struct says that it is.
///
/// Of a struct with mistakes all is there, too, and is never used.
pub(crate) fn expand(model: &Model, family: &Family, is_sound: bool) -> TokenStream {
    let Some(root) = model.root.as_ref().filter(|_| model.generics.params.is_empty()) else {
        return TokenStream::new();
    };
    let (ident, visibility) = (model.ident, model.visibility);
    let handle = Ident::new("ObjectsOfOne", Span::mixed_site());
    let accessors = model.objects.iter().map(|object| accessor(object, ident, root, is_sound));
    let methods = methods(model, root, is_sound);
    let (name, namespace) = (ident.unraw().to_string(), &family.namespace);
    let id = id_type(family);
    let doc = format!("The objects of one of the family `{name}`.");
    let shared = shared(&handle, &name);
    let uses = uses(model, &handle, &["on", "clear_all"].map(|name| Ident::new(name, Span::call_site())));
    let of_struct = of_struct(model, family, root, is_sound);
    let inspect = is_sound.then(|| inspect(model, root));
    quote! {
        const _: () = {
            #[doc = #doc]
            #visibility struct #handle(#root::FamilyId);

            impl #handle {
                #(#accessors)*

                #methods
            }

            #shared

            #[automatically_derived]
            impl #root::RedisBound for #ident {
                type Handle = #root::BoundFamily<#ident>;

                fn on(session: &#root::RedisSession) -> #root::BoundFamily<#ident> {
                    #root::BoundFamily::new(session)
                }
            }

            #[automatically_derived]
            impl #root::RedisFamily for #ident {
                type Id = #id;
                type Objects = #handle;

                const NAMESPACE: &'static ::core::primitive::str = #namespace;

                fn objects_of(id: #root::FamilyId) -> #handle {
                    #handle(id)
                }

                #inspect
            }

            #uses
        };

        #of_struct
    }
}

/// Shows the objects of one.
fn inspect(model: &Model, root: &Path) -> TokenStream {
    let [id, session, inspector, one] =
        ["id", "session", "inspector", "one"].map(|name| Ident::new(name, Span::mixed_site()));
    let ident = model.ident;
    let windows = windows(model, root, &session, &inspector, &|object| match object {
        object if is_deprecated(object) => made_with(object, root, Some(quote!(.of(#id)))),
        Object { accessor, .. } => quote!(#one.#accessor()),
    });
    quote! {
        fn inspect_one(
            #id: &#root::FamilyId,
            #session: &#root::RedisSession,
            #inspector: &mut impl #root::inspect::Inspector,
        ) {
            let #one = &<#ident as #root::RedisFamily>::objects_of(::core::clone::Clone::clone(#id));
            // All may be deprecated.
            let _ = #one;
            #windows
        }
    }
}

/// What every handle can do.
fn shared(handle: &Ident, name: &str) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl ::core::clone::Clone for #handle {
            fn clone(&self) -> Self {
                Self(::core::clone::Clone::clone(&self.0))
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #handle {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(#name).field(&self.0).finish()
            }
        }
    }
}

/// Any that a key may have, where it is not known.
fn id_type(family: &Family) -> TokenStream {
    family.id.as_ref().map_or_else(|| quote!(::core::primitive::u64), ToTokens::to_token_stream)
}

fn accessor(object: &Object, ident: &Ident, root: &Path, is_sound: bool) -> TokenStream {
    let (head, ty) = (head(object), naming(ident, object.ty.to_token_stream()));
    let made = if is_sound { of_one(object, ident, root) } else { quote!(::core::unreachable!()) };
    quote! {
        #head(&self) -> #ty {
            #made
        }
    }
}

fn of_one(object: &Object, ident: &Ident, root: &Path) -> TokenStream {
    naming(ident, made_with(object, root, Some(quote!(.of(&self.0)))))
}

/// What the handle has beside its accessors.
fn methods(model: &Model, root: &Path, is_sound: bool) -> TokenStream {
    let (ident, visibility) = (model.ident, model.visibility);
    let clearing = |object: &Object| {
        let (ty, accessor) = (naming(ident, object.ty.to_token_stream()), &object.accessor);
        // One that is deprecated would be reported as used, and may be forbidden.
        let made = if is_deprecated(object) { of_one(object, ident, root) } else { quote!(self.#accessor()) };
        quote!(<#ty as #root::RedisObject>::clear_all(&{ #made }))
    };
    let clearings = model.objects.iter().map(clearing);
    let clear_all = if is_sound {
        quote! {
            <#ident as #root::RedisFamily>::clear_each(
                <[#root::Clearing]>::into_vec(::std::boxed::Box::new([#(#clearings),*])),
            )
        }
    } else {
        quote!(::core::unreachable!())
    };
    let on = quote! {
        /// Gives the same objects, bound to this session. Nothing is sent.
        #[must_use]
        #visibility fn on(&self, session: &#root::RedisSession) -> Self {
            Self(#root::FamilyId::on(&self.0, session))
        }
    };
    let clear_all = quote! {
        /// Removes all that the objects of this one hold, but for what someone holds of it: tasks that are pending, and locks.
        #visibility fn clear_all(&self) -> #root::Operation<()> {
            #clear_all
        }
    };
    // An accessor of such a name was reported.
    let is_free = |name: &str| model.objects.iter().all(|object| object.accessor.unraw() != name);
    [(is_free("on"), on), (is_free("clear_all"), clear_all)]
        .into_iter()
        .filter(|method| method.0)
        .map(|method| method.1)
        .collect()
}

/// What the struct has of its own.
fn of_struct(model: &Model, family: &Family, root: &Path, is_sound: bool) -> TokenStream {
    let (ident, visibility, id) = (model.ident, model.visibility, id_type(family));
    // What is given for an id that is not known is no further mistake.
    let (argument, of) = if is_sound {
        (quote!(impl #root::Lend<#id>), quote!(<#ident as #root::RedisFamily>::of(id)))
    } else {
        (
            quote!(impl ::core::marker::Sized),
            quote!({
                let _ = id;
                ::core::unreachable!()
            }),
        )
    };
    quote! {
        impl #ident {
            /// Gives the objects of this one. Nothing is sent.
            #[must_use]
            #visibility fn of(id: #argument) -> #root::ObjectsOf<#ident> {
                #of
            }

            /// Streams the ids of those that hold something, each once.
            #visibility fn ids() -> #root::FamilyScan<#id> {
                <#ident as #root::RedisFamily>::ids()
            }

            /// Makes a handle whose objects are bound to this session; cheap, as its clones are.
            #[must_use]
            #visibility fn on(session: &#root::RedisSession) -> #root::Bound<#ident> {
                <#ident as #root::RedisBound>::on(session)
            }
        }

        // Counts them as used, too.
        const _: fn(#id) -> #root::ObjectsOf<#ident> = #ident::of;
        const _: fn() -> #root::FamilyScan<#id> = #ident::ids;
        const _: fn(&#root::RedisSession) -> #root::Bound<#ident> = #ident::on;
    }
}
