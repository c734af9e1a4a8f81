//! The implementation of `ScimResource`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Error, Fields, Ident, Result};

use crate::convert::{application, initial, to_value};
use crate::describe::{description, place};
use crate::field::{Field, check};
use crate::options::StructOptions;
use crate::resolve::Resolved;
use crate::resource_type::resource_type;
use crate::types::key_kind;

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let of_struct = StructOptions::read(&input.attrs, &input.ident)?;
    let named = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(named) => named,
            _ => return Err(Error::new(input.ident.span(), "the fields need names")),
        },
        _ => return Err(Error::new(input.ident.span(), "a resource is a struct")),
    };
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new_spanned(parameter, "a resource has no generic parameters"));
    }
    let (mut fields, mut problems) = (Vec::new(), Vec::new());
    for field in &named.named {
        let Some(name) = &field.ident else { continue };
        match Field::read(name, &field.ty, &field.attrs, of_struct.is_group) {
            Ok(field) => fields.push(field),
            Err(err) => problems.push(err),
        }
    }
    if problems.is_empty() {
        problems.extend(check(&fields, &input.ident, of_struct.is_group));
    }
    match problems.into_iter().reduce(|mut all, err| {
        all.combine(err);
        all
    }) {
        Some(err) => Err(err),
        None => implementation(&input.ident, &of_struct, &fields),
    }
}

fn implementation(
    name: &Ident,
    of_struct: &StructOptions,
    fields: &[Field<'_>],
) -> Result<TokenStream> {
    let krate = &of_struct.krate;
    let mapped: Vec<(&Field<'_>, &Resolved)> =
        fields.iter().filter_map(|field| Some((field, field.resolved.as_ref()?))).collect();
    let id = fields.iter().find(|field| field.options.is_id);
    let Some(id) = id else { return Err(Error::new(name.span(), "there is no id")) };
    let (id_name, id_type, id_column) = (id.name, id.ty, id.column());
    let id_kind = format_ident!("{}", key_kind(id.ty));
    let descriptions = mapped.iter().map(|(field, resolved)| description(field, resolved));
    let places = mapped.iter().map(|each| place(each, &mapped));
    let count = mapped.len();
    let resource_type = resource_type(of_struct.is_group, &mapped);
    let conversions = conversions(of_struct, id_name, fields, &mapped);
    Ok(quote! {
        #[automatically_derived]
        const _: () = {
            use #krate::typed::{self, Field, FieldKind, FieldValue, ScimResource, support};
            static PLACES: [support::Place; #count] = [#(#places),*];

            impl ScimResource for #name {
                type Id = #id_type;
                const FIELDS: &'static [Field] = &[
                    Field::new("id", #id_column, FieldKind::#id_kind)
                        .with_required(true)
                        .with_unique(true)
                        .with_id(true),
                    #(#descriptions),*
                ];

                fn resource_type() -> #krate::ResourceType {
                    #resource_type
                }

                fn id(&self) -> &Self::Id {
                    &self.#id_name
                }

                #conversions
            }
        };
    })
}

/// Returns the methods that convert.
fn conversions(
    of_struct: &StructOptions,
    id: &Ident,
    fields: &[Field<'_>],
    mapped: &[(&Field<'_>, &Resolved)],
) -> TokenStream {
    let krate = &of_struct.krate;
    let type_name = if of_struct.is_group { "Group" } else { "User" };
    let shown = mapped.iter().enumerate().filter(|(_, (_, resolved))| !resolved.is_secret());
    let writes = shown.map(|(index, (field, resolved))| {
        let value = to_value(field, resolved);
        quote! { support::write(&mut object, &PLACES[#index], #value); }
    });
    let reads = fields.iter().map(|field| {
        let (name, value) = (field.name, initial(field, mapped));
        quote! { #name: #value }
    });
    let (taken, set): (Vec<_>, Vec<_>) =
        mapped.iter().enumerate().filter_map(|(index, each)| application(index, each)).unzip();
    let (ok, result) = (quote! { ::core::result::Result::Ok }, quote! { ::core::result::Result });
    quote! {
        fn to_resource(&self) -> #krate::Resource {
            let mut object = #krate::value::Object::new();
            #(#writes)*
            support::finish(object, &self.#id, #type_name)
        }

        fn from_resource(
            resource: &#krate::Resource,
        ) -> #result<Self, #krate::resource::ValueError> {
            #ok(Self { #(#reads),* })
        }

        fn apply(
            &mut self,
            resource: &#krate::Resource,
        ) -> #result<(), #krate::resource::ValueError> {
            #(#taken)*
            #(#set)*
            #ok(())
        }
    }
}
