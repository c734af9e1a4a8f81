//! Limits of what an application can store of a resource: columns that are never empty, and a fixed
//! number of elements.

use super::attribute::Attribute;
use super::characteristics::{AttributeType, Mutability, Returned};
use super::compare::{bytes, case_fold, folds_equal, is_uri_reference};
use super::date_time::parse_date_time;
use super::error::SchemaErrorKind;
use super::resolve::ResolvedPath;
use super::resource_type::ResourceType;
use crate::value::Value;

/// A place for one element of a multi-valued attribute, such as a column `work_phone` for the
/// element of `phoneNumbers` with the type `work`. See [`ResourceType::with_elements`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementSlot {
    /// The `type`, as stored and folded.
    kind: Option<(String, String)>,
    primary: bool,
}

impl ElementSlot {
    /// Creates a slot for the element of this `type`.
    pub fn new(kind: impl Into<String>) -> Self {
        let kind = kind.into();
        let folded = case_fold(&kind).into_owned();
        Self { kind: Some((kind, folded)), primary: false }
    }

    /// Creates a slot for an element without a `type`.
    #[must_use]
    pub fn untyped() -> Self {
        Self { kind: None, primary: false }
    }

    /// Makes its element always the primary one. Without this, it never has `primary`.
    #[must_use]
    pub fn primary(self) -> Self {
        Self { primary: true, ..self }
    }

    /// Returns the `type` of its element.
    #[must_use]
    pub fn element_type(&self) -> Option<&str> {
        self.kind.as_ref().map(|(kind, _)| kind.as_str())
    }

    /// Returns `true` if its element is always the primary one.
    #[must_use]
    pub fn is_primary(&self) -> bool {
        self.primary
    }

    /// Returns `true` if an element of this `type` belongs here.
    pub(crate) fn fits(&self, kind: Option<&str>) -> bool {
        match (&self.kind, kind) {
            (Some((_, folded)), Some(kind)) => folds_equal(kind, folded),
            (None, None) => true,
            _ => false,
        }
    }
}

/// The arguments of the setters, each with a path as the application spells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Declared {
    pub(super) defaults: Vec<(String, Value)>,
    pub(super) slots: Vec<(String, Vec<ElementSlot>)>,
}

/// Defaults and slots with resolved paths.
#[derive(Debug, Default)]
pub(crate) struct Conformity {
    pub(crate) defaults: Vec<(ResolvedPath, Value)>,
    pub(crate) slots: Vec<(ResolvedPath, Vec<ElementSlot>)>,
}

impl Conformity {
    /// Returns `true` if any resource conforms.
    pub(crate) fn is_empty(&self) -> bool {
        self.defaults.is_empty() && self.slots.is_empty()
    }

    /// The default of an attribute.
    pub(crate) fn has_default(&self, attribute: &Attribute) -> bool {
        let is_its = |(path, _): &(ResolvedPath, Value)| {
            path.extension().is_none() && **path.attribute() == *attribute
        };
        self.defaults.iter().any(is_its)
    }
}

impl ResourceType {
    /// Gives an attribute a value whenever it is unassigned, for a `NOT NULL` column. Name a
    /// single-valued attribute, such as `active`, or a sub-attribute of one, such as
    /// `name.familyName` or
    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter`.
    ///
    /// A service provider may assign a default to what a client omits (RFC 7643, Section 2.5; RFC
    /// 7644, Sections 3.3 and 3.5.1). It is set after your hooks. A PUT that omits `active` does not
    /// activate a user: the value stays as it was.
    ///
    /// Empty text as the default of a string means that empty text is no value: the attribute is
    /// absent from responses, and the column stays empty.
    ///
    /// [`validate`](Self::validate) fails if the attribute does not exist, or cannot have the value.
    ///
    /// ```
    /// use scimwire::{Resource, ResourceType};
    ///
    /// let users = ResourceType::user().with_default("title", "none").with_default("active", true);
    /// users.validate()?;
    /// let mut user = Resource::default();
    /// users.conform(&mut user);
    /// assert_eq!(user.get_str("title"), Some("none"));
    /// # Ok::<(), scimwire::schema::SchemaError>(())
    /// ```
    #[must_use]
    pub fn with_default(mut self, path: &str, value: impl Into<Value>) -> Self {
        self.declared_mut().defaults.push((path.to_owned(), value.into()));
        self
    }

    /// Limits a multi-valued attribute to one element for each slot, for tables with a column for
    /// each.
    ///
    /// After your hooks, each resource is made to fit:
    ///
    /// - Each slot takes the element of its `type`, ignoring case: of several the primary one, or
    ///   else the first.
    /// - Of what is left, an element without `type` takes the first empty slot.
    /// - A single slot that is still empty takes the primary element, or else the first, whatever
    ///   its `type`.
    /// - An element without a `value`, or with an empty one, is left out.
    /// - The element gets the `type` of the slot, and `primary` only if the slot is
    ///   [`primary`](ElementSlot::primary). Elements are in the order of the slots.
    ///
    /// The client sees the result in the response. What is left out is reported as a
    /// [`Deviation`](crate::quirks::Deviation). [`validate`](Self::validate) fails if the attribute
    /// does not exist, or cannot have the slots.
    ///
    /// ```
    /// use scimwire::{Resource, ResourceType};
    /// use scimwire::schema::ElementSlot;
    /// use serde_json::json;
    ///
    /// let users = ResourceType::user()
    ///     .with_elements("emails", [ElementSlot::new("work").primary()])
    ///     .with_elements("phoneNumbers", [ElementSlot::new("work"), ElementSlot::new("mobile")]);
    /// users.validate()?;
    /// let mut user = Resource::default();
    /// user.set("emails", json!([{ "value": "bjensen@example.com" }]));
    /// user.set("phoneNumbers", json!([{ "type": "mobile", "value": "1" }, { "type": "fax", "value": "2" }]));
    /// let left_out = users.conform(&mut user);
    /// assert_eq!(
    ///     user.get("emails"),
    ///     Some(&json!([{ "type": "work", "value": "bjensen@example.com", "primary": true }]).into())
    /// );
    /// assert_eq!(user.get("phoneNumbers"), Some(&json!([{ "type": "mobile", "value": "1" }]).into()));
    /// assert_eq!(left_out[0].to_string(), "phoneNumbers");
    /// # Ok::<(), scimwire::schema::SchemaError>(())
    /// ```
    #[must_use]
    pub fn with_elements(
        mut self,
        path: &str,
        elements: impl IntoIterator<Item = ElementSlot>,
    ) -> Self {
        self.declared_mut().slots.push((path.to_owned(), elements.into_iter().collect()));
        self
    }

    /// Resolves what was declared; what does not fit the type is left out.
    pub(super) fn resolve_conformity(&self) -> Conformity {
        let mut resolved = Conformity::default();
        let resolve = |path: &str| self.resolve(&path.parse().ok()?);
        for (path, value) in &self.declared().defaults {
            if let Some(path) = resolve(path).filter(|path| can_default(path, value)) {
                resolved.defaults.retain(|(known, _)| *known != path);
                resolved.defaults.push((path, value.clone()));
            }
        }
        for (path, slots) in &self.declared().slots {
            if let Some(path) =
                resolve(path).filter(|path| self.slots_problem(path, slots).is_none())
            {
                resolved.slots.retain(|(known, _)| *known != path);
                resolved.slots.push((path, slots.clone()));
            }
        }
        resolved
    }

    /// Checks the declared defaults and slots.
    pub(super) fn check_declared(&self) -> Result<(), SchemaErrorKind> {
        let resolve = |path: &String| {
            let resolved = path.parse().ok().and_then(|path| self.resolve(&path));
            resolved.ok_or_else(|| SchemaErrorKind::Unknown(path.clone()))
        };
        for (path, value) in &self.declared().defaults {
            if !can_default(&resolve(path)?, value) {
                return Err(SchemaErrorKind::Default(path.clone()));
            }
        }
        for (path, slots) in &self.declared().slots {
            if let Some(problem) = self.slots_problem(&resolve(path)?, slots) {
                return Err(SchemaErrorKind::Slots(path.clone(), problem));
            }
        }
        Ok(())
    }

    /// Returns the reason for which an attribute cannot have these slots.
    fn slots_problem(&self, path: &ResolvedPath, slots: &[ElementSlot]) -> Option<&'static str> {
        let attribute = path.attribute();
        let lacks = |sub| attribute.sub_attribute(sub).is_none();
        let repeats = |(index, slot): (usize, &ElementSlot)| {
            let mut others = slots.iter().take(index);
            slot.kind.is_some() && others.any(|other| other.fits(slot.element_type()))
        };
        if path.sub_attribute().is_some()
            || !attribute.is_multi_valued()
            || attribute.mutability() == Mutability::ReadOnly
            || attribute.is_sensitive()
            || self.membership().holds(path)
        {
            return Some("name a multi-valued attribute that clients can write");
        }
        if slots.is_empty() {
            return Some("name at least one slot");
        }
        if slots.iter().any(|slot| slot.kind.is_some()) && lacks("type") {
            return Some("use `ElementSlot::untyped`, since the attribute has no `type`");
        }
        if slots.iter().any(|slot| slot.primary) && lacks("primary") {
            return Some("no slot can be primary, since the attribute has no `primary`");
        }
        if slots.iter().filter(|slot| slot.primary).count() > 1 {
            return Some("only one slot can be primary");
        }
        if slots.iter().enumerate().any(repeats) {
            return Some("use each `type` once");
        }
        None
    }
}

/// Returns `true` if each resource can have that value at the path.
fn can_default(path: &ResolvedPath, value: &Value) -> bool {
    let leaf = path.leaf();
    let is_written = |attribute: &Attribute| {
        attribute.mutability() != Mutability::ReadOnly && attribute.returned() != Returned::Never
    };
    !path.attribute().is_multi_valued()
        && !leaf.is_multi_valued()
        && is_written(path.attribute())
        && is_written(leaf)
        && !leaf.is_unique()
        && is_of_type(leaf, value)
}

fn is_of_type(attribute: &Attribute, value: &Value) -> bool {
    match (attribute.attribute_type(), value) {
        (AttributeType::Boolean, Value::Bool(_)) | (AttributeType::Decimal, Value::Number(_)) => {
            true
        }
        (AttributeType::Integer, Value::Number(number)) => number.is_whole(),
        (AttributeType::String, Value::String(text)) => {
            !attribute.is_closed() || attribute.canonical_value(text) == Some(text.as_str())
        }
        (AttributeType::Reference, Value::String(text)) => is_uri_reference(text),
        (AttributeType::DateTime, Value::String(text)) => parse_date_time(text).is_some(),
        (AttributeType::Binary, Value::String(text)) => bytes(text).is_some(),
        _ => false,
    }
}
