//! The expansion of a struct with mistakes: what the rest of the program names is there, and is never run.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::signature;
use crate::model::Model;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let ident = model.ident;
    let (parameters, arguments, conditions) = model.generics.split_for_impl();
    let signatures = model.objects.iter().map(signature);
    let namespaced = model.root.as_ref().map(|root| {
        quote! {
            #[automatically_derived]
            impl #parameters #root::RedisNamespaced for #ident #arguments #conditions {
                fn objects() -> ::std::vec::Vec<#root::ObjectInfo> {
                    ::core::unreachable!()
                }
            }
        }
    });
    let accessors = model.family.is_none().then(|| {
        quote! {
            impl #parameters #ident #arguments #conditions {
                #(#signatures {
                    ::core::unreachable!()
                })*
            }
        }
    });
    quote! {
        #accessors

        #namespaced
    }
}
