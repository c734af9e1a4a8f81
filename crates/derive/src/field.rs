//! The fields of a struct, read, and checked together.

use std::collections::HashSet;

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Error, Result, Type};

use crate::options::FieldOptions;
use crate::resolve::Resolved;

/// A field of the struct.
pub(crate) struct Field<'i> {
    pub(crate) name: &'i Ident,
    pub(crate) ty: &'i Type,
    pub(crate) options: FieldOptions,
    /// `None` if it is the id, or skipped.
    pub(crate) resolved: Option<Resolved>,
}

impl<'i> Field<'i> {
    pub(crate) fn read(
        name: &'i Ident,
        ty: &'i Type,
        attributes: &[syn::Attribute],
        is_group: bool,
    ) -> Result<Self> {
        let options = FieldOptions::read(attributes, name)?;
        let resolved = match &options.name {
            Some(literal) if options.is_id || options.is_skipped => {
                return Err(Error::new(literal.span(), "the field stores no attribute"));
            }
            Some(literal) => Some(Resolved::read(&options, literal, ty, is_group)?),
            None => None,
        };
        Ok(Self { name, ty, options, resolved })
    }

    pub(crate) fn column(&self) -> String {
        let said = self.options.column.as_ref().map(syn::LitStr::value);
        said.unwrap_or_else(|| self.name.unraw().to_string())
    }

    pub(crate) fn element_type(&self) -> Option<String> {
        self.options.element_type.as_ref().map(syn::LitStr::value)
    }
}

/// Checks the fields together.
pub(crate) fn check(fields: &[Field<'_>], name: &Ident, is_group: bool) -> Vec<Error> {
    let mut problems = Vec::new();
    let ids: Vec<&Field<'_>> = fields.iter().filter(|field| field.options.is_id).collect();
    match ids.as_slice() {
        [_] => {}
        [] => problems.push(Error::new(name.span(), "mark the field of the id with `#[scim(id)]`")),
        [_, second, ..] => problems.push(Error::new(second.name.span(), "a resource has one id")),
    }
    let mapped = || fields.iter().filter_map(|field| Some((field, field.resolved.as_ref()?)));
    let needed = if is_group { "displayName" } else { "userName" };
    if !mapped().any(|(_, resolved)| resolved.path == needed) {
        let message = format!("`{needed}` is required by the schema: no field stores it");
        problems.push(Error::new(name.span(), message));
    }
    let (mut seen, mut primary) = (HashSet::new(), Vec::new());
    for (field, resolved) in mapped() {
        let kind = field.element_type().map(|kind| kind.to_ascii_lowercase());
        if !seen.insert((resolved.path.clone(), kind.clone())) {
            let message = format!("`{}` is stored by another field, too", resolved.path);
            problems.push(Error::new(resolved.span, message));
        }
        let attribute = (resolved.attribute.name, resolved.extension);
        let stores_all = |(_, other): (&Field<'_>, &Resolved)| {
            (other.attribute.name, other.extension) == attribute && other.is_whole()
        };
        if !resolved.is_whole() && mapped().any(stores_all) {
            let message = format!("`{}` is part of what another field stores", resolved.path);
            problems.push(Error::new(resolved.span, message));
        }
        if let Some(span) = field.options.primary {
            let known = primary.iter().find(|(known, _)| *known == attribute);
            if known.is_some_and(|(_, known)| *known != kind) {
                problems.push(Error::new(span, "only one element is primary"));
            }
            primary.push((attribute, kind));
        }
    }
    problems
}
