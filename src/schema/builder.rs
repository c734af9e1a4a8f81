//! Attributes and schemas on their way into being: from JSON (RFC 7643, Section 7), or call by
//! call.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::attribute::{Attribute, can_be_unique};
use super::builtin::SCHEMA_SCHEMA;
use super::characteristics::{AttributeType, Mutability, Returned, Uniqueness};
use super::error::{SchemaError, SchemaErrorKind};
use super::json::{Reader, element, join};
use super::schema::{Schema, is_of_discovery};
use crate::attr::AttrName;

/// An attribute in the making, by [`Attribute::builder`]. What is not said has the default of RFC
/// 7643, Section 2.2.
#[derive(Clone, Debug, Default)]
#[must_use = "an attribute does nothing until it is given to a schema"]
pub struct AttributeBuilder {
    pub(super) name: String,
    pub(super) kind: AttributeType,
    pub(super) multi_valued: bool,
    pub(super) description: String,
    pub(super) required: bool,
    pub(super) canonical_values: Vec<String>,
    pub(super) case_exact: bool,
    pub(super) mutability: Mutability,
    pub(super) returned: Returned,
    pub(super) uniqueness: Uniqueness,
    pub(super) reference_types: Vec<String>,
    sub_attributes: Vec<Self>,
}

/// A schema in the making, by [`Schema::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct SchemaBuilder {
    uri: String,
    name: String,
    description: String,
    attributes: Vec<AttributeBuilder>,
}

impl Attribute {
    /// Begins an attribute of that name and data type.
    pub fn builder(name: impl Into<String>, kind: AttributeType) -> AttributeBuilder {
        AttributeBuilder { name: name.into(), kind, ..AttributeBuilder::default() }
    }
}

impl AttributeBuilder {
    /// Makes it an array of values.
    pub fn multi_valued(self) -> Self {
        Self { multi_valued: true, ..self }
    }

    /// Says what it is for, in a sentence for people.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: description.into(), ..self }
    }

    /// Asks every resource for a value.
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Names values that have a known meaning.
    pub fn canonical_values(self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { canonical_values: values.into_iter().map(Into::into).collect(), ..self }
    }

    /// Tells upper from lower case in comparisons.
    pub fn case_exact(self) -> Self {
        Self { case_exact: true, ..self }
    }

    /// Says who may change it.
    pub fn mutability(self, mutability: Mutability) -> Self {
        Self { mutability, ..self }
    }

    /// Says when it is part of an answer.
    pub fn returned(self, returned: Returned) -> Self {
        Self { returned, ..self }
    }

    /// Says whether two resources may share a value; booleans, binary and complex values may (RFC
    /// 7643, Section 2.3).
    pub fn uniqueness(self, uniqueness: Uniqueness) -> Self {
        Self { uniqueness, ..self }
    }

    /// Says what a reference can point at: names of resource types, `external`, or `uri`.
    pub fn reference_types(self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { reference_types: types.into_iter().map(Into::into).collect(), ..self }
    }

    /// Adds a sub-attribute to a complex attribute.
    pub fn sub_attribute(mut self, sub: Self) -> Self {
        self.sub_attributes.push(sub);
        self
    }

    /// `levels` is how many levels of sub-attributes there may be.
    fn read(place: String, value: Value, levels: usize) -> Result<Self, SchemaError> {
        let mut reader = Reader::new(place, value)?;
        let mut attribute = Self {
            name: reader.required_text("name")?,
            kind: reader.word("type")?,
            multi_valued: reader.flag("multiValued")?,
            description: reader.text("description")?.unwrap_or_default(),
            required: reader.flag("required")?,
            canonical_values: reader.texts("canonicalValues")?,
            case_exact: reader.flag("caseExact")?,
            mutability: reader.word("mutability")?,
            returned: reader.word("returned")?,
            uniqueness: reader.word("uniqueness")?,
            reference_types: reader.texts("referenceTypes")?,
            sub_attributes: Vec::new(),
        };
        if !can_be_unique(attribute.kind) {
            // Documents that were published say it of such attributes too, and it means nothing.
            attribute.uniqueness = Uniqueness::None;
        }
        let subs = reader.list("subAttributes")?;
        if !subs.is_empty() {
            // Asked before the way down, which has an end by that.
            attribute
                .check_levels(levels)
                .map_err(|kind| SchemaError::new(reader.at("type"), kind))?;
        }
        let read = |(place, value)| Self::read(place, value, levels.saturating_sub(1));
        attribute.sub_attributes = subs.into_iter().map(read).collect::<Result<_, _>>()?;
        reader.end()?;
        Ok(attribute)
    }

    /// Checks all that has to go together, and makes the attribute.
    fn build(mut self, place: &str, levels: usize) -> Result<Arc<Attribute>, SchemaError> {
        let refuse = |member: &str, kind| Err(SchemaError::new(join(place, member), kind));
        let Ok(name) = self.name.parse::<AttrName>() else {
            return refuse("name", SchemaErrorKind::InvalidName);
        };
        if (self.kind == AttributeType::Complex || !self.sub_attributes.is_empty())
            && let Err(kind) = self.check_levels(levels)
        {
            return refuse("type", kind);
        }
        let textual = matches!(self.kind, AttributeType::String | AttributeType::Reference);
        if !textual && !self.canonical_values.is_empty() {
            return refuse("canonicalValues", SchemaErrorKind::CanonicalValues);
        }
        if self.kind != AttributeType::Reference && !self.reference_types.is_empty() {
            return refuse("referenceTypes", SchemaErrorKind::ReferenceTypes);
        }
        if self.uniqueness != Uniqueness::None && !can_be_unique(self.kind) {
            return refuse("uniqueness", SchemaErrorKind::Uniqueness);
        }
        if let Some(index) = self.reference_types.iter().position(|name| !AttrName::is_valid(name))
        {
            return refuse(&element("referenceTypes", index), SchemaErrorKind::InvalidName);
        }
        let subs = std::mem::take(&mut self.sub_attributes);
        if self.multi_valued {
            check_predefined(&subs, &join(place, "subAttributes"))?;
        }
        let sub_attributes =
            build_all(subs, &join(place, "subAttributes"), levels.saturating_sub(1))?;
        Ok(Arc::new(Attribute::new(name, self, sub_attributes)))
    }

    fn check_levels(&self, levels: usize) -> Result<(), SchemaErrorKind> {
        match self.kind {
            AttributeType::Complex if levels == 0 => Err(SchemaErrorKind::NestedComplex),
            AttributeType::Complex => Ok(()),
            _ => Err(SchemaErrorKind::SimpleWithSubAttributes),
        }
    }
}

impl Schema {
    /// Begins a schema of that URI.
    ///
    /// ```
    /// use scimwire::schema::{Attribute, AttributeType, Schema, Uniqueness};
    ///
    /// let number = Attribute::builder("number", AttributeType::Integer)
    ///     .required()
    ///     .uniqueness(Uniqueness::Server);
    /// let place = Attribute::builder("place", AttributeType::Complex)
    ///     .sub_attribute(Attribute::builder("room", AttributeType::String))
    ///     .sub_attribute(Attribute::builder("floor", AttributeType::Integer));
    /// let badge = Schema::builder("urn:example:schemas:Badge")
    ///     .name("Badge")
    ///     .attribute(number)
    ///     .attribute(place)
    ///     .build()?;
    /// assert!(
    ///     badge.attribute("place").is_some_and(|place| place.sub_attribute("room").is_some())
    /// );
    /// # Ok::<(), scimwire::schema::SchemaError>(())
    /// ```
    pub fn builder(uri: impl Into<String>) -> SchemaBuilder {
        SchemaBuilder {
            uri: uri.into(),
            name: String::new(),
            description: String::new(),
            attributes: Vec::new(),
        }
    }
}

impl SchemaBuilder {
    /// Gives it a name for people.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Says what it is for, in a sentence for people.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: description.into(), ..self }
    }

    /// Adds an attribute.
    pub fn attribute(mut self, attribute: AttributeBuilder) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// Makes the schema.
    ///
    /// # Errors
    ///
    /// - the URI is not a URN;
    /// - an attribute is inconsistent, or has a name that is taken: the error says which, as
    ///   `attributes[3].name`.
    pub fn build(self) -> Result<Schema, SchemaError> {
        self.build_at("")
    }

    pub(super) fn read(place: &str, document: Value) -> Result<Self, SchemaError> {
        let mut reader = Reader::new(place, document)?;
        // Documents that were served once have these, and they say nothing new.
        reader.skip(&["schemas", "meta"]);
        let mut schema = Self {
            uri: reader.required_text("id")?,
            name: reader.text("name")?.unwrap_or_default(),
            description: reader.text("description")?.unwrap_or_default(),
            attributes: Vec::new(),
        };
        if !reader.has("attributes") {
            return Err(SchemaError::new(reader.at("attributes"), SchemaErrorKind::Missing));
        }
        let levels = schema.levels();
        let read = |(place, value)| AttributeBuilder::read(place, value, levels);
        schema.attributes =
            reader.list("attributes")?.into_iter().map(read).collect::<Result<_, _>>()?;
        reader.end()?;
        Ok(schema)
    }

    pub(super) fn build_at(self, place: &str) -> Result<Schema, SchemaError> {
        let Ok(uri) = self.uri.parse() else {
            return Err(SchemaError::new(join(place, "id"), SchemaErrorKind::InvalidUri));
        };
        let (levels, attributes) = (self.levels(), join(place, "attributes"));
        if !is_of_discovery(&uri) {
            check_common(&self.attributes, &attributes)?;
        }
        let attributes = build_all(self.attributes, &attributes, levels)?;
        Ok(Schema::new(uri, self.name, self.description, attributes))
    }

    /// RFC 7643, Section 2.3.8 allows no complex value in another, and Section 7 describes just
    /// that.
    fn levels(&self) -> usize {
        if self.uri.eq_ignore_ascii_case(SCHEMA_SCHEMA) { 2 } else { 1 }
    }
}

fn build_all(
    attributes: Vec<AttributeBuilder>,
    place: &str,
    levels: usize,
) -> Result<Vec<Arc<Attribute>>, SchemaError> {
    let mut names = HashSet::with_capacity(attributes.len());
    let mut built = Vec::with_capacity(attributes.len());
    for (index, attribute) in attributes.into_iter().enumerate() {
        let place = element(place, index);
        let empty = attribute.kind == AttributeType::Complex && attribute.sub_attributes.is_empty();
        let attribute = attribute.build(&place, levels)?;
        if !names.insert(attribute.attr_name().clone()) {
            let kind = SchemaErrorKind::Duplicate(attribute.name().to_owned());
            return Err(SchemaError::new(join(&place, "name"), kind));
        }
        if empty {
            return Err(SchemaError::new(
                join(&place, "subAttributes"),
                SchemaErrorKind::NoSubAttributes,
            ));
        }
        built.push(attribute);
    }
    Ok(built)
}

/// RFC 7643, Section 2.4: these sub-attributes mean the same wherever there can be several values.
fn check_predefined(subs: &[AttributeBuilder], place: &str) -> Result<(), SchemaError> {
    for (index, sub) in subs.iter().enumerate() {
        let kind = match sub.name.to_ascii_lowercase().as_str() {
            "type" | "display" => AttributeType::String,
            "primary" => AttributeType::Boolean,
            "$ref" => AttributeType::Reference,
            _ => continue,
        };
        if sub.kind != kind || sub.multi_valued {
            let place = join(&element(place, index), "type");
            return Err(SchemaError::new(place, SchemaErrorKind::Predefined(kind.as_str())));
        }
    }
    Ok(())
}

/// RFC 7643, Section 3.1: a schema may list common attributes, and what the RFC says of them takes
/// precedence. One that is of another type is another attribute, and has no place under that name.
fn check_common(attributes: &[AttributeBuilder], place: &str) -> Result<(), SchemaError> {
    for (index, attribute) in attributes.iter().enumerate() {
        let shape = match attribute.name.to_ascii_lowercase().as_str() {
            "id" | "externalid" => Some(AttributeType::String),
            "meta" => Some(AttributeType::Complex),
            "schemas" => None,
            _ => continue,
        };
        if shape != Some(attribute.kind) || attribute.multi_valued {
            let place = join(&element(place, index), "name");
            return Err(SchemaError::new(place, SchemaErrorKind::Reserved(attribute.name.clone())));
        }
    }
    Ok(())
}
