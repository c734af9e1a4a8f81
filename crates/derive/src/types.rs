//! Types, judged by their spelling.

use proc_macro2::Ident;
use syn::{GenericArgument, PathArguments, Type};

const INTEGERS: [&str; 12] =
    ["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];

/// Returns `T` of `Option<T>` or `Vec<T>`.
pub(crate) fn inner<'t>(ty: &'t Type, outer: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != outer {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// Returns the `FieldKind` of an id.
pub(crate) fn key_kind(ty: &Type) -> &'static str {
    match last_name(ty).map(ToString::to_string).as_deref() {
        Some("String") => "Text",
        Some("Uuid") => "Uuid",
        Some(name) if INTEGERS.contains(&name) => "Integer",
        _ => "Other",
    }
}

/// Returns `true` if the type is an id, rather than something with members.
pub(crate) fn is_key(ty: &Type) -> bool {
    key_kind(ty) != "Other"
}

fn last_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}
