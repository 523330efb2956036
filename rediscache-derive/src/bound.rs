//! The expansion of the handle: the objects of a struct, bound to a session.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Path;
use syn::ext::IdentExt;

use crate::expand::{head, is_deprecated, made};
use crate::model::{Model, Object};

/// The type of the handle has no name in the user's module, and is called by what the struct says that it is.
///
/// Of a struct with mistakes it is there, too, and is never used.
pub(crate) fn expand(model: &Model, is_sound: bool) -> TokenStream {
    let Some(root) = model.root.as_ref().filter(|_| model.generics.params.is_empty()) else {
        return TokenStream::new();
    };
    let (ident, visibility) = (model.ident, model.visibility);
    let handle = Ident::new("ObjectsOnSession", Span::mixed_site());
    let accessors = model.objects.iter().map(|object| accessor(object, ident, root, is_sound));
    let name = ident.unraw().to_string();
    let doc = format!("The objects of `{name}`, bound to a session.");
    let (on, uses) = (on(model, root), uses(model, &handle, &[]));
    quote! {
        const _: () = {
            #[doc = #doc]
            #visibility struct #handle {
                session: #root::RedisSession,
            }

            impl #handle {
                #(#accessors)*
            }

            #[automatically_derived]
            impl ::core::clone::Clone for #handle {
                fn clone(&self) -> Self {
                    Self { session: ::core::clone::Clone::clone(&self.session) }
                }
            }

            #[automatically_derived]
            impl ::core::fmt::Debug for #handle {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct(#name).field("session", &self.session).finish()
                }
            }

            #[automatically_derived]
            impl #root::RedisBound for #ident {
                type Handle = #handle;

                fn on(session: &#root::RedisSession) -> #handle {
                    #handle { session: ::core::clone::Clone::clone(session) }
                }
            }

            #uses
        };

        #on
    }
}

/// Counts its accessors as used, as those of the struct are. What is deprecated may be named where that is, too.
pub(crate) fn uses(model: &Model, handle: &Ident, more: &[Ident]) -> TokenStream {
    let (old, current): (Vec<_>, Vec<_>) = model.objects.iter().partition(|object| is_deprecated(object));
    let named = |objects: &[&Object], more: &[Ident]| {
        let names: Vec<_> = objects.iter().map(|object| &object.accessor).chain(more).collect();
        (!names.is_empty()).then(|| quote!(const _: fn() = || { #(let _ = #handle::#names;)* };))
    };
    let (old, current) = (named(&old, &[]).into_iter(), named(&current, more));
    quote! {
        #current
        #(
            #[deprecated]
            #old
        )*
    }
}

/// What makes the handle, unless an accessor has its name.
fn on(model: &Model, root: &Path) -> Option<TokenStream> {
    let (ident, visibility) = (model.ident, model.visibility);
    if model.objects.iter().any(|object| object.accessor.unraw() == "on") {
        return None;
    }
    Some(quote! {
        impl #ident {
            /// Makes a handle whose objects are bound to this session; cheap, as its clones are.
            #[must_use]
            #visibility fn on(session: &#root::RedisSession) -> #root::Bound<#ident> {
                <#ident as #root::RedisBound>::on(session)
            }
        }

        // Counts it as used, too.
        const _: fn(&#root::RedisSession) -> #root::Bound<#ident> = #ident::on;
    })
}

fn accessor(object: &Object, ident: &Ident, root: &Path, is_sound: bool) -> TokenStream {
    let (head, ty) = (head(object), naming(ident, object.ty.to_token_stream()));
    let name = &object.accessor;
    let made = if !is_sound {
        quote!(::core::unreachable!())
    } else if object.has_options() && !is_deprecated(object) {
        // What is wrong with its options is reported where they are, once.
        quote!(<#ty>::on(&#ident::#name(), &self.session))
    } else {
        naming(ident, made(object, root, Some(quote!(&self.session))))
    };
    quote! {
        #head(&self) -> #ty {
            #made
        }
    }
}

/// The same with the name of the struct for `Self`, which is the handle here.
pub(crate) fn naming(ident: &Ident, tokens: TokenStream) -> TokenStream {
    let named = |token| match token {
        TokenTree::Ident(it) if it == "Self" => TokenTree::Ident(ident.clone()),
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), naming(ident, group.stream()));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        token => token,
    };
    tokens.into_iter().map(named).collect()
}
