//! Attribute definitions (RFC 7643, Section 7).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::builder::AttributeBuilder;
use super::characteristics::{AttributeType, Mutability, Returned, Uniqueness};
use super::compare::{case_fold, folds_equal};
use super::error::SchemaErrorKind;
use super::keys::Attributes;
use crate::attr::AttrName;
use crate::value::Name;

/// The definition of an attribute or sub-attribute. One that exists is consistent: construction
/// checks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    name: AttrName,
    key: Name,
    /// That of the name, for look-ups.
    mark: u32,
    kind: AttributeType,
    multi_valued: bool,
    description: String,
    required: bool,
    canonical_values: Vec<String>,
    case_exact: bool,
    mutability: Mutability,
    returned: Returned,
    uniqueness: Uniqueness,
    reference_types: Vec<String>,
    sub_attributes: Attributes,
    /// `true` if a `$ref` beside a `value` follows from it, so that clients cannot set it.
    refers_by_value: bool,
    /// `true` if values, or parts of them, are references to resources.
    refers_to_resources: bool,
    /// `true` if values, or parts of them, are never returned.
    holds_secrets: bool,
    /// `true` if only canonical values are accepted, by a rule of your application.
    closed: bool,
}

impl Attribute {
    /// Makes an attribute of a definition that goes together.
    pub(super) fn new(
        name: AttrName,
        definition: AttributeBuilder,
        sub_attributes: Vec<Arc<Self>>,
    ) -> Self {
        Self {
            kind: definition.kind,
            multi_valued: definition.multi_valued,
            description: definition.description,
            required: definition.required,
            canonical_values: definition.canonical_values,
            // RFC 7643, Sections 2.3.6 and 2.3.7: binary and reference values are case exact,
            // whatever the JSON says; the URIs of `schemas` are the exception that its own
            // definition states.
            case_exact: match definition.kind {
                AttributeType::Binary => true,
                AttributeType::Reference => !name.is("schemas"),
                AttributeType::String => definition.case_exact,
                _ => false,
            },
            mutability: definition.mutability,
            returned: definition.returned,
            uniqueness: definition.uniqueness,
            refers_to_resources: refers_to_resources(&definition.reference_types, &sub_attributes),
            reference_types: definition.reference_types,
            refers_by_value: refers_by_value(&sub_attributes),
            holds_secrets: holds_secrets(definition.returned, &sub_attributes),
            sub_attributes: sub_attributes.into(),
            closed: false,
            key: Name::known(name.as_str()),
            mark: AttrName::mark(name.as_str()),
            name,
        }
    }

    /// Replaces the sub-attributes.
    pub(super) fn with_subs(&self, sub_attributes: Vec<Arc<Self>>) -> Self {
        let refers_by_value = refers_by_value(&sub_attributes);
        let holds_secrets = holds_secrets(self.returned, &sub_attributes);
        let sub_attributes = sub_attributes.into();
        Self { sub_attributes, refers_by_value, holds_secrets, ..self.clone() }
    }

    /// Makes values unique among the resources of a tenant.
    pub(super) fn with_uniqueness(&self) -> Result<Self, SchemaErrorKind> {
        if !can_be_unique(self.kind) {
            return Err(SchemaErrorKind::Uniqueness);
        }
        Ok(Self { uniqueness: Uniqueness::Server, ..self.clone() })
    }

    /// Makes the attribute required.
    pub(super) fn with_requirement(&self) -> Self {
        Self { required: true, ..self.clone() }
    }

    /// Rejects values other than the canonical ones.
    pub(super) fn with_closed_values(&self) -> Result<Self, SchemaErrorKind> {
        if self.canonical_values.is_empty() {
            return Err(SchemaErrorKind::NoCanonicalValues);
        }
        Ok(Self { closed: true, ..self.clone() })
    }

    /// Replaces the canonical values.
    pub(super) fn with_canonical_values(
        &self,
        canonical_values: Vec<String>,
    ) -> Result<Self, SchemaErrorKind> {
        if !matches!(self.kind, AttributeType::String | AttributeType::Reference) {
            return Err(SchemaErrorKind::CanonicalValues);
        }
        Ok(Self { canonical_values, ..self.clone() })
    }

    /// Returns the attribute with a changed sub-attribute; `None` if it does not exist.
    pub(super) fn with_changed_sub(
        &self,
        name: &AttrName,
        change: impl FnOnce(&Self) -> Result<Self, SchemaErrorKind>,
    ) -> Result<Option<Self>, SchemaErrorKind> {
        let mut attribute = self.clone();
        let Some(slot) = attribute.sub_attributes.iter_mut().find(|sub| sub.name == *name) else {
            return Ok(None);
        };
        *slot = Arc::new(change(slot)?);
        Ok(Some(attribute))
    }

    /// The name as the schema spells it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.key
    }

    /// The name as objects have it.
    pub(crate) fn key(&self) -> &Name {
        &self.key
    }

    /// Returns `true` if `name`, which has this mark, is the name in any case.
    pub(super) fn is_named(&self, mark: u32, name: &str) -> bool {
        self.mark == mark && (self.name.as_str() == name || self.name.is(name))
    }

    /// The name, comparing without regard to case.
    #[must_use]
    pub fn attr_name(&self) -> &AttrName {
        &self.name
    }

    /// The data type of each value.
    #[must_use]
    pub fn attribute_type(&self) -> AttributeType {
        self.kind
    }

    /// Returns `true` if the attribute is an array of values.
    #[must_use]
    pub fn is_multi_valued(&self) -> bool {
        self.multi_valued
    }

    /// The description of the attribute, for people.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Returns `true` if the attribute is required.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Values that have a known meaning, such as `work` and `home`.
    #[must_use]
    pub fn canonical_values(&self) -> &[String] {
        &self.canonical_values
    }

    /// Returns `true` if no other values than the canonical ones are accepted; see
    /// [`ResourceType::enforce_canonical_values`](super::ResourceType::enforce_canonical_values).
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The canonical value that `text` is a spelling of, in any case unless the attribute is case
    /// exact.
    #[must_use]
    pub fn canonical_value(&self, text: &str) -> Option<&str> {
        let exactly = self.canonical_values.iter().find(|known| *known == text);
        let same = |known: &&String| !self.case_exact && folds_equal(text, &case_fold(known));
        exactly.or_else(|| self.canonical_values.iter().find(same)).map(String::as_str)
    }

    /// Returns `true` if upper and lower case differ in comparisons.
    #[must_use]
    pub fn is_case_exact(&self) -> bool {
        self.case_exact
    }

    /// The mutability: who may change a value.
    #[must_use]
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }

    /// Returns when the attribute is returned.
    #[must_use]
    pub fn returned(&self) -> Returned {
        self.returned
    }

    /// Returns the uniqueness of values.
    #[must_use]
    pub fn uniqueness(&self) -> Uniqueness {
        self.uniqueness
    }

    /// The targets of a reference: names of resource types, `external`, or `uri`.
    #[must_use]
    pub fn reference_types(&self) -> &[String] {
        &self.reference_types
    }

    pub(super) fn all_sub_attributes(&self) -> &Attributes {
        &self.sub_attributes
    }

    /// The sub-attributes of a complex attribute.
    #[must_use]
    pub fn sub_attributes(&self) -> &[Arc<Self>] {
        self.sub_attributes.as_slice()
    }

    /// Returns `true` if each value names another resource by its id in `value`, so that its `$ref`
    /// is derived (RFC 7643, Section 2.4), as in `members`, `groups` and `manager`.
    #[must_use]
    pub fn is_resource_reference(&self) -> bool {
        self.refers_by_value
    }

    /// Returns `true` if its values, or parts of them, are references to resources, also where no
    /// `value` names these: nobody comes to be referred to but by what a client says in so many
    /// words. What the host leaves out of it makes no difference.
    pub(crate) fn refers_to_resources(&self) -> bool {
        self.refers_to_resources
    }

    /// Returns `true` if values of it, or parts of them, are never returned (RFC 7643, Section 7),
    /// such as a password.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.holds_secrets
    }

    /// Returns `true` if two resources of a tenant may not share a value.
    #[must_use]
    pub fn is_unique(&self) -> bool {
        self.uniqueness != Uniqueness::None
    }

    /// Returns `true` if anybody may ever read it: not where it is never returned, or write-only
    /// (RFC 7643, Section 7).
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.returned != Returned::Never && self.mutability != Mutability::WriteOnly
    }

    /// Returns `true` if values are identifiers of people, such as user names: unique, and without
    /// regard to case. They compare once they are [prepared](super::prepare_username).
    #[must_use]
    pub fn is_identifier(&self) -> bool {
        self.kind == AttributeType::String && self.is_unique() && !self.case_exact
    }

    /// The definition as JSON, with every characteristic that applies stated (RFC 7643, Section 7).
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut json = Map::new();
        json.insert("name".into(), self.name().into());
        json.insert("type".into(), self.kind.as_str().into());
        json.insert("multiValued".into(), self.multi_valued.into());
        json.insert("description".into(), self.description.as_str().into());
        json.insert("required".into(), self.required.into());
        if !self.canonical_values.is_empty() {
            json.insert("canonicalValues".into(), json!(self.canonical_values));
        }
        if matches!(
            self.kind,
            AttributeType::String | AttributeType::Reference | AttributeType::Binary
        ) {
            json.insert("caseExact".into(), self.case_exact.into());
        }
        json.insert("mutability".into(), self.mutability.as_str().into());
        json.insert("returned".into(), self.returned.as_str().into());
        if can_be_unique(self.kind) {
            json.insert("uniqueness".into(), self.uniqueness.as_str().into());
        }
        if !self.reference_types.is_empty() {
            json.insert("referenceTypes".into(), json!(self.reference_types));
        }
        if self.kind == AttributeType::Complex {
            json.insert(
                "subAttributes".into(),
                self.sub_attributes().iter().map(|sub| sub.to_json()).collect(),
            );
        }
        Value::Object(json)
    }
}

/// RFC 7643, Sections 2.3.2, 2.3.6 and 2.3.8: these types have no uniqueness.
pub(super) fn can_be_unique(kind: AttributeType) -> bool {
    !matches!(kind, AttributeType::Boolean | AttributeType::Binary | AttributeType::Complex)
}

fn holds_secrets(returned: Returned, sub_attributes: &[Arc<Attribute>]) -> bool {
    returned == Returned::Never || sub_attributes.iter().any(|sub| sub.holds_secrets)
}

fn refers_by_value(sub_attributes: &[Arc<Attribute>]) -> bool {
    let has_value =
        sub_attributes.iter().any(|sub| sub.name() == "value" && sub.kind == AttributeType::String);
    has_value
        && sub_attributes
            .iter()
            .any(|sub| sub.name() == "$ref" && names_resource_types(&sub.reference_types))
}

/// Returns `true` if a reference may point at a resource of this service provider, by itself or in
/// a part.
fn refers_to_resources(reference_types: &[String], sub_attributes: &[Arc<Attribute>]) -> bool {
    let names_one = reference_types.iter().any(|name| name != "external" && name != "uri");
    names_one || sub_attributes.iter().any(|sub| sub.refers_to_resources)
}

/// Returns `true` if a reference can only point at resources of this service provider.
fn names_resource_types(reference_types: &[String]) -> bool {
    !reference_types.is_empty()
        && reference_types.iter().all(|name| name != "external" && name != "uri")
}
