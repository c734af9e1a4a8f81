//! PUT: the treatment of each attribute by its mutability (RFC 7644, Section 3.5.1).

use std::collections::HashSet;
use std::sync::Arc;

use super::delta::MemberDelta;
use super::error::{PatchError, PatchErrorKind};
use crate::quirks::OmittedAttributes;
use crate::resource::{Resource, same_by_value};
use crate::schema::{Attribute, AttributeType, Mutability, ResolvedPath, ResourceType, Schema};
use crate::value::{Name, Object, Value};

/// A bound PUT: a resource to put in the place of another.
#[derive(Clone, Debug)]
pub struct Replacement {
    resource_type: Arc<ResourceType>,
    wanted: Resource,
    omitted: OmittedAttributes,
    /// `true` if a complex value keeps the sub-attributes that the body leaves out.
    keeps_parts: bool,
    cleared: Vec<ResolvedPath>,
}

impl Replacement {
    /// Puts `wanted`, which [`ResourceDecoder`](crate::resource::ResourceDecoder) made of a body.
    #[must_use]
    pub fn new(
        resource_type: Arc<ResourceType>,
        wanted: Resource,
        omitted: OmittedAttributes,
    ) -> Self {
        Self { resource_type, wanted, omitted, keeps_parts: false, cleared: Vec::new() }
    }

    /// Puts what `wanted` has, and keeps the rest of what is there: attributes, and the
    /// sub-attributes of complex ones. The values of a multi-valued attribute are replaced by those
    /// that it has.
    #[must_use]
    pub fn merging(resource_type: Arc<ResourceType>, wanted: Resource) -> Self {
        Self { keeps_parts: true, ..Self::new(resource_type, wanted, OmittedAttributes::Keep) }
    }

    /// Clears attributes that the body unassigns explicitly; see
    /// [`Decoded::cleared`](crate::resource::Decoded::cleared).
    #[must_use]
    pub fn with_cleared(self, cleared: Vec<ResolvedPath>) -> Self {
        Self { cleared, ..self }
    }

    /// The change to the members as a delta: those of the body are all there are.
    #[must_use]
    pub fn member_delta(&self) -> Option<MemberDelta> {
        let name = self.resource_type.membership().members()?.name();
        match self.wanted.get(name) {
            Some(Value::Array(members)) => MemberDelta::replace_all(members),
            _ if self.omitted == OmittedAttributes::Keep && !self.clears(None, name) => None,
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
    pub fn apply_except_members(&self, current: Resource) -> Result<Resource, PatchError> {
        let members = self.resource_type.membership().members();
        self.replace(current, |attribute| Some(attribute) != members)
    }

    /// The attributes of the body, by their canonical names.
    #[must_use]
    pub fn desired(&self) -> &Resource {
        &self.wanted
    }

    /// Does not put in who has one of these ids.
    pub(crate) fn leave_out(&mut self, ids: &HashSet<String>) {
        let membership = self.resource_type.membership();
        if membership.leave_out(&mut self.wanted, ids) {
            // Nobody is a member: that is not the same as no word about members.
            let path = |members| ResolvedPath::new(None, Arc::clone(members), None);
            self.cleared.extend(membership.members().map(path));
        }
    }

    /// Returns `true` if `current` has, also in its words, all that the body says, so that nothing
    /// is to be replaced. Where that takes more than a comparison, the answer is `false`.
    pub(crate) fn is_said_by(&self, current: &Resource) -> bool {
        let says =
            |container: Option<&str>, attribute: &Arc<Attribute>, of: &Object, wanted: &Object| {
                let (now, wanted) =
                    (of.get_kept(attribute.key()), wanted.get_kept(attribute.key()));
                match (attribute.mutability(), wanted) {
                    (Mutability::ReadOnly, _) | (Mutability::Immutable, None) => true,
                    (_, Some(_)) => now == wanted,
                    (_, None) => now.is_none() || self.stays(container, attribute),
                }
            };
        let (now, wanted) = (current.attributes(), self.wanted.attributes());
        let activity = self.resource_type.kept_activity();
        let external_id = Schema::common().attribute("externalId");
        let mut core = self.resource_type.schema().attributes().iter().chain(external_id);
        let empty = Object::new();
        activity.is_none_or(|active| {
            current.shows_activity() && wanted.get_kept(active.key()).is_some()
        }) && core.all(|attribute| says(None, attribute, now, wanted))
            && self.resource_type.extensions().iter().all(|extension| {
                let key = extension.schema.key();
                let [now, wanted] = [now, wanted]
                    .map(|of| of.get_kept(key).and_then(Value::as_object).unwrap_or(&empty));
                let uri = Some(extension.schema.uri().as_str());
                let mut attributes = extension.schema.attributes().iter();
                attributes.all(|attribute| says(uri, attribute, now, wanted))
            })
    }

    /// Copies `current`, but for the values that the body replaces by others.
    pub(crate) fn copy_what_stays(&self, current: &Resource) -> Resource {
        let is_replaced = |name: &Name, value: &Value| {
            let attribute = self.resource_type.schema().by_key(name);
            let replaceable = attribute.is_some_and(|attribute| {
                attribute.is_multi_valued()
                    && !matches!(
                        attribute.mutability(),
                        Mutability::ReadOnly | Mutability::Immutable
                    )
            });
            replaceable && self.wanted.get_kept(name).is_some_and(|wanted| wanted != value)
        };
        let all = current.attributes();
        if !all.iter().any(|(name, value)| is_replaced(name, value)) {
            return current.clone();
        }
        let stay = all.iter().filter(|(name, value)| !is_replaced(name, value));
        let copied: Object = stay.map(|(name, value)| (name, value.clone())).collect();
        Resource::from_object(copied)
    }

    fn replace(
        &self,
        current: Resource,
        chosen: impl Fn(&Arc<Attribute>) -> bool,
    ) -> Result<Resource, PatchError> {
        let refuse = |kind| PatchError { operation: None, kind };
        let mut object = current.into_object();
        match self.wanted.get("externalId") {
            Some(external_id) => drop(object.insert("externalId".to_owned(), external_id.clone())),
            None if self.omitted == OmittedAttributes::Keep && !self.clears(None, "externalId") => {
            }
            None => drop(object.remove("externalId")),
        }
        let active = self.resource_type.kept_activity();
        let unsaid = active.filter(|active| self.wanted.get_kept(active.key()).is_none());
        let attributes = self.resource_type.schema().attributes().iter();
        let attributes =
            attributes.filter(|attribute| chosen(attribute) && Some(*attribute) != unsaid);
        self.replace_each(None, attributes, &mut object, self.wanted.attributes())
            .map_err(refuse)?;
        let empty = Object::new();
        for extension in self.resource_type.extensions() {
            let uri = extension.schema.uri().as_str();
            let wanted = self.wanted.get(uri).and_then(Value::as_object).unwrap_or(&empty);
            let mut container = match object.remove(uri) {
                Some(Value::Object(container)) => container,
                _ => Object::new(),
            };
            let attributes = extension.schema.attributes().iter();
            self.replace_each(Some(uri), attributes, &mut container, wanted).map_err(refuse)?;
            if !container.is_empty() {
                object.insert(uri.to_owned(), Value::Object(container));
            }
        }
        let mut resource = Resource::from_object(object);
        if let Some(active) = active
            && active.mutability() != Mutability::ReadOnly
            && (unsaid.is_none() || self.clears(None, active.name()))
        {
            resource.show_activity(unsaid.is_none());
        }
        Ok(resource)
    }

    fn replace_each<'a>(
        &self,
        container: Option<&str>,
        attributes: impl Iterator<Item = &'a Arc<Attribute>>,
        object: &mut Object,
        wanted: &Object,
    ) -> Result<(), PatchErrorKind> {
        for attribute in attributes {
            let name = attribute.name();
            let current = object.get_kept(attribute.key());
            match (attribute.mutability(), wanted.get_kept(attribute.key())) {
                (Mutability::ReadOnly, _) | (Mutability::Immutable, None) => {}
                (Mutability::Immutable, Some(value))
                    if !same_by_value(attribute, current, Some(value)) && current.is_some() =>
                {
                    return Err(PatchErrorKind::Immutable(name.to_owned()));
                }
                (Mutability::Immutable, Some(_)) if current.is_some() => {}
                (_, Some(value)) if current == Some(value) => {}
                (_, Some(value)) => {
                    let value =
                        with_kept_parts(attribute, current, value.clone(), self.keeps_parts)?;
                    object.insert(attribute.key(), value);
                }
                (_, None) if self.stays(container, attribute) => {}
                (_, None) => match kept_parts(attribute, current) {
                    Some(kept) => drop(object.insert(attribute.key(), kept)),
                    None => drop(object.remove(name)),
                },
            }
        }
        Ok(())
    }

    /// Returns `true` if the body unassigns the attribute explicitly.
    fn clears(&self, container: Option<&str>, name: &str) -> bool {
        self.cleared.iter().any(|cleared| {
            let extension = cleared.extension().map(|schema| schema.uri().as_str());
            extension == container && cleared.attribute().name() == name
        })
    }

    /// Returns `true` if an attribute keeps its value, which the body does not have.
    fn stays(&self, container: Option<&str>, attribute: &Attribute) -> bool {
        self.keeps(attribute) && !self.clears(container, attribute.name())
    }

    /// Returns `true` if an attribute keeps its value when the body leaves it out.
    fn keeps(&self, attribute: &Attribute) -> bool {
        let boolean =
            attribute.attribute_type() == AttributeType::Boolean && !attribute.is_multi_valued();
        // What a client cannot read it cannot send back.
        !attribute.is_readable()
            || self.omitted == OmittedAttributes::Keep
            || (self.omitted == OmittedAttributes::KeepBooleans && boolean)
    }
}

/// The value with the parts that the client may not change, or cannot send back.
fn with_kept_parts(
    attribute: &Attribute,
    current: Option<&Value>,
    mut value: Value,
    all: bool,
) -> Result<Value, PatchErrorKind> {
    let (Some(Value::Object(current)), Value::Object(parts)) = (current, &mut value) else {
        return Ok(value);
    };
    for sub in attribute.sub_attributes() {
        let (Some(kept), part) = (current.get_kept(sub.key()), parts.get_kept(sub.key())) else {
            continue;
        };
        if sub.mutability() == Mutability::Immutable
            && part.is_some()
            && !same_by_value(sub, Some(kept), part)
        {
            return Err(PatchErrorKind::Immutable(format!("{}.{}", attribute.name(), sub.name())));
        }
        let read_only = sub.mutability() == Mutability::ReadOnly;
        if read_only || (part.is_none() && (all || stays_when_omitted(sub))) {
            parts.insert(sub.name().to_owned(), kept.clone());
        }
    }
    Ok(value)
}

/// Returns the parts of a complex value that stay although the body leaves them out.
fn kept_parts(attribute: &Attribute, current: Option<&Value>) -> Option<Value> {
    let current = current?.as_object()?;
    let kept = attribute.sub_attributes().iter().filter(|sub| stays_when_omitted(sub));
    let kept =
        kept.filter_map(|sub| Some((sub.name().to_owned(), current.get_kept(sub.key())?.clone())));
    let kept: Object = kept.collect();
    (!kept.is_empty()).then_some(Value::Object(kept))
}

fn stays_when_omitted(sub: &Attribute) -> bool {
    sub.mutability() == Mutability::Immutable || !sub.is_readable()
}
