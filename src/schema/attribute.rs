//! Attribute definitions (RFC 7643, Section 7).

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::characteristics::{AttributeType, Mutability, Returned, Uniqueness};
use super::error::{SchemaError, SchemaErrorKind};
use crate::attr::AttrName;

/// The definition of an attribute or sub-attribute. One that exists is consistent: construction checks it.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    name: AttrName,
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
    sub_attributes: Vec<Arc<Self>>,
    /// Whether a `$ref` beside a `value` follows from it, so that clients cannot set it.
    refers_by_value: bool,
}

/// An attribute definition as the RFC's JSON has it; what is left out has the defaults of RFC 7643, Section 2.2.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Definition {
    name: String,
    #[serde(rename = "type")]
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
    sub_attributes: Vec<Self>,
}

impl Attribute {
    /// Checks a definition and makes an attribute of it; `parents` names what it stands in, for the error.
    ///
    /// `levels` is how many levels of sub-attributes there may be: one, but for the schema of schemas.
    pub(super) fn define(definition: Definition, parents: &str, levels: usize) -> Result<Arc<Self>, SchemaError> {
        let place = if parents.is_empty() { definition.name.clone() } else { format!("{parents}.{}", definition.name) };
        let refuse = |kind| SchemaError::new(place.clone(), kind);
        let name: AttrName = definition.name.parse().map_err(|_| refuse(SchemaErrorKind::Name))?;
        let complex = definition.kind == AttributeType::Complex;
        if complex && levels == 0 {
            return Err(refuse(SchemaErrorKind::NestedComplex));
        }
        if !complex && !definition.sub_attributes.is_empty() {
            return Err(refuse(SchemaErrorKind::SimpleWithSubAttributes));
        }
        if definition.kind != AttributeType::Reference && !definition.reference_types.is_empty() {
            return Err(refuse(SchemaErrorKind::ReferenceTypes));
        }
        let mut sub_attributes: Vec<Arc<Self>> = Vec::with_capacity(definition.sub_attributes.len());
        for sub in definition.sub_attributes {
            let sub = Self::define(sub, &place, levels.saturating_sub(1))?;
            if sub_attributes.iter().any(|other| other.name == sub.name) {
                return Err(refuse(SchemaErrorKind::Duplicate(sub.name.to_string())));
            }
            sub_attributes.push(sub);
        }
        let refers_by_value = refers_by_value(&sub_attributes);
        Ok(Arc::new(Self {
            name,
            kind: definition.kind,
            multi_valued: definition.multi_valued,
            description: definition.description,
            required: definition.required,
            canonical_values: definition.canonical_values,
            // RFC 7643, Sections 2.3.6 and 2.3.7: binary and reference values are case exact, whatever the JSON says;
            // the URIs of `schemas` are the exception that its own definition states.
            case_exact: match definition.kind {
                AttributeType::Binary => true,
                AttributeType::Reference => definition.name != "schemas",
                AttributeType::String => definition.case_exact,
                _ => false,
            },
            mutability: definition.mutability,
            returned: definition.returned,
            // RFC 7643, Sections 2.3.2, 2.3.6 and 2.3.8: these types have no uniqueness.
            uniqueness: match definition.kind {
                AttributeType::Boolean | AttributeType::Binary | AttributeType::Complex => Uniqueness::None,
                _ => definition.uniqueness,
            },
            reference_types: definition.reference_types,
            sub_attributes,
            refers_by_value,
        }))
    }

    /// The same attribute, with another uniqueness.
    pub(super) fn with_uniqueness(&self, uniqueness: Uniqueness) -> Self {
        Self { uniqueness, ..self.clone() }
    }

    /// The name as the schema spells it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The name, comparing without regard to case.
    #[must_use]
    pub fn attr_name(&self) -> &AttrName {
        &self.name
    }

    /// The data type of each value.
    #[must_use]
    pub fn kind(&self) -> AttributeType {
        self.kind
    }

    /// Whether the attribute is an array of values.
    #[must_use]
    pub fn multi_valued(&self) -> bool {
        self.multi_valued
    }

    /// What the attribute is for, in a sentence for people.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Whether every resource has a value.
    #[must_use]
    pub fn required(&self) -> bool {
        self.required
    }

    /// Values that have a known meaning, such as `work` and `home`.
    #[must_use]
    pub fn canonical_values(&self) -> &[String] {
        &self.canonical_values
    }

    /// Whether upper and lower case differ in comparisons.
    #[must_use]
    pub fn case_exact(&self) -> bool {
        self.case_exact
    }

    /// Who may change it.
    #[must_use]
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }

    /// When it is part of an answer.
    #[must_use]
    pub fn returned(&self) -> Returned {
        self.returned
    }

    /// Whether two resources may share a value.
    #[must_use]
    pub fn uniqueness(&self) -> Uniqueness {
        self.uniqueness
    }

    /// What a reference can point at: names of resource types, `external`, or `uri`.
    #[must_use]
    pub fn reference_types(&self) -> &[String] {
        &self.reference_types
    }

    /// The sub-attributes of a complex attribute.
    #[must_use]
    pub fn sub_attributes(&self) -> &[Arc<Self>] {
        &self.sub_attributes
    }

    /// Whether each value names another resource by its id in `value`, so that its `$ref` is derived
    /// (RFC 7643, Section 2.4), as in `members`, `groups` and `manager`.
    #[must_use]
    pub fn refers_by_value(&self) -> bool {
        self.refers_by_value
    }

    /// Whether two resources of a tenant may not share a value.
    #[must_use]
    pub fn unique(&self) -> bool {
        self.uniqueness != Uniqueness::None
    }

    /// Whether anybody may ever read it: not where it is never returned, or write-only (RFC 7643, Section 7).
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.returned != Returned::Never && self.mutability != Mutability::WriteOnly
    }

    /// Whether values are identifiers of people, such as user names: unique, and without regard to case. They compare once
    /// they are [prepared](super::prepare).
    #[must_use]
    pub fn is_identifier(&self) -> bool {
        self.kind == AttributeType::String && self.unique() && !self.case_exact
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
        if matches!(self.kind, AttributeType::String | AttributeType::Reference | AttributeType::Binary) {
            json.insert("caseExact".into(), self.case_exact.into());
        }
        json.insert("mutability".into(), self.mutability.as_str().into());
        json.insert("returned".into(), self.returned.as_str().into());
        if !matches!(self.kind, AttributeType::Boolean | AttributeType::Binary | AttributeType::Complex) {
            json.insert("uniqueness".into(), self.uniqueness.as_str().into());
        }
        if !self.reference_types.is_empty() {
            json.insert("referenceTypes".into(), json!(self.reference_types));
        }
        if self.kind == AttributeType::Complex {
            json.insert("subAttributes".into(), self.sub_attributes.iter().map(|sub| sub.to_json()).collect());
        }
        Value::Object(json)
    }
}

fn refers_by_value(sub_attributes: &[Arc<Attribute>]) -> bool {
    let has_value = sub_attributes.iter().any(|sub| sub.name() == "value" && sub.kind == AttributeType::String);
    has_value && sub_attributes.iter().any(|sub| sub.name() == "$ref" && names_resource_types(&sub.reference_types))
}

/// Whether a reference can only point at resources of this service provider.
fn names_resource_types(reference_types: &[String]) -> bool {
    !reference_types.is_empty() && reference_types.iter().all(|name| name != "external" && name != "uri")
}
