//! The resource type of a struct.

use proc_macro2::TokenStream;
use quote::quote;

use crate::describe::required;
use crate::field::Field;
use crate::resolve::{Resolved, Shape};
use crate::schema::ENTERPRISE;

/// Returns the expression that makes the resource type.
pub(crate) fn resource_type(is_group: bool, mapped: &[(&Field<'_>, &Resolved)]) -> TokenStream {
    let base = if is_group {
        quote! { group }
    } else {
        quote! { user }
    };
    let requires = |(field, resolved): &(&Field<'_>, &Resolved)| {
        let required = required(field, resolved);
        let is_optional = field.options.default.is_some();
        if is_optional || resolved.is_common || resolved.is_read_only() {
            quote! { false }
        } else {
            required
        }
    };
    let extended: Vec<_> =
        mapped.iter().filter(|(_, resolved)| resolved.extension.is_some()).collect();
    let extension = if extended.is_empty() {
        quote! {}
    } else {
        let requires = extended.iter().map(|each| requires(each));
        quote! {
            .with_extension(
                support::enterprise(false #(|| #requires)*)
            )
        }
    };
    let changes = mapped.iter().enumerate().map(|(index, each)| {
        let required = requires(each);
        let unique = (each.0.options.is_unique && !each.1.is_common).then(|| {
            let path = stored(each.1).remove(0);
            quote! { let resource_type = resource_type.with_unique(#path); }
        });
        let default = each.0.options.default.as_ref().map(|value| {
            let path = stored(each.1).remove(0);
            quote! { let resource_type = resource_type.with_default(#path, #value); }
        });
        quote! {
            let resource_type = support::require(resource_type, &PLACES[#index], #required);
            #unique
            #default
        }
    });
    let slots = slots(mapped);
    let kept = mapped.iter().filter(|(_, resolved)| !resolved.is_common).flat_map(kept);
    quote! {
        let resource_type = typed::support::ResourceType::#base() #extension;
        #(#changes)*
        resource_type.retain_attributes([#(#kept),*]) #(#slots)*
    }
}

/// Returns the path of the attribute that the field stores.
pub(crate) fn stored(resolved: &Resolved) -> Vec<String> {
    let prefix = resolved.extension.map(|_| format!("{ENTERPRISE}:")).unwrap_or_default();
    let attribute = format!("{prefix}{}", resolved.attribute.name);
    let is_value = resolved.is_element() || matches!(resolved.shape, Shape::Key | Shape::Elements);
    match resolved.sub {
        Some(sub) => vec![format!("{attribute}.{sub}"), attribute],
        None if is_value => vec![format!("{attribute}.value"), attribute],
        None => vec![attribute.clone(), attribute],
    }
}

/// Returns the paths that the resource type keeps for a field.
pub(crate) fn kept((field, resolved): &(&Field<'_>, &Resolved)) -> Vec<String> {
    let [path, attribute] = <[String; 2]>::try_from(stored(resolved)).unwrap_or_default();
    let mut kept = vec![path];
    if resolved.is_element() && field.options.element_type.is_some() {
        kept.push(format!("{attribute}.type"));
    }
    if resolved.is_element() && field.options.primary.is_some() {
        kept.push(format!("{attribute}.primary"));
    }
    kept
}

/// Returns a limit to the elements that the struct stores, for each attribute whose elements have a
/// `value` in a field.
fn slots(mapped: &[(&Field<'_>, &Resolved)]) -> Vec<TokenStream> {
    let mut attributes: Vec<&str> = Vec::new();
    for (_, resolved) in mapped.iter().filter(|(_, resolved)| resolved.is_element()) {
        if !attributes.contains(&resolved.attribute.name) {
            attributes.push(resolved.attribute.name);
        }
    }
    let slots = attributes.into_iter().filter_map(|attribute| {
        let of = mapped.iter().filter(|(_, resolved)| resolved.attribute.name == attribute);
        let of: Vec<_> = of.collect();
        if !of.iter().all(|(_, resolved)| resolved.sub.is_none_or(|sub| sub == "value")) {
            return None;
        }
        let slots = of.iter().map(|(field, _)| {
            let primary = field.options.primary.map(|_| quote! { .primary() });
            match field.element_type() {
                Some(kind) => quote! { support::ElementSlot::new(#kind) #primary },
                None => quote! { support::ElementSlot::untyped() #primary },
            }
        });
        Some(quote! { .with_elements(#attribute, [#(#slots),*]) })
    });
    slots.collect()
}
