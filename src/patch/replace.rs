//! PUT: what becomes of each attribute, by its mutability (RFC 7644, Section 3.5.1).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::delta::MemberDelta;
use super::error::{PatchError, PatchErrorKind};
use super::rules::Omitted;
use crate::resource::Resource;
use crate::schema::{Attribute, AttributeType, Mutability, ResourceType, Returned};

/// A bound PUT: a resource to put in the place of another.
#[derive(Clone, Debug)]
pub struct Replacement {
    resource_type: Arc<ResourceType>,
    wanted: Resource,
    omitted: Omitted,
}

impl Replacement {
    /// Puts `wanted`, which [`Intake`](crate::resource::Intake) made of a body.
    #[must_use]
    pub fn new(resource_type: Arc<ResourceType>, wanted: Resource, omitted: Omitted) -> Self {
        Self { resource_type, wanted, omitted }
    }

    /// The change to the members as a delta: those of the body are all there are.
    #[must_use]
    pub fn member_delta(&self) -> Option<MemberDelta> {
        let membership = self.resource_type.membership()?;
        match self.wanted.get(membership.name()) {
            Some(Value::Array(members)) => MemberDelta::replace_all(members),
            _ if self.omitted == Omitted::Keep => None,
            _ => MemberDelta::replace_all(&[]),
        }
    }

    /// Replaces what clients may change of `current`.
    ///
    /// # Errors
    ///
    /// - an immutable attribute has another value.
    pub fn apply(&self, current: Resource) -> Result<Resource, PatchError> {
        self.replace(current, |_| true)
    }

    /// Replaces all but the members, in a resource that was read without them.
    ///
    /// # Errors
    ///
    /// - as [`Replacement::apply`].
    pub fn apply_without_members(&self, current: Resource) -> Result<Resource, PatchError> {
        let membership = self.resource_type.membership();
        self.replace(current, |attribute| membership.is_none_or(|membership| membership.name() != attribute.name()))
    }

    /// The attributes of the body, by their canonical names.
    #[must_use]
    pub fn wanted(&self) -> &Resource {
        &self.wanted
    }

    fn replace(&self, current: Resource, chosen: impl Fn(&Attribute) -> bool) -> Result<Resource, PatchError> {
        let refuse = |kind| PatchError { operation: None, kind };
        let mut object = current.into_stored();
        match self.wanted.get("externalId") {
            Some(external_id) => drop(object.insert("externalId".to_owned(), external_id.clone())),
            None if self.omitted == Omitted::Keep => {}
            None => drop(object.remove("externalId")),
        }
        let attributes = self.resource_type.schema().attributes().iter().filter(|attribute| chosen(attribute));
        replace_all(attributes, &mut object, self.wanted.attributes(), self.omitted).map_err(refuse)?;
        let empty = Map::new();
        for extension in self.resource_type.extensions() {
            let uri = extension.schema.uri().as_str();
            let wanted = self.wanted.get(uri).and_then(Value::as_object).unwrap_or(&empty);
            let mut container = match object.remove(uri) {
                Some(Value::Object(container)) => container,
                _ => Map::new(),
            };
            replace_all(extension.schema.attributes().iter(), &mut container, wanted, self.omitted).map_err(refuse)?;
            if !container.is_empty() {
                object.insert(uri.to_owned(), Value::Object(container));
            }
        }
        let mut resource = Resource::from_stored(object);
        resource.settle_schemas(&self.resource_type);
        Ok(resource)
    }
}

fn replace_all<'a>(
    attributes: impl Iterator<Item = &'a Arc<Attribute>>,
    object: &mut Map<String, Value>,
    wanted: &Map<String, Value>,
    omitted: Omitted,
) -> Result<(), PatchErrorKind> {
    for attribute in attributes {
        let name = attribute.name();
        match (attribute.mutability(), wanted.get(name)) {
            (Mutability::ReadOnly, _) => {}
            (Mutability::Immutable, Some(value)) if object.get(name).is_some_and(|current| current != value) => {
                return Err(PatchErrorKind::Immutable(name.to_owned()));
            }
            (Mutability::Immutable, None) => {}
            (_, Some(value)) => {
                let value = with_read_only(attribute, object.get(name), value.clone());
                object.insert(name.to_owned(), value);
            }
            (_, None) if is_kept(attribute, omitted) => {}
            (_, None) => drop(object.remove(name)),
        }
    }
    Ok(())
}

fn is_kept(attribute: &Attribute, omitted: Omitted) -> bool {
    let boolean = attribute.kind() == AttributeType::Boolean && !attribute.multi_valued();
    // What a client cannot read it cannot send back.
    let unreadable = attribute.mutability() == Mutability::WriteOnly || attribute.returned() == Returned::Never;
    unreadable || omitted == Omitted::Keep || (omitted == Omitted::KeepBooleans && boolean)
}

/// The value with the read-only sub-attributes that the service provider has set.
fn with_read_only(attribute: &Attribute, current: Option<&Value>, mut value: Value) -> Value {
    let subs = attribute.sub_attributes().iter().filter(|sub| sub.mutability() == Mutability::ReadOnly);
    if let (Some(Value::Object(current)), Value::Object(value)) = (current, &mut value) {
        for sub in subs {
            if let Some(kept) = current.get(sub.name()) {
                value.insert(sub.name().to_owned(), kept.clone());
            }
        }
    }
    value
}
