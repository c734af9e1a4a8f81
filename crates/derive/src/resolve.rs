//! From the name of an attribute to its definition, and to how a field stores it.

use proc_macro2::Span;
use syn::{Error, Lit, LitStr, Result, Type};

use crate::nearest::nearest;
use crate::options::FieldOptions;
use crate::schema::{
    self, Attribute, COMMON, ENTERPRISE_USER, GROUP, Schema, Type as AttributeType, USER,
};
use crate::types::{inner, is_key};

/// The attribute of a field.
pub(crate) struct Resolved {
    /// The path as in `Field::path`.
    pub(crate) path: String,
    pub(crate) extension: Option<&'static str>,
    pub(crate) attribute: &'static Attribute,
    pub(crate) sub: Option<&'static str>,
    pub(crate) shape: Shape,
    pub(crate) is_common: bool,
    pub(crate) span: Span,
}

/// The way in which a field stores its attribute.
pub(crate) enum Shape {
    /// One value of a simple type: that of the attribute, of its sub-attribute, or of an element.
    Simple(AttributeType),
    /// The id of another resource.
    Key,
    /// The `value` of each element.
    Elements,
    /// The whole, by serde.
    Serde,
}

impl Resolved {
    pub(crate) fn read(
        options: &FieldOptions,
        name: &LitStr,
        ty: &Type,
        is_group: bool,
    ) -> Result<Self> {
        let base = if is_group { &GROUP } else { &USER };
        let (schema, local) = locate(options, name, base)?;
        let (attribute_name, sub_name) = match local.split_once('.') {
            Some((attribute, sub)) => (attribute, Some(sub)),
            None => (local.as_str(), None),
        };
        let is_base = std::ptr::eq(schema, base);
        let found = |schema: &'static Schema| {
            schema.attributes.iter().find(|attribute| attribute.name == attribute_name)
        };
        let common = if is_base { found(&COMMON) } else { None };
        let Some(attribute) = found(schema).or(common) else {
            return Err(unknown_attribute(name, attribute_name, schema, is_base, is_group));
        };
        let sub = match sub_name {
            Some(sub) => Some(known_sub(name, attribute, sub)?),
            None => None,
        };
        if let Some(message) = derived(attribute.name, sub_name) {
            return Err(Error::new(name.span(), message));
        }
        let shape = shape(options, name, attribute, sub, ty)?;
        if let Some(default) = &options.default {
            check_default(default, attribute, &shape, ty)?;
        }
        let extension = if is_base { None } else { Some(schema.uri) };
        let prefix = extension.map(|uri| format!("{uri}:")).unwrap_or_default();
        Ok(Self {
            path: format!("{prefix}{local}"),
            extension,
            attribute,
            sub: sub.map(|sub| sub.name),
            shape,
            is_common: common.is_some(),
            span: name.span(),
        })
    }

    /// Returns `true` if the field stores one element of a multi-valued attribute.
    pub(crate) fn is_element(&self) -> bool {
        self.attribute.multi_valued && matches!(self.shape, Shape::Simple(_) | Shape::Key)
    }

    /// Returns `true` if the field stores all of an attribute that has parts.
    pub(crate) fn is_whole(&self) -> bool {
        self.attribute.attribute_type == AttributeType::Complex
            && self.sub.is_none()
            && matches!(self.shape, Shape::Serde | Shape::Elements)
    }

    /// Returns `true` if clients do not write the attribute, and the store does.
    pub(crate) fn is_read_only(&self) -> bool {
        let of_sub = self.sub.and_then(|sub| self.attribute.sub(sub));
        !self.is_common && (self.attribute.read_only || of_sub.is_some_and(|sub| sub.read_only))
    }

    /// Returns `true` if the attribute is never returned.
    pub(crate) fn is_secret(&self) -> bool {
        self.extension.is_none() && self.attribute.name == "password"
    }
}

/// Finds the schema, and the name in it.
fn locate(
    options: &FieldOptions,
    name: &LitStr,
    base: &'static Schema,
) -> Result<(&'static Schema, String)> {
    let text = name.value();
    let schemas = [base, &ENTERPRISE_USER];
    if let Some((uri, span)) = &options.extension {
        let found = schemas.into_iter().find(|schema| schema.uri == uri);
        return found.map(|schema| (schema, text)).ok_or_else(|| unknown_schema(*span, uri));
    }
    if !text.starts_with("urn:") {
        return Ok((base, text));
    }
    let found = schemas.into_iter().find_map(|schema| {
        let local = text.strip_prefix(schema.uri)?.strip_prefix(':')?;
        Some((schema, local.to_owned()))
    });
    found.ok_or_else(|| {
        let uri = text.rsplit_once(':').map_or(text.as_str(), |(uri, _)| uri);
        unknown_schema(name.span(), uri)
    })
}

fn unknown_schema(span: Span, uri: &str) -> Error {
    let known = [USER.uri, GROUP.uri, schema::ENTERPRISE];
    let hint = nearest(uri, known).map(|uri| format!(": did you mean `{uri}`?"));
    let hint = hint.unwrap_or_else(|| ": the known extension is `enterprise`".to_owned());
    Error::new(span, format!("`{uri}` is not a schema of this crate{hint}"))
}

fn unknown_attribute(
    literal: &LitStr,
    name: &str,
    schema: &'static Schema,
    is_base: bool,
    is_group: bool,
) -> Error {
    let of = schema.name;
    let in_enterprise =
        ENTERPRISE_USER.attributes.iter().find(|known| known.name.eq_ignore_ascii_case(name));
    if let Some(known) = in_enterprise.filter(|_| is_base && !is_group) {
        let message = format!(
            "`{name}` is not an attribute of `{of}`, but of its extension: `#[scim(enterprise, \"{}\")]`",
            known.name
        );
        return Error::new(literal.span(), message);
    }
    let common = if is_base { COMMON.attributes } else { &[] };
    let names = schema.attributes.iter().chain(common).map(|attribute| attribute.name);
    let subs = schema
        .attributes
        .iter()
        .flat_map(|attribute| attribute.subs.iter().map(move |sub| (attribute, sub.name)));
    let exact_sub = subs
        .filter(|(attribute, sub)| !attribute.multi_valued && sub.eq_ignore_ascii_case(name))
        .map(|(attribute, sub)| format!("{}.{sub}", attribute.name))
        .next();
    let hint = match exact_sub.or_else(|| nearest(name, names).map(ToOwned::to_owned)) {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => String::new(),
    };
    Error::new(literal.span(), format!("`{name}` is not an attribute of `{of}`{hint}"))
}

fn known_sub(
    literal: &LitStr,
    attribute: &'static Attribute,
    sub: &str,
) -> Result<&'static Attribute> {
    attribute.sub(sub).ok_or_else(|| {
        let of = attribute.name;
        let hint = match nearest(sub, attribute.subs.iter().map(|sub| sub.name)) {
            Some(nearest) => format!(": did you mean `{of}.{nearest}`?"),
            None => String::new(),
        };
        Error::new(literal.span(), format!("`{of}` has no sub-attribute `{sub}`{hint}"))
    })
}

/// Attributes that no application stores.
fn derived(attribute: &str, sub: Option<&str>) -> Option<&'static str> {
    match (attribute, sub) {
        ("id", _) => Some("the id is marked with `#[scim(id)]`"),
        ("schemas", _) => Some("`schemas` is derived when a resource is returned"),
        ("meta", None) => Some("name `meta.created`, `meta.lastModified` or `meta.version`"),
        ("meta", Some("location" | "resourceType")) => {
            Some("this part of `meta` is derived when a resource is returned")
        }
        _ if sub == Some("$ref") => Some("each `$ref` is derived from the `value` beside it"),
        _ => None,
    }
}

fn shape(
    options: &FieldOptions,
    name: &LitStr,
    attribute: &'static Attribute,
    sub: Option<&'static Attribute>,
    ty: &Type,
) -> Result<Shape> {
    let list_of = inner(inner(ty, "Option").unwrap_or(ty), "Vec");
    let plain = inner(ty, "Option").unwrap_or(ty);
    let element_option = options.primary.or(options.element_type.as_ref().map(LitStr::span));
    if let (Some(span), false) = (element_option, attribute.multi_valued) {
        let message =
            format!("`{}` has one value: `type` and `primary` belong to elements", attribute.name);
        return Err(Error::new(span, message));
    }
    if let (Some(span), Some(_)) = (element_option, list_of) {
        return Err(Error::new(
            span,
            "a `Vec` stores all elements, with their `type` and `primary`",
        ));
    }
    if options.serde.is_some() {
        return Ok(if element_option.is_some() { simple(attribute, sub) } else { Shape::Serde });
    }
    let is_value = sub.is_none_or(|sub| sub.name == "value");
    match (attribute.multi_valued, list_of, sub) {
        (true, Some(of), None) if is_key(of) => Ok(Shape::Elements),
        (true, Some(_), None) => Ok(Shape::Serde),
        (true, Some(_), Some(sub)) if sub.name == "value" => Ok(Shape::Elements),
        (true, Some(_), Some(_)) => {
            let message =
                "a `Vec` stores whole elements: name the attribute without a sub-attribute";
            Err(Error::new(name.span(), message))
        }
        (false, _, None) if attribute.is_reference() && is_key(plain) => Ok(Shape::Key),
        (false, _, Some(_)) if attribute.is_reference() && is_value => Ok(Shape::Key),
        (false, _, None) if attribute.attribute_type == AttributeType::Complex => Ok(Shape::Serde),
        (true, None, None) if attribute.sub("value").is_none() => {
            let subs: Vec<&str> = attribute.subs.iter().map(|sub| sub.name).collect();
            let message = format!(
                "`{}` has no `value`: name a sub-attribute (`{}`), or store a `Vec`",
                attribute.name,
                subs.join("`, `")
            );
            Err(Error::new(name.span(), message))
        }
        _ => Ok(simple(attribute, sub)),
    }
}

/// Checks that an attribute can have a default, and that it is of its type.
fn check_default(default: &Lit, attribute: &Attribute, shape: &Shape, ty: &Type) -> Result<()> {
    let message = match (shape, default) {
        _ if inner(ty, "Option").is_some() => "an `Option` needs no default",
        _ if attribute.multi_valued => "elements have no default",
        (Shape::Simple(AttributeType::Text), Lit::Str(_))
        | (Shape::Simple(AttributeType::Boolean), Lit::Bool(_)) => return Ok(()),
        (Shape::Simple(AttributeType::Text), _) => "the default of the attribute is a text",
        (Shape::Simple(AttributeType::Boolean), _) => "the default of the attribute is a boolean",
        _ => "only text and booleans have a default",
    };
    Err(Error::new(default.span(), message))
}

fn simple(attribute: &'static Attribute, sub: Option<&'static Attribute>) -> Shape {
    let value = if attribute.multi_valued { attribute.sub("value") } else { None };
    Shape::Simple(sub.or(value).unwrap_or(attribute).attribute_type)
}
