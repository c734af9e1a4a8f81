//! A resource on its way out: projected while it is written, without a copy.

use std::borrow::Cow;
use std::fmt;

use serde::ser::Error;
use serde::{Serialize, Serializer};

use super::projection::{Projection, Share};
use crate::message::{JsonLimits, parse_object};
use crate::resource::{Resource, Written};
use crate::schema::{Attribute, AttributeType, Container, ResourceType, ResourceUrls, Schema};
use crate::value::{Name, Object, Out, Room, Value, quote, write, write_name};

/// A resource as a client sees it: what the projection shows, with `meta.location` and each `$ref`
/// as absolute URLs, and with `schemas`, which no store has to keep. It prints as JSON.
///
/// ```
/// use scimwire::query::{ProjectedResource, Projection};
/// use scimwire::resource::Resource;
/// use scimwire::schema::{ResourceUrls, ResourceType};
///
/// let users = ResourceType::user();
/// let mut user = Resource::default();
/// user.set("userName", "bjensen");
/// user.set("password", "t1meMa$heen");
/// let (projection, locations) = (Projection::default(), ResourceUrls::default());
/// let shown = ProjectedResource::new(&user, &projection, &users, &locations);
/// let text = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bjensen"}"#;
/// assert_eq!(shown.to_string(), text);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ProjectedResource<'a> {
    resource: &'a Resource,
    projection: &'a Projection,
    resource_type: &'a ResourceType,
    locations: &'a ResourceUrls,
}

impl<'a> ProjectedResource<'a> {
    /// Shows of `resource` what `projection` lets through.
    #[must_use]
    pub fn new(
        resource: &'a Resource,
        projection: &'a Projection,
        resource_type: &'a ResourceType,
        locations: &'a ResourceUrls,
    ) -> Self {
        Self { resource, projection, resource_type, locations }
    }

    /// The resource as JSON that was written before.
    pub(crate) fn kept(&self) -> Option<&'a Written> {
        let kept = || self.resource.kept_text(self.locations, self.resource_type);
        self.projection.is_usual().then(kept).flatten()
    }

    /// Keeps the resource as JSON, where it may be wanted again.
    pub(crate) fn keep(&self, text: &[u8]) {
        if self.projection.is_usual() {
            self.resource.keep_text(text, self.locations, self.resource_type);
        }
    }

    fn within(&self, extension: Option<&'a Schema>) -> Scope<'a> {
        Scope { projection: self.projection, extension, locations: self.locations }
    }
}

/// As JSON, without blanks.
impl fmt::Display for ProjectedResource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl Serialize for ProjectedResource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let object = parse_object(&self.to_json(), JsonLimits::unlimited());
        object.map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'a> ProjectedResource<'a> {
    /// The resource as JSON, without blanks.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Room for a user of the usual length; text that is longer grows once or twice.
        let mut text = Vec::with_capacity(2048);
        // It has room without end.
        let _ = self.write(&mut Room::new(&mut text, usize::MAX));
        text
    }

    /// Writes the resource as JSON, as far as there is room.
    pub(crate) fn write(&self, out: &mut impl Out) -> fmt::Result {
        out.text(r#"{"schemas":["#)?;
        quote(out, self.resource_type.schema().key())?;
        for schema in self.extensions_in_use() {
            out.text(",")?;
            quote(out, schema.key())?;
        }
        out.text("]")?;
        let hidden = self.resource_type.kept_activity().filter(|_| !self.resource.shows_activity());
        for (key, value) in self.resource.attributes() {
            if !value.is_null() && hidden.is_none_or(|active| active.key() != key) {
                self.write_member(out, key, value)?;
            }
        }
        out.text("}")
    }

    /// RFC 7643, Section 3: each extension of which there is a value is named, too.
    fn extensions_in_use(&self) -> impl Iterator<Item = &'a Schema> {
        let attributes = self.resource.attributes();
        let schemas = self.resource_type.extensions().iter().map(|extension| &*extension.schema);
        schemas.filter(|schema| attributes.get_kept(schema.key()).is_some())
    }

    fn write_member(&self, out: &mut impl Out, key: &Name, value: &Value) -> fmt::Result {
        let container =
            self.resource_type.by_key(key).or_else(|| self.resource_type.container(key));
        match container {
            Some(Container::Attribute(attribute)) if attribute.name() == "schemas" => Ok(()),
            Some(Container::Attribute(attribute)) => {
                let location = (attribute.name() == "meta")
                    .then(|| self.locations.url_of(self.resource_type.name(), self.resource.id()));
                match self.within(None).value(attribute, value, location.flatten()) {
                    Some(shown) => shown.write(out, false),
                    None => Ok(()),
                }
            }
            Some(Container::Extension(schema)) => {
                let extension = Extension { scope: self.within(Some(schema)), schema, value };
                extension.write_member(out, key)
            }
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy)]
struct Scope<'a> {
    projection: &'a Projection,
    extension: Option<&'a Schema>,
    locations: &'a ResourceUrls,
}

impl<'a> Scope<'a> {
    fn value(
        self,
        attribute: &'a Attribute,
        value: &'a Value,
        location: Option<String>,
    ) -> Option<Shown<'a>> {
        let share = self.projection.share(self.extension, attribute);
        if share == Share::Nothing {
            return None;
        }
        let shown = Shown { scope: self, share, attribute, value, location };
        shown.shows_something(value).then_some(shown)
    }
}

/// An extension of a resource.
struct Extension<'a> {
    scope: Scope<'a>,
    schema: &'a Schema,
    value: &'a Value,
}

impl<'a> Extension<'a> {
    fn attributes(&self) -> impl Iterator<Item = Shown<'a>> {
        let (object, schema, scope) = (self.value.as_object(), self.schema, self.scope);
        object.into_iter().flatten().filter_map(move |(key, value)| {
            let attribute = schema.by_key(key).or_else(|| schema.attribute(key))?;
            scope.value(attribute, value, None)
        })
    }

    /// Writes it as a further member, if anything of it is shown.
    fn write_member(&self, out: &mut impl Out, key: &Name) -> fmt::Result {
        let mut attributes = self.attributes().peekable();
        if attributes.peek().is_none() {
            return Ok(());
        }
        write_name(out, key, false)?;
        out.text("{")?;
        for (place, shown) in attributes.enumerate() {
            shown.write(out, place == 0)?;
        }
        out.text("}")
    }
}

/// The value of an attribute, or the part of it that is shown.
struct Shown<'a> {
    scope: Scope<'a>,
    share: Share,
    attribute: &'a Attribute,
    value: &'a Value,
    /// The URL of the resource, where this is its metadata.
    location: Option<String>,
}

impl<'a> Shown<'a> {
    /// Returns `true` if anything is left once sub-attributes are taken away.
    fn shows_something(&self, value: &'a Value) -> bool {
        match value {
            Value::Object(object) => self.subs(object).next().is_some() || self.shows_location(),
            Value::Array(elements) => elements.iter().any(|element| self.shows_something(element)),
            _ => true,
        }
    }

    /// Writes it as a member.
    fn write(&self, out: &mut impl Out, is_first: bool) -> fmt::Result {
        write_name(out, self.attribute.key(), is_first)?;
        match self.value {
            Value::Array(elements) if self.attribute.attribute_type() == AttributeType::Complex => {
                out.text("[")?;
                let shown = elements.iter().filter(|element| self.shows_something(element));
                for (place, element) in shown.enumerate() {
                    out.text(if place == 0 { "" } else { "," })?;
                    self.write_element(out, element)?;
                }
                out.text("]")
            }
            value => self.write_element(out, value),
        }
    }

    fn write_element(&self, out: &mut impl Out, value: &'a Value) -> fmt::Result {
        let Value::Object(object) = value else {
            return write(out, value);
        };
        let url = match &self.location {
            Some(location) if self.shows_location() => {
                Some(("location", Cow::Borrowed(location.as_str())))
            }
            _ => self.reference(object).map(|url| ("$ref", Cow::Owned(url))),
        };
        let is_new = |name: &str| url.as_ref().is_none_or(|(known, _)| *known != name);
        out.text("{")?;
        let mut is_first = true;
        for (sub, value) in self.subs(object).filter(|(sub, _)| is_new(sub.name())) {
            write_name(out, sub.key(), std::mem::take(&mut is_first))?;
            write(out, value)?;
        }
        if let Some((name, url)) = &url {
            write_name(out, &Name::from(*name), is_first)?;
            quote(out, url)?;
        }
        out.text("}")
    }

    fn subs(&self, object: &'a Object) -> impl Iterator<Item = (&'a Attribute, &'a Value)> {
        let (scope, share, attribute) = (self.scope, self.share, self.attribute);
        object.iter().filter_map(move |(key, value)| {
            let sub = attribute.sub_by_key(key).or_else(|| attribute.sub_attribute(key))?;
            let shown = scope.projection.has_sub(share, scope.extension, attribute, sub);
            shown.then_some((&**sub, value))
        })
    }

    fn shows(&self, sub: &str) -> bool {
        let sub = self.attribute.sub_attribute(sub);
        sub.is_some_and(|sub| {
            self.scope.projection.has_sub(self.share, self.scope.extension, self.attribute, sub)
        })
    }

    fn shows_location(&self) -> bool {
        self.location.is_some() && self.shows("location")
    }

    /// The URL of the resource that the value names, where it is part of the answer.
    fn reference(&self, object: &Object) -> Option<String> {
        if !self.attribute.is_resource_reference() || !self.shows("$ref") {
            return None;
        }
        self.scope.locations.of_reference(self.attribute, object)
    }
}
