//! A resource on its way out: projected while it is written, without a copy.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::projection::{Projection, Share};
use crate::resource::{Resource, Written};
use crate::schema::{Attribute, AttributeType, Container, Locations, ResourceType, Schema};
use crate::value::{Object, Value};

/// A resource as a client sees it: what the projection shows, with `meta.location` and each `$ref`
/// as absolute URLs, and with `schemas`, which no store has to keep.
///
/// ```
/// use scimwire::query::{Projected, Projection};
/// use scimwire::resource::Resource;
/// use scimwire::schema::{Locations, ResourceType};
///
/// let users = ResourceType::user();
/// let mut user = Resource::default();
/// user.set("userName", "bjensen");
/// user.set("password", "t1meMa$heen");
/// let (projection, locations) = (Projection::default(), Locations::default());
/// let shown = Projected::new(&user, &projection, &users, &locations);
/// let text = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bjensen"}"#;
/// assert_eq!(serde_json::to_string(&shown)?, text);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Projected<'a> {
    resource: &'a Resource,
    projection: &'a Projection,
    resource_type: &'a ResourceType,
    locations: &'a Locations,
}

impl<'a> Projected<'a> {
    /// Shows of `resource` what `projection` lets through.
    #[must_use]
    pub fn new(
        resource: &'a Resource,
        projection: &'a Projection,
        resource_type: &'a ResourceType,
        locations: &'a Locations,
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

impl Serialize for Projected<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let core = self.within(None);
        object.serialize_entry("schemas", &Schemas(self))?;
        let hidden = self.resource_type.kept_activity().filter(|_| !self.resource.shows_activity());
        let is_shown = |key: &str, value: &Value| {
            !value.is_null() && hidden.is_none_or(|active| active.name() != key)
        };
        for (key, value) in
            self.resource.attributes().iter().filter(|(key, value)| is_shown(key, value))
        {
            match self.resource_type.container(key) {
                Some(Container::Attribute(attribute)) if attribute.name() == "meta" => {
                    let location = self.locations.of(self.resource_type.name(), self.resource.id());
                    core.write_meta(&mut object, attribute, value, location)?;
                }
                Some(Container::Attribute(attribute)) if attribute.name() == "schemas" => {}
                Some(Container::Attribute(attribute)) => {
                    core.write(&mut object, attribute, value)?
                }
                Some(Container::Extension(schema)) => {
                    let extension = Extension { scope: self.within(Some(schema)), schema, value };
                    if extension.shows_something() {
                        object.serialize_entry(key, &extension)?;
                    }
                }
                None => {}
            }
        }
        object.end()
    }
}

/// The schemas a resource names: its base schema, and each extension it has a value of (RFC 7643,
/// Section 3). They are always part of an answer.
struct Schemas<'a>(&'a Projected<'a>);

impl Serialize for Schemas<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Projected { resource, resource_type, .. } = self.0;
        let base = resource_type.schema().uri().as_str();
        let extensions =
            resource_type.extensions().iter().map(|extension| extension.schema.uri().as_str());
        let in_use = extensions.filter(|uri| resource.get(uri).is_some());
        serializer.collect_seq(std::iter::once(base).chain(in_use))
    }
}

#[derive(Clone, Copy)]
struct Scope<'a> {
    projection: &'a Projection,
    extension: Option<&'a Schema>,
    locations: &'a Locations,
}

impl<'a> Scope<'a> {
    fn write<M: SerializeMap>(
        self,
        object: &mut M,
        attribute: &Attribute,
        value: &Value,
    ) -> Result<(), M::Error> {
        match self.value(attribute, value) {
            Some(value) => object.serialize_entry(attribute.name(), &value),
            None => Ok(()),
        }
    }

    fn write_meta<M: SerializeMap>(
        self,
        object: &mut M,
        attribute: &Attribute,
        value: &Value,
        location: Option<String>,
    ) -> Result<(), M::Error> {
        let Some(mut meta) = value.as_object().cloned() else {
            return Ok(());
        };
        meta.extend(location.map(|location| ("location".to_owned(), location.into())));
        self.write(object, attribute, &Value::Object(meta))
    }

    fn value<'v>(self, attribute: &'v Attribute, value: &'v Value) -> Option<Shown<'v>>
    where
        'a: 'v,
    {
        let share = self.projection.share(self.extension, attribute);
        if share == Share::Nothing {
            return None;
        }
        let shown = Shown { scope: self, share, attribute, value };
        shown.shows_something().then_some(shown)
    }
}

/// An extension of a resource.
struct Extension<'a> {
    scope: Scope<'a>,
    schema: &'a Schema,
    value: &'a Value,
}

impl Extension<'_> {
    fn attributes(&self) -> impl Iterator<Item = (&Attribute, Shown<'_>)> {
        let object = self.value.as_object();
        object.into_iter().flatten().filter_map(|(key, value)| {
            let attribute = self.schema.attribute(key)?;
            Some((attribute.as_ref(), self.scope.value(attribute, value)?))
        })
    }

    fn shows_something(&self) -> bool {
        self.attributes().next().is_some()
    }
}

impl Serialize for Extension<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        for (attribute, shown) in self.attributes() {
            object.serialize_entry(attribute.name(), &shown)?;
        }
        object.end()
    }
}

/// The value of an attribute, or the part of it that is shown.
#[derive(Clone, Copy)]
struct Shown<'a> {
    scope: Scope<'a>,
    share: Share,
    attribute: &'a Attribute,
    value: &'a Value,
}

impl<'a> Shown<'a> {
    /// Returns `true` if anything is left once sub-attributes are taken away.
    fn shows_something(&self) -> bool {
        match self.value {
            Value::Object(object) => self.subs(object).next().is_some(),
            Value::Array(elements) => {
                elements.iter().any(|element| Shown { value: element, ..*self }.shows_something())
            }
            _ => true,
        }
    }

    fn subs(&self, object: &'a Object) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let (scope, share, attribute) = (self.scope, self.share, self.attribute);
        object.iter().filter_map(move |(key, value)| {
            let sub = attribute.sub_attribute(key)?;
            let shown = scope.projection.has_sub(share, scope.extension, attribute, sub);
            shown.then_some((sub.name(), value))
        })
    }

    /// The URL of the resource that the value names, where it is part of the answer.
    fn reference(&self, object: &Object) -> Option<String> {
        if !self.attribute.refers_by_value() {
            return None;
        }
        let sub = self.attribute.sub_attribute("$ref")?;
        let shown =
            self.scope.projection.has_sub(self.share, self.scope.extension, self.attribute, sub);
        if shown { self.scope.locations.of_reference(self.attribute, object) } else { None }
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Array(elements) if self.attribute.kind() == AttributeType::Complex => {
                let mut array = serializer.serialize_seq(None)?;
                let shown = elements.iter().map(|value| Shown { value, ..*self });
                for element in shown.filter(Shown::shows_something) {
                    array.serialize_element(&element)?;
                }
                array.end()
            }
            Value::Object(object) => {
                let mut members = serializer.serialize_map(None)?;
                for (name, value) in self.subs(object) {
                    members.serialize_entry(name, value)?;
                }
                if let Some(url) = self.reference(object) {
                    members.serialize_entry("$ref", &url)?;
                }
                members.end()
            }
            value => value.serialize(serializer),
        }
    }
}
