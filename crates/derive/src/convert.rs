//! The expressions that convert a field.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::describe::{marker, some};
use crate::field::Field;
use crate::resolve::{Resolved, Shape};
use crate::types::inner;

/// Returns the expression that makes a value of the field.
pub(crate) fn to_value(field: &Field<'_>, resolved: &Resolved) -> TokenStream {
    let (name, ty) = (field.name, field.ty);
    match resolved.shape {
        Shape::Simple(attribute_type) if field.options.serde.is_none() => {
            let marker = marker(attribute_type);
            let value = quote! { <#ty as FieldValue<typed::#marker>>::to_value(&self.#name) };
            if field.options.default.is_some() {
                quote! { support::without_empty_text(#value) }
            } else {
                value
            }
        }
        Shape::Key if inner(ty, "Option").is_some() => {
            quote! { self.#name.as_ref().map(support::key).unwrap_or_default() }
        }
        Shape::Key => quote! { support::key(&self.#name) },
        Shape::Elements if inner(ty, "Option").is_some() => {
            quote! { support::elements(self.#name.as_deref().unwrap_or_default()) }
        }
        Shape::Elements => quote! { support::elements(&self.#name) },
        Shape::Simple(_) | Shape::Serde => quote! { support::json(&self.#name) },
    }
}

/// Returns the expression that reads the field from a resource.
pub(crate) fn from_resource(index: usize, field: &Field<'_>, resolved: &Resolved) -> TokenStream {
    let ty = field.ty;
    let place = quote! { &PLACES[#index] };
    match resolved.shape {
        Shape::Simple(attribute_type) if field.options.serde.is_none() => {
            let marker = marker(attribute_type);
            let default = some(
                field
                    .options
                    .default
                    .as_ref()
                    .map(|value| quote! { &support::Value::from(#value) }),
            );
            quote! { support::simple::<typed::#marker, #ty>(resource, #place, #default)? }
        }
        Shape::Key if inner(ty, "Option").is_some() => {
            quote! { support::from_optional_key(resource, #place)? }
        }
        Shape::Key => quote! { support::from_key::<#ty>(resource, #place)? },
        Shape::Elements if inner(ty, "Option").is_some() => {
            quote! { ::core::option::Option::Some(support::from_elements(resource, #place)?) }
        }
        Shape::Elements => quote! { support::from_elements(resource, #place)? },
        Shape::Simple(_) | Shape::Serde => quote! { support::from_json::<#ty>(resource, #place)? },
    }
}

/// Returns the expression for a field of a new struct.
pub(crate) fn initial(field: &Field<'_>, mapped: &[(&Field<'_>, &Resolved)]) -> TokenStream {
    let index = mapped.iter().position(|(known, _)| known.name == field.name);
    match (&field.resolved, index) {
        (Some(resolved), Some(index)) if !resolved.is_read_only() => {
            from_resource(index, field, resolved)
        }
        _ if field.options.is_id => quote! { support::id(resource)? },
        _ => quote! { ::core::default::Default::default() },
    }
}

/// Returns the statements that read a field for an existing struct, and set it.
pub(crate) fn application(
    index: usize,
    (field, resolved): &(&Field<'_>, &Resolved),
) -> Option<(TokenStream, TokenStream)> {
    if resolved.is_read_only() {
        return None;
    }
    let name = field.name;
    let local = format_ident!("field_{index}");
    let value = from_resource(index, field, resolved);
    if !resolved.is_secret() {
        return Some((quote! { let #local = #value; }, quote! { self.#name = #local; }));
    }
    let read = quote! {
        let #local = match support::read(resource, &PLACES[#index]) {
            ::core::option::Option::Some(_) => ::core::option::Option::Some(#value),
            ::core::option::Option::None => ::core::option::Option::None,
        };
    };
    let set = quote! {
        if let ::core::option::Option::Some(value) = #local {
            self.#name = value;
        }
    };
    Some((read, set))
}
