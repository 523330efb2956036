//! The expansion of the keys that only some objects take. Each goes through a function, so that an object that does not
//! take it is reported at the key.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Path;

use crate::attr::{NearAttr, Unreadable};
use crate::model::Object;
use crate::older::OlderAttr;

/// The object that was declared, as the keys of its field change it.
pub(crate) fn changed(object: &Object, root: &Path, declared: TokenStream) -> TokenStream {
    [versioned, readable, near].into_iter().fold(declared, |declared, change| change(object, root, declared))
}

fn versioned(object: &Object, root: &Path, declared: TokenStream) -> TokenStream {
    let attr = &object.version;
    let (Some(key), Some(today)) = (attr.key, attr.today) else { return declared };
    let ty = at_key(object, key);
    if let Some(older) = &attr.older {
        return older_types(older, root, &quote!(#ty), &quote!(#declared, #today));
    }
    quote!({
        fn versioned<T: #root::RedisVersionedObject>(object: T, version: ::core::primitive::u32) -> T {
            <T as #root::RedisVersionedObject>::version(object, version)
        }
        versioned::<#ty>(#declared, #today)
    })
}

/// Each older type is a parameter, so that what is wrong with it is reported where it is written.
fn older_types(older: &OlderAttr, root: &Path, ty: &TokenStream, arguments: &TokenStream) -> TokenStream {
    let (types, versions) = (older.types.iter().map(|older| &older.ty), older.types.iter().map(|older| older.version));
    let parameters: Vec<_> = (0..older.types.len()).map(|place| format_ident!("Older{place}")).collect();
    let next = parameters.iter().skip(1).map(ToTokens::to_token_stream);
    let next = next.chain([quote!(<T as #root::RedisVersionedObject>::Value)]);
    let number = quote!(::core::primitive::u32);
    let key = older.key.resolved_at(Span::call_site());
    let call = quote_spanned!(key=> older_types::<#ty, #(#types),*>(#arguments, &[#(#versions),*]));
    quote!({
        fn older_types<T: #root::RedisVersionedObject, #(#parameters: #root::Value + #root::LeadsTo<#next>),*>(
            object: T,
            version: #number,
            versions: &'static [#number],
        ) -> T {
            let object = <T as #root::RedisVersionedObject>::version(object, version);
            <T as #root::RedisVersionedObject>::from_older_versions::<(#(#parameters,)*)>(object, versions)
        }
        #call
    })
}

fn readable(object: &Object, root: &Path, declared: TokenStream) -> TokenStream {
    let Some(unreadable) = &object.unreadable else { return declared };
    let ty = at_key(object, unreadable.key);
    let changed = match unreadable.value {
        Unreadable::Absent => quote!(<T as #root::RedisReadableObject>::unreadable_as_absent(object)),
        Unreadable::Error => quote!(object),
    };
    quote!({
        fn readable<T: #root::RedisReadableObject>(object: T) -> T {
            #changed
        }
        readable::<#ty>(#declared)
    })
}

fn near(object: &Object, root: &Path, declared: TokenStream) -> TokenStream {
    let Some(near) = &object.near else { return declared };
    let bound = if near.fields { quote!(#root::RedisFieldsObject) } else { quote!(#root::RedisNearObject) };
    let (ty, near) = (at_key(object, near.key), description(near, root));
    quote!({
        fn near_cache<T: #bound>(object: T, near: #root::Near) -> T {
            <T as #root::RedisNearObject>::near(object, near)
        }
        near_cache::<#ty>(#declared, #near)
    })
}

/// The type of a field, so that what is wrong with it is reported at a key.
pub(crate) fn at_key(object: &Object, key: Span) -> TokenStream {
    let at_key = |mut token: TokenTree| {
        token.set_span(key.resolved_at(token.span()));
        token
    };
    object.ty.to_token_stream().into_iter().map(at_key).collect()
}

/// What `near(…)` says, in Rust.
fn description(near: &NearAttr, root: &Path) -> TokenStream {
    let mode = if near.fields { quote!(fields) } else { quote!(tracking) };
    let capacity = near.capacity.iter().map(|entries| *entries as usize);
    let bytes = near.bytes.iter().map(|bytes| *bytes as usize);
    let (ttl, staleness) = (near.ttl.iter(), near.staleness.iter());
    quote! {
        #root::Near::#mode()
            #(.capacity(#capacity))*
            #(.bytes(#bytes))*
            #(.ttl(::core::time::Duration::from_millis(#ttl)))*
            #(.staleness(::core::time::Duration::from_millis(#staleness)))*
    }
}
