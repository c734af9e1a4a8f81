//! Descriptions of fields: for `FIELDS`, and for the functions that read and write resources.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::field::Field;
use crate::resolve::{Resolved, Shape};
use crate::schema::Type as AttributeType;
use crate::types::{inner, key_kind};

pub(crate) fn marker(attribute_type: AttributeType) -> Ident {
    format_ident!(
        "{}",
        match attribute_type {
            AttributeType::Boolean => "BooleanAttribute",
            AttributeType::DateTime => "DateTimeAttribute",
            AttributeType::Binary => "BinaryAttribute",
            AttributeType::Version => "VersionAttribute",
            AttributeType::Text | AttributeType::Complex => "StringAttribute",
        }
    )
}

/// Returns the expression that says whether the field always has a value.
pub(crate) fn required(field: &Field<'_>, resolved: &Resolved) -> TokenStream {
    let ty = field.ty;
    match resolved.shape {
        Shape::Simple(attribute_type) if field.options.serde.is_none() => {
            let marker = marker(attribute_type);
            quote! { <#ty as FieldValue<typed::#marker>>::REQUIRED }
        }
        Shape::Elements => quote! { false },
        Shape::Simple(_) | Shape::Key | Shape::Serde => {
            let required = inner(ty, "Option").is_none() && inner(ty, "Vec").is_none();
            quote! { #required }
        }
    }
}

pub(crate) fn description(field: &Field<'_>, resolved: &Resolved) -> TokenStream {
    let (path, column, ty) = (&resolved.path, field.column(), field.ty);
    let plain = inner(ty, "Option").unwrap_or(ty);
    let kind = match resolved.shape {
        Shape::Simple(attribute_type) if field.options.serde.is_none() => {
            let marker = marker(attribute_type);
            quote! { <#ty as FieldValue<typed::#marker>>::KIND }
        }
        Shape::Simple(_) => quote! { FieldKind::Other },
        Shape::Key => {
            let kind = format_ident!("{}", key_kind(plain));
            quote! { FieldKind::#kind }
        }
        Shape::Elements if resolved.attribute.is_reference() => quote! { FieldKind::References },
        Shape::Elements | Shape::Serde => quote! { FieldKind::Json },
    };
    let required = required(field, resolved);
    let unique = field.options.is_unique || resolved.path == "userName";
    let primary = field.options.primary.is_some();
    let element = field.element_type().map(|kind| quote! { .with_element_type(#kind) });
    quote! {
        Field::new(#path, #column, #kind)
            .with_required(#required)
            .with_unique(#unique)
            .with_primary(#primary)
            #element
    }
}

pub(crate) fn place(
    (field, resolved): &(&Field<'_>, &Resolved),
    mapped: &[(&Field<'_>, &Resolved)],
) -> TokenStream {
    let (path, attribute) = (&resolved.path, resolved.attribute.name);
    let sub = match resolved.shape {
        Shape::Key => Some("value"),
        _ => resolved.sub.filter(|_| !matches!(resolved.shape, Shape::Elements)),
    };
    let element = resolved.is_element().then(|| {
        let of_same = |(other, it): &&(&Field<'_>, &Resolved)| {
            it.attribute.name == attribute && other.element_type() != field.element_type()
        };
        let only = !mapped.iter().any(|other| of_same(&other));
        let primary = mapped.iter().any(|(other, it)| {
            it.attribute.name == attribute
                && other.element_type() == field.element_type()
                && other.options.primary.is_some()
        });
        let kind = option(field.element_type().as_deref());
        quote! { support::Element { kind: #kind, primary: #primary, only: #only } }
    });
    let (extension, sub, element) = (option(resolved.extension), option(sub), some(element));
    quote! {
        support::Place {
            path: #path,
            extension: #extension,
            attribute: #attribute,
            sub: #sub,
            element: #element,
        }
    }
}

pub(crate) fn option(text: Option<&str>) -> TokenStream {
    some(text.map(|text| quote! { #text }))
}

pub(crate) fn some(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote! { ::core::option::Option::Some(#value) },
        None => quote! { ::core::option::Option::None },
    }
}
