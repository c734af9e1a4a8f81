//! From what a client sent to canonical form: names, types, unassigned values (RFC 7643, Sections 2
//! and 3).

mod plain;
mod repeats;
mod scalars;
mod values;

use std::fmt;
use std::sync::Arc;

use super::error::{ValueError, ValueErrorKind};
use super::{Resource, is_unassigned};
use crate::attr::{AttrPath, SchemaUri};
use crate::quirks::{Deviation, Deviations, Mark, Quirks, UnknownAttributes};
use crate::schema::{
    Attribute, AttributeType, Container, Mutability, ResolvedPath, ResourceType, Returned, Schema,
};
use crate::value::{List, Name, Object, Value};

pub(super) use values::is_primary;

/// Up to this many values are compared each with each; beyond, by a hash.
const FEW: usize = 16;

/// Reads bodies and values for one resource type.
#[derive(Clone, Copy, Debug)]
pub struct ResourceDecoder<'t> {
    resource_type: &'t ResourceType,
    quirks: Quirks,
    secrets: bool,
    read_only: bool,
}

/// A resource as it was sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// The resource.
    pub resource: Resource,
    /// The attributes that the client unassigned explicitly: PUT clears them.
    pub cleared: Vec<ResolvedPath>,
}

/// A body or a value while it is read.
pub(crate) struct Decoding<'d> {
    decoder: ResourceDecoder<'d>,
    deviations: &'d mut Deviations,
    /// The number of deviations that were noted before.
    start: Mark,
    cleared: Vec<ResolvedPath>,
}

/// The path of a value, for messages; it becomes text only if one is due.
#[derive(Clone, Copy)]
struct Place<'p> {
    container: Option<&'p str>,
    attribute: &'p str,
    sub: Option<&'p str>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(container) = self.container {
            write!(f, "{container}:")?;
        }
        f.write_str(self.attribute)?;
        match self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

impl<'t> ResourceDecoder<'t> {
    /// Reads for `resource_type`, strictly.
    #[must_use]
    pub fn new(resource_type: &'t ResourceType) -> Self {
        Self { resource_type, quirks: Quirks::STRICT, secrets: false, read_only: false }
    }

    /// Reads names and values with these tolerances.
    #[must_use]
    pub fn with_quirks(self, quirks: Quirks) -> Self {
        Self { quirks, ..self }
    }

    /// Takes over attributes that nobody may read, such as `password`, or ignores them.
    #[must_use]
    pub fn with_secrets(self, secrets: bool) -> Self {
        Self { secrets, ..self }
    }

    /// Takes over attributes that are read-only for clients, by the host's own hand, or ignores
    /// them.
    #[must_use]
    pub fn with_read_only(self, read_only: bool) -> Self {
        Self { read_only, ..self }
    }

    /// Makes a resource of the body of a POST or PUT: read-only attributes are left out (RFC 7644,
    /// Sections 3.3 and 3.5.1), required ones are not yet asked for.
    ///
    /// # Errors
    ///
    /// - `schemas` is missing or wrong;
    /// - a value is not of its attribute's type;
    /// - an attribute occurs twice;
    /// - the resource type is [inconsistent](ResourceType::validate).
    pub fn resource(self, body: impl Into<Object>) -> Result<Resource, ValueError> {
        Ok(self.decode(body, &mut Deviations::default())?.resource)
    }

    /// Makes a resource of the body of a POST or PUT, and takes note of what was tolerated.
    ///
    /// # Errors
    ///
    /// - as [`ResourceDecoder::resource`].
    pub fn decode(
        self,
        body: impl Into<Object>,
        deviations: &mut Deviations,
    ) -> Result<Decoded, ValueError> {
        self.read(deviations, |decoding| {
            let resource = decoding.resource(body.into())?;
            Ok(Decoded { resource, cleared: std::mem::take(&mut decoding.cleared) })
        })
    }

    /// Reads what `read` says; what it notes counts unless it fails.
    pub(crate) fn read<T>(
        self,
        deviations: &mut Deviations,
        read: impl FnOnce(&mut Decoding<'_>) -> Result<T, ValueError>,
    ) -> Result<T, ValueError> {
        if let Some(problem) = self.resource_type.problem() {
            return Err(problem.clone().into());
        }
        deviations.unless_refused(|deviations| {
            let start = deviations.mark();
            read(&mut Decoding { decoder: self, deviations, start, cleared: Vec::new() })
        })
    }

    /// Returns `true` if the sender may set the attribute at all.
    pub(crate) fn takes(self, attribute: &Attribute) -> bool {
        self.may_set(attribute) && (self.secrets || !is_secret(attribute))
    }

    fn may_set(self, attribute: &Attribute) -> bool {
        self.read_only || attribute.mutability() != Mutability::ReadOnly
    }

    fn is_left_out(self, name: &str) -> bool {
        let named = |path: AttrPath| self.resource_type.left_out(&path, false).is_some();
        self.resource_type.left_out_extension(name) || name.parse().is_ok_and(named)
    }
}

impl Decoding<'_> {
    fn resource(&mut self, mut body: Object) -> Result<Resource, ValueError> {
        if self.decoder.is_plain(&body) {
            let schemas = body.remove("schemas").unwrap_or_default();
            self.schemas(schemas, &body)?;
            return Ok(Resource::from_object(body));
        }
        let resource_type = self.decoder.resource_type;
        let mut object = Object::new();
        let mut schemas = None;
        for (key, value) in body {
            match resource_type.container(&key) {
                Some(Container::Attribute(attribute)) if attribute.name() == "schemas" => {
                    if schemas.replace(value).is_some() {
                        return Err(ValueError::new("schemas", ValueErrorKind::Duplicate));
                    }
                }
                Some(Container::Attribute(attribute)) => {
                    self.insert(&mut object, None, attribute, key, value)?
                }
                Some(Container::Extension(schema)) => {
                    let extension = self.extension(schema.uri().as_str(), value)?;
                    if object.insert(schema.uri().as_str(), Value::Object(extension)).is_some() {
                        return Err(ValueError::new(schema.uri(), ValueErrorKind::Duplicate));
                    }
                }
                None => {
                    self.check_left_out(&key, &value)?;
                    self.unknown(key.into())?;
                }
            }
        }
        object.retain(|_, value| !is_unassigned(value));
        self.schemas(schemas.unwrap_or_default(), &object)?;
        Ok(Resource::from_object(object))
    }

    /// Makes canonical the object that holds the attributes of an extension.
    ///
    /// # Errors
    ///
    /// - it is no object;
    /// - a value is not of its attribute's type;
    /// - an attribute occurs twice.
    pub(crate) fn extension(&mut self, uri: &str, value: Value) -> Result<Object, ValueError> {
        let body = match value {
            Value::Object(body) => body,
            Value::Null => Object::new(),
            _ => return Err(ValueError::new(uri, ValueErrorKind::Type(AttributeType::Complex))),
        };
        let resource_type = self.decoder.resource_type;
        let mut object = Object::new();
        for (key, value) in body {
            let schema = resource_type.extension(uri).map(|extension| &extension.schema);
            match schema.and_then(|schema| schema.attribute(&key)) {
                Some(attribute) => self.insert(&mut object, schema, attribute, key, value)?,
                None => {
                    let name = format!("{uri}:{key}");
                    self.check_left_out(&name, &value)?;
                    self.unknown(name)?;
                }
            }
        }
        object.retain(|_, value| !is_unassigned(value));
        Ok(object)
    }

    /// Makes canonical the value of an attribute; none means unassigned.
    ///
    /// # Errors
    ///
    /// - the value is not of the attribute's type.
    pub(crate) fn value(
        &mut self,
        container: Option<&str>,
        attribute: &Attribute,
        value: Value,
    ) -> Result<Option<Value>, ValueError> {
        if self.decoder.is_plain_value(attribute, &value) {
            return Ok(Some(value));
        }
        self.canonical_value(container, attribute, value)
    }

    fn canonical_value(
        &mut self,
        container: Option<&str>,
        attribute: &Attribute,
        value: Value,
    ) -> Result<Option<Value>, ValueError> {
        let place = Place { container, attribute: attribute.name(), sub: None };
        if attribute.is_multi_valued() {
            self.values(place, attribute, value)
        } else {
            self.single(place, attribute, value)
        }
    }

    /// Makes canonical one value of an attribute, also of a multi-valued one; none means
    /// unassigned.
    ///
    /// # Errors
    ///
    /// - the value is not of the attribute's type.
    pub(crate) fn element(
        &mut self,
        container: Option<&str>,
        attribute: &Attribute,
        value: Value,
    ) -> Result<Option<Value>, ValueError> {
        self.single(Place { container, attribute: attribute.name(), sub: None }, attribute, value)
    }

    /// Makes canonical the value of a complex attribute that is to be merged: null stands for what
    /// is unassigned.
    ///
    /// # Errors
    ///
    /// - the value is not of the attribute's type.
    pub(crate) fn parts(
        &mut self,
        container: Option<&str>,
        attribute: &Attribute,
        value: Value,
    ) -> Result<Value, ValueError> {
        let place = Place { container, attribute: attribute.name(), sub: None };
        match value {
            Value::Object(object) => Ok(Value::Object(self.sub_values(place, attribute, object)?)),
            _ => Err(ValueError::new(place, ValueErrorKind::Type(AttributeType::Complex))),
        }
    }

    /// Makes canonical the value of a sub-attribute; none means unassigned.
    ///
    /// # Errors
    ///
    /// - the value is not of the sub-attribute's type.
    pub(crate) fn sub_value(
        &mut self,
        container: Option<&str>,
        attribute: &Attribute,
        sub: &Attribute,
        value: Value,
    ) -> Result<Option<Value>, ValueError> {
        let place = Place { container, attribute: attribute.name(), sub: Some(sub.name()) };
        if sub.is_multi_valued() {
            self.values(place, sub, value)
        } else {
            self.single(place, sub, value)
        }
    }

    /// Takes note of an attribute that no schema defines, or refuses it.
    ///
    /// # Errors
    ///
    /// - unknown attributes are refused.
    pub(crate) fn unknown(&mut self, name: String) -> Result<(), ValueError> {
        if self.decoder.quirks.left_out_attributes && self.decoder.is_left_out(&name) {
            self.note(Deviation::LeftOut(name));
            return Ok(());
        }
        match self.decoder.quirks.unknown_attributes {
            UnknownAttributes::Reject => Err(ValueError::new(name, ValueErrorKind::Unknown)),
            UnknownAttributes::Ignore => {
                self.note(Deviation::UnknownAttribute(name));
                Ok(())
            }
        }
    }

    /// Reads what is not taken over, to find whether it is of its type: who sends a password that
    /// is none has to hear of it, also where the host keeps none. What is read-only is not looked
    /// at (RFC 7644, Section 3.3).
    fn check_unwanted(
        &mut self,
        attribute: &Attribute,
        read: impl FnOnce(&mut Self) -> Result<Option<Value>, ValueError>,
    ) -> Result<Option<Value>, ValueError> {
        if self.decoder.may_set(attribute) {
            let mark = self.deviations.mark();
            read(self)?;
            self.deviations.back_to(mark);
        }
        Ok(None)
    }

    /// Checks a secret that [`ResourceType::retain_attributes`] left out, as `check_unwanted` does.
    ///
    /// # Errors
    ///
    /// - the value is not of the attribute's type.
    pub(crate) fn check_left_out(&mut self, name: &str, value: &Value) -> Result<(), ValueError> {
        let found = name
            .parse()
            .ok()
            .and_then(|path: AttrPath| self.decoder.resource_type.left_out(&path, false));
        let Some(path) = found.filter(|path| is_secret(path.attribute()) || is_secret(path.leaf()))
        else {
            return Ok(());
        };
        let (container, attribute, value) =
            (path.extension().map(|schema| schema.uri().as_str()), path.attribute(), value.clone());
        let checked = match path.sub_attribute() {
            Some(sub) => self.check_unwanted(sub, |decoding| {
                decoding.sub_value(container, attribute, sub, value)
            }),
            None => self
                .check_unwanted(attribute, |decoding| decoding.value(container, attribute, value)),
        };
        checked.map(drop)
    }

    fn insert(
        &mut self,
        object: &mut Object,
        extension: Option<&Arc<Schema>>,
        attribute: &Arc<Attribute>,
        key: Name,
        value: Value,
    ) -> Result<(), ValueError> {
        let container = extension.map(|schema| schema.uri().as_str());
        let taken = self.decoder.takes(attribute);
        let value = match taken {
            true => self.value(container, attribute, value)?,
            false => self.check_unwanted(attribute, |decoding| {
                decoding.value(container, attribute, value)
            })?,
        };
        if taken && value.is_none() {
            self.cleared.push(ResolvedPath::new(extension.cloned(), Arc::clone(attribute), None));
        }
        // An unassigned value holds its place, so that a second spelling of the name is seen.
        if object.insert(self.canonical(key, attribute), value.unwrap_or_default()).is_some() {
            let place = Place { container, attribute: attribute.name(), sub: None };
            return Err(ValueError::new(place, ValueErrorKind::Duplicate));
        }
        Ok(())
    }

    /// The name as the schema spells it; most clients do, too.
    fn canonical(&mut self, key: Name, attribute: &Attribute) -> Name {
        if key != *attribute.key() {
            let read = attribute.name().to_owned();
            self.note(Deviation::Name { received: key.into(), interpreted_as: read });
        }
        attribute.key().clone()
    }

    /// Takes note of a departure; once, where each of a thousand members has it.
    fn note(&mut self, deviation: Deviation) {
        self.deviations.push_once(self.start, deviation);
    }

    /// Checks `schemas` of a body, which names each schema with attributes in it (RFC 7643, Section
    /// 3).
    fn schemas(&mut self, value: Value, object: &Object) -> Result<(), ValueError> {
        let base = self.decoder.resource_type.schema().uri();
        let uris = match value {
            Value::Array(uris) => uris,
            Value::Null => List::new(),
            Value::String(uri) if uri.is_empty() && self.decoder.quirks.empty_strings => {
                List::new()
            }
            Value::String(_) if self.decoder.quirks.wrap_single_values => {
                self.deviations.push(Deviation::WrappedSingleValue("schemas".to_owned()));
                [value].into()
            }
            _ => return Err(ValueError::new("schemas", ValueErrorKind::Schemas)),
        };
        let mut named = Vec::with_capacity(uris.len().min(FEW));
        for uri in uris {
            let Value::String(uri) = uri else {
                return Err(ValueError::new("schemas", ValueErrorKind::Schemas));
            };
            if self.decoder.resource_type.has_schema(&uri) {
                named.push(uri);
                continue;
            }
            if !self.decoder.quirks.accept_unknown_schemas {
                return Err(ValueError::new(uri, ValueErrorKind::UnknownSchema));
            }
            self.deviations.push(Deviation::UnknownSchema(uri.into()));
        }
        let is_named = |schema: &SchemaUri| named.iter().any(|uri| schema.is(uri));
        let extensions =
            self.decoder.resource_type.extensions().iter().map(|extension| extension.schema.uri());
        let unnamed =
            extensions.filter(|uri| object.contains_key(uri.as_str())).find(|uri| !is_named(uri));
        match (is_named(base), unnamed) {
            (true, Some(uri)) if !self.decoder.quirks.accept_unknown_schemas => {
                return Err(ValueError::new(uri, ValueErrorKind::MissingSchema));
            }
            (true, _) => {}
            (false, _) if self.decoder.quirks.accept_unknown_schemas => {
                self.deviations.push(Deviation::MissingSchema(base.to_string()))
            }
            (false, _) => return Err(ValueError::new(base, ValueErrorKind::MissingSchema)),
        }
        Ok(())
    }
}

/// Returns `true` if nobody may read it, such as a password.
fn is_secret(attribute: &Attribute) -> bool {
    attribute.returned() == Returned::Never
}

#[cfg(test)]
mod tests;
