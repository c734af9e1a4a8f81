//! From what a client sent to canonical form: names, types, unassigned values (RFC 7643, Sections 2 and 3).

use std::collections::HashSet;
use std::fmt;

use serde_json::{Map, Value};

use super::compare::{equal_but_primary, identity};
use super::value::{Repair, UnknownAttributes, ValueError, ValueErrorKind, ValueRules};
use super::{Resource, is_unassigned};
use crate::schema::{Attribute, AttributeType, Container, Mutability, ResourceType, Returned, bytes, instant, is_uri_reference};

/// Up to this many values are compared each with each; beyond, by a hash. So far back is looked for a repair that was noted.
const FEW: usize = 16;

/// Reads bodies and values for one resource type, and keeps a list of what it put right.
#[derive(Debug)]
pub struct Intake<'t> {
    resource_type: &'t ResourceType,
    rules: ValueRules,
    repairs: Vec<Repair>,
    /// Attributes that the client unassigned in so many words, each with its container.
    unassigned: Vec<(Option<String>, String)>,
}

/// Where a value stands, for messages; made into text only when one is due.
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

impl<'t> Intake<'t> {
    /// Reads for `resource_type` by `rules`.
    #[must_use]
    pub fn new(resource_type: &'t ResourceType, rules: ValueRules) -> Self {
        Self { resource_type, rules, repairs: Vec::new(), unassigned: Vec::new() }
    }

    /// What was put right so far.
    #[must_use]
    pub fn repairs(self) -> Vec<Repair> {
        self.repairs
    }

    /// The attributes that the client unassigned in so many words, by container and name: PUT clears them.
    #[must_use]
    pub fn unassigned(&mut self) -> Vec<(Option<String>, String)> {
        std::mem::take(&mut self.unassigned)
    }

    /// Makes a resource of the body of a POST or PUT: read-only attributes are left out (RFC 7644, Sections 3.3 and
    /// 3.5.1), required ones are not yet asked for.
    ///
    /// # Errors
    ///
    /// - `schemas` is missing or wrong;
    /// - a value is not of its attribute's type;
    /// - an attribute stands twice.
    pub fn resource(&mut self, body: Map<String, Value>) -> Result<Resource, ValueError> {
        let resource_type = self.resource_type;
        let mut object = Map::new();
        let mut schemas = None;
        for (key, value) in body {
            match resource_type.container(&key) {
                Some(Container::Attribute(attribute)) if attribute.name() == "schemas" => {
                    if schemas.replace(value).is_some() {
                        return Err(ValueError::new("schemas", ValueErrorKind::Duplicate));
                    }
                }
                Some(Container::Attribute(attribute)) => self.insert(&mut object, None, attribute, key, value)?,
                Some(Container::Extension(schema)) => {
                    let extension = self.extension(schema.uri().as_str(), value)?;
                    if object.insert(schema.uri().as_str().to_owned(), Value::Object(extension)).is_some() {
                        return Err(ValueError::new(schema.uri(), ValueErrorKind::Duplicate));
                    }
                }
                None => self.unknown(key)?,
            }
        }
        self.schemas(schemas.unwrap_or_default())?;
        object.retain(|_, value| !is_unassigned(value));
        let mut resource = Resource(object);
        resource.settle_schemas(resource_type);
        Ok(resource)
    }

    /// Makes canonical the object that holds the attributes of an extension.
    ///
    /// # Errors
    ///
    /// - it is no object;
    /// - a value is not of its attribute's type;
    /// - an attribute stands twice.
    pub(crate) fn extension(&mut self, uri: &str, value: Value) -> Result<Map<String, Value>, ValueError> {
        let body = match value {
            Value::Object(body) => body,
            Value::Null => Map::new(),
            _ => return Err(ValueError::new(uri, ValueErrorKind::Type(AttributeType::Complex))),
        };
        let resource_type = self.resource_type;
        let mut object = Map::new();
        for (key, value) in body {
            let known = resource_type.extension(uri).and_then(|extension| extension.schema.attribute(&key));
            match known {
                Some(attribute) => self.insert(&mut object, Some(uri), attribute, key, value)?,
                None => self.unknown(format!("{uri}:{key}"))?,
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
        let place = Place { container, attribute: attribute.name(), sub: None };
        if attribute.multi_valued() { self.values(place, attribute, value) } else { self.single(place, attribute, value) }
    }

    /// Makes canonical one value of an attribute, also of a multi-valued one; none means unassigned.
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

    /// Makes canonical the value of a complex attribute that is to be merged: null stands for what is unassigned.
    ///
    /// # Errors
    ///
    /// - the value is not of the attribute's type.
    pub(crate) fn parts(&mut self, container: Option<&str>, attribute: &Attribute, value: Value) -> Result<Value, ValueError> {
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
        if sub.multi_valued() { self.values(place, sub, value) } else { self.single(place, sub, value) }
    }

    /// Takes note of an attribute that no schema defines, or refuses it.
    ///
    /// # Errors
    ///
    /// - the rules say so.
    pub(crate) fn unknown(&mut self, name: String) -> Result<(), ValueError> {
        match self.rules.unknown_attributes {
            UnknownAttributes::Refuse => Err(ValueError::new(name, ValueErrorKind::Unknown)),
            UnknownAttributes::Ignore => {
                self.note(Repair::UnknownAttribute(name));
                Ok(())
            }
        }
    }

    /// Whether whoever sends the attribute may set it at all.
    pub(crate) fn takes(&self, attribute: &Attribute) -> bool {
        let writable = self.rules.read_only || attribute.mutability() != Mutability::ReadOnly;
        writable && (self.rules.secrets || attribute.returned() != Returned::Never)
    }

    fn insert(
        &mut self,
        object: &mut Map<String, Value>,
        container: Option<&str>,
        attribute: &Attribute,
        key: String,
        value: Value,
    ) -> Result<(), ValueError> {
        let taken = self.takes(attribute);
        let value = if taken { self.value(container, attribute, value)? } else { None };
        if taken && value.is_none() {
            self.unassigned.push((container.map(str::to_owned), attribute.name().to_owned()));
        }
        // An unassigned value holds its place, so that a second spelling of the name is seen.
        if object.insert(self.canonical(key, attribute), value.unwrap_or_default()).is_some() {
            let place = Place { container, attribute: attribute.name(), sub: None };
            return Err(ValueError::new(place, ValueErrorKind::Duplicate));
        }
        Ok(())
    }

    /// The name as the schema spells it; most clients do, too.
    fn canonical(&mut self, key: String, attribute: &Attribute) -> String {
        if key == attribute.name() {
            return key;
        }
        let name = attribute.name().to_owned();
        self.note(Repair::Name { came: key, read: name.clone() });
        name
    }

    /// Takes note of a repair; once, where each of a thousand members needs it.
    fn note(&mut self, repair: Repair) {
        if !self.repairs.iter().rev().take(FEW).any(|known| *known == repair) {
            self.repairs.push(repair);
        }
    }

    fn schemas(&mut self, value: Value) -> Result<(), ValueError> {
        let base = self.resource_type.schema().uri();
        let uris = match value {
            Value::Array(uris) => uris,
            Value::Null => Vec::new(),
            _ => return Err(ValueError::new("schemas", ValueErrorKind::Schemas)),
        };
        let mut named = false;
        for uri in uris {
            let Value::String(uri) = uri else {
                return Err(ValueError::new("schemas", ValueErrorKind::Schemas));
            };
            named |= base.is(&uri);
            if self.resource_type.has_schema(&uri) {
                continue;
            }
            if !self.rules.any_schemas {
                return Err(ValueError::new(uri, ValueErrorKind::UnknownSchema));
            }
            self.repairs.push(Repair::UnknownSchema(uri));
        }
        match (named, self.rules.any_schemas) {
            (true, _) => {}
            (false, true) => self.repairs.push(Repair::MissingSchema(base.to_string())),
            (false, false) => return Err(ValueError::new(base, ValueErrorKind::MissingSchema)),
        }
        Ok(())
    }

    fn values(&mut self, place: Place<'_>, attribute: &Attribute, value: Value) -> Result<Option<Value>, ValueError> {
        let values = match value {
            Value::Array(values) => values,
            Value::Null => return Ok(None),
            Value::String(text) if text.is_empty() && self.rules.empty_strings => {
                self.repairs.push(Repair::EmptyString(place.to_string()));
                return Ok(None);
            }
            Value::Object(_) if self.rules.one_for_many => {
                self.repairs.push(Repair::OneForMany(place.to_string()));
                vec![value]
            }
            _ => return Err(ValueError::new(place, ValueErrorKind::NotArray)),
        };
        let mut canonical = Vec::with_capacity(values.len());
        for value in values {
            if value.is_array() {
                return Err(ValueError::new(place, ValueErrorKind::Type(attribute.kind())));
            }
            let nameless = is_nameless(attribute, &value);
            let read = self.single(place, attribute, value)?;
            // Who is listed by id cannot be listed without one.
            if nameless || read.as_ref().is_some_and(|value| attribute.refers_by_value() && has_no_id(value)) {
                return Err(ValueError::new(format!("{place}.value"), ValueErrorKind::Required));
            }
            canonical.extend(read);
        }
        remove_repeats(attribute, &mut canonical);
        if canonical.iter().filter(|value| is_primary(value)).count() > 1 {
            return Err(ValueError::new(place, ValueErrorKind::Primary));
        }
        Ok(if canonical.is_empty() { None } else { Some(Value::Array(canonical)) })
    }

    fn single(&mut self, place: Place<'_>, attribute: &Attribute, value: Value) -> Result<Option<Value>, ValueError> {
        let mismatch = || ValueError::new(place, ValueErrorKind::Type(attribute.kind()));
        match (attribute.kind(), value) {
            (_, Value::Null) => Ok(None),
            (_, Value::Array(values)) => self.array_for_one(place, attribute, values),
            (_, Value::String(text)) if text.is_empty() && self.rules.empty_strings => {
                self.repairs.push(Repair::EmptyString(place.to_string()));
                Ok(None)
            }
            (AttributeType::Complex, Value::Object(object)) => self.complex(place, attribute, object),
            (AttributeType::Complex, value) => self.value_for_complex(place, attribute, value),
            (AttributeType::Boolean, Value::String(text)) if self.rules.boolean_strings => {
                let value = boolean(&text).ok_or_else(mismatch)?;
                self.repairs.push(Repair::BooleanString(place.to_string()));
                Ok(Some(Value::Bool(value)))
            }
            (AttributeType::DateTime, Value::String(text)) => in_a_zone(text).map(Some).ok_or_else(mismatch),
            (AttributeType::Reference, Value::String(text)) => self.reference(place, attribute, text),
            (AttributeType::String, Value::String(text)) => canonical_text(place, attribute, text),
            (kind, value) if fits(kind, &value) => Ok(Some(value)),
            _ => Err(mismatch()),
        }
    }

    fn complex(
        &mut self,
        place: Place<'_>,
        attribute: &Attribute,
        object: Map<String, Value>,
    ) -> Result<Option<Value>, ValueError> {
        let mut canonical = self.sub_values(place, attribute, object)?;
        canonical.retain(|_, value| !is_unassigned(value));
        Ok(if canonical.is_empty() { None } else { Some(Value::Object(canonical)) })
    }

    /// The sub-attributes in canonical form, with null for those that the client unassigns.
    fn sub_values(
        &mut self,
        place: Place<'_>,
        attribute: &Attribute,
        object: Map<String, Value>,
    ) -> Result<Map<String, Value>, ValueError> {
        let mut parts = Map::new();
        for (key, value) in object {
            let Some(sub) = attribute.sub_attribute(&key) else {
                self.unknown(format!("{place}.{key}"))?;
                continue;
            };
            // What a `$ref` beside a `value` says follows from the value (RFC 7643, Section 2.4).
            if attribute.refers_by_value() && sub.name() == "$ref" {
                self.note(Repair::Reference(place.to_string()));
                continue;
            }
            if !self.takes(sub) {
                continue;
            }
            let value = self.sub_value(place.container, attribute, sub, value)?;
            let (name, sub) = (self.canonical(key, sub), sub.name());
            if parts.insert(name, value.unwrap_or_default()).is_some() {
                let place = Place { sub: Some(sub), ..place };
                return Err(ValueError::new(place, ValueErrorKind::Duplicate));
            }
        }
        Ok(parts)
    }

    /// RFC 7643, Section 2.3.7: an absolute or a relative URI.
    fn reference(&mut self, place: Place<'_>, attribute: &Attribute, text: String) -> Result<Option<Value>, ValueError> {
        if !is_uri_reference(&text) {
            if !self.rules.any_references {
                return Err(ValueError::new(place, ValueErrorKind::Type(AttributeType::Reference)));
            }
            self.repairs.push(Repair::NoReference(place.to_string()));
        }
        canonical_text(place, attribute, text)
    }

    fn array_for_one(
        &mut self,
        place: Place<'_>,
        attribute: &Attribute,
        mut values: Vec<Value>,
    ) -> Result<Option<Value>, ValueError> {
        match (values.pop(), values.is_empty()) {
            // RFC 7643, Section 2.5: the empty array is no value.
            (None, _) => Ok(None),
            (Some(value), true) if self.rules.array_for_one && !value.is_array() => {
                self.repairs.push(Repair::ArrayForOne(place.to_string()));
                self.single(place, attribute, value)
            }
            _ => Err(ValueError::new(place, ValueErrorKind::Array)),
        }
    }

    fn value_for_complex(&mut self, place: Place<'_>, attribute: &Attribute, value: Value) -> Result<Option<Value>, ValueError> {
        let single = value.is_string() && !attribute.multi_valued() && self.rules.value_for_complex;
        match attribute.sub_attribute("value") {
            Some(sub) if single => {
                self.repairs.push(Repair::ValueForComplex(place.to_string()));
                let value = self.sub_value(place.container, attribute, sub, value)?;
                Ok(value.map(|value| Value::Object(Map::from_iter([("value".to_owned(), value)]))))
            }
            _ => Err(ValueError::new(place, ValueErrorKind::Type(AttributeType::Complex))),
        }
    }
}

/// RFC 7643, Section 2.4: a value that is canonical but for its case is spelled as the schema has it.
fn canonical_text(place: Place<'_>, attribute: &Attribute, text: String) -> Result<Option<Value>, ValueError> {
    if attribute.canonical_values().is_empty() {
        return Ok(Some(Value::String(text)));
    }
    match attribute.canonical_value(&text) {
        Some(canonical) if canonical != text => Ok(Some(Value::String(canonical.to_owned()))),
        None if attribute.closed() => Err(ValueError::new(place, ValueErrorKind::NotCanonical)),
        Some(_) | None => Ok(Some(Value::String(text))),
    }
}

fn fits(kind: AttributeType, value: &Value) -> bool {
    match (kind, value) {
        (AttributeType::Boolean, Value::Bool(_)) | (AttributeType::Decimal, Value::Number(_)) => true,
        // RFC 7643, Section 2.3.4: no fraction and no exponent.
        (AttributeType::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (AttributeType::Binary, Value::String(text)) => bytes(text).is_some(),
        _ => false,
    }
}

/// A dateTime without a zone is in UTC, and says so from then on.
fn in_a_zone(text: String) -> Option<Value> {
    instant(&text)?;
    let time = text.get(10..).unwrap_or_default();
    let has_zone = time.ends_with('Z') || time.contains(['+', '-']);
    Some(Value::String(if has_zone { text } else { format!("{text}Z") }))
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

pub(super) fn is_primary(value: &Value) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

/// Whether a value names a resource by its URL alone, which follows from the id and says nothing by itself.
fn is_nameless(attribute: &Attribute, value: &Value) -> bool {
    let has = |object: &Map<String, Value>, name: &str| {
        let is_named = |key: &str| attribute.sub_attribute(key).is_some_and(|sub| sub.name() == name);
        object.iter().any(|(key, value)| is_named(key) && !is_unassigned(value))
    };
    let names = |object: &Map<String, Value>| has(object, "$ref") && !has(object, "value");
    attribute.refers_by_value() && value.as_object().is_some_and(names)
}

fn has_no_id(value: &Value) -> bool {
    value.get("value").and_then(Value::as_str).is_none_or(str::is_empty)
}

/// RFC 7643, Section 2.4: a value stands once.
fn remove_repeats(attribute: &Attribute, values: &mut Vec<Value>) {
    if attribute.refers_by_value() {
        return remove_repeated_ids(values);
    }
    if values.len() > FEW {
        let mut seen = HashSet::with_capacity(values.len());
        values.retain(|value| seen.insert(identity(attribute, value)));
        return;
    }
    let mut place = 0;
    while let Some(value) = values.get(place) {
        if values.iter().take(place).any(|other| equal_but_primary(other, value)) {
            values.remove(place);
        } else {
            place += 1;
        }
    }
}

/// Leaves the first of those that name one resource.
fn remove_repeated_ids(values: &mut Vec<Value>) {
    let mut seen = HashSet::with_capacity(if values.len() > 1 { values.len() } else { 0 });
    let mut fresh = values.iter().map(|value| seen.insert(value.get("value").and_then(Value::as_str)));
    if values.len() > 1 && !fresh.all(|fresh| fresh) {
        let mut seen = HashSet::with_capacity(values.len());
        values.retain(|value| seen.insert(value.get("value").and_then(Value::as_str).map(str::to_owned)));
    }
}
