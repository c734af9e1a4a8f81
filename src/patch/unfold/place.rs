//! Puts the values under paths where these lead.

use std::collections::BTreeMap;

use super::{Lead, Unfolding};
use crate::patch::bind::PatchBinder;
use crate::patch::error::PatchErrorKind;
use crate::patch::path::without_values;
use crate::patch::resolve::describe;
use crate::patch::target::is_descriptive;
use crate::quirks::Deviation;
use crate::resource::{ValueError, ValueErrorKind, is_unassigned};
use crate::schema::{AttributeType, Mutability, ResolvedPath};
use crate::value::{Object, Value};

/// The values of a multi-valued attribute that paths describe.
pub(super) struct Made {
    path: ResolvedPath,
    /// Each by what its filter says of it, as JSON.
    elements: BTreeMap<String, Object>,
    /// `true` if there is more to them than what kind of value they are.
    says_something: bool,
}

impl Unfolding<'_> {
    pub(super) fn place_all(&mut self) -> Result<(), PatchErrorKind> {
        for (lead, value) in std::mem::take(&mut self.leads) {
            let read_only = |path: &ResolvedPath| path.leaf().mutability() == Mutability::ReadOnly;
            // What clients may not set is left out in any spelling (RFC 7644, Sections 3.3 and
            // 3.5.1).
            if !read_only(&lead.path) && !read_only(&lead.path.without_sub()) {
                self.note(&lead);
                self.place(&lead, value)?;
            }
        }
        for made in std::mem::take(&mut self.made).into_values() {
            if !made.says_something {
                return Err(PatchErrorKind::NoTarget(made.path.to_string()));
            }
            let elements = made.elements.into_values().map(Value::Object).collect();
            self.place_whole(&made.path, elements)?;
        }
        Ok(())
    }

    fn note(&mut self, lead: &Lead) {
        let key = without_values(&lead.key);
        if lead.joined {
            self.deviations.push(Deviation::JoinedUrn(key.clone()));
        }
        self.deviations.push(if lead.bare {
            Deviation::UnqualifiedExtensionAttribute(key)
        } else {
            Deviation::KeyAsPath(key)
        });
    }

    fn place(&mut self, lead: &Lead, value: Value) -> Result<(), PatchErrorKind> {
        let whole = lead.path.without_sub();
        match (lead.path.sub_attribute(), &lead.filter) {
            (None, None) => self.place_whole(&whole, value),
            (_, Some(_)) if !whole.attribute().is_multi_valued() => {
                Err(PatchErrorKind::NotMultiValued(whole.to_string()))
            }
            (Some(_), None) if !whole.attribute().is_multi_valued() => {
                self.place_part(&lead.path, value)
            }
            _ => self.place_in_element(lead, whole, value),
        }
    }

    fn place_whole(&mut self, path: &ResolvedPath, value: Value) -> Result<(), PatchErrorKind> {
        let object = self.object(path)?;
        let attribute = path.attribute();
        if object.keys().any(|key| attribute.attr_name().is(key)) {
            return Err(twice(path));
        }
        object.insert(attribute.key(), value);
        Ok(())
    }

    /// Null is no value (RFC 7643, Section 2.5), and leaves room for parts.
    fn place_part(&mut self, path: &ResolvedPath, value: Value) -> Result<(), PatchErrorKind> {
        let object = self.object(path)?;
        let attribute = path.attribute();
        let key = object.keys().find(|key| attribute.attr_name().is(key)).cloned();
        let parts =
            object.entry(key.unwrap_or_else(|| attribute.key().clone())).or_insert(Value::Null);
        if parts.is_null() {
            *parts = Value::Object(Object::new());
        }
        let part = path.leaf();
        match parts {
            Value::Object(parts) if !parts.keys().any(|key| part.attr_name().is(key)) => {
                parts.insert(part.key(), value);
                Ok(())
            }
            _ => Err(twice(path)),
        }
    }

    fn place_in_element(
        &mut self,
        lead: &Lead,
        whole: ResolvedPath,
        value: Value,
    ) -> Result<(), PatchErrorKind> {
        let described = self.described(lead, &whole)?;
        let parts = self.parts(lead, &whole, value)?;
        // Of what kind a value is says nothing where there is none.
        if parts.is_empty() {
            return Ok(());
        }
        let made = self.made.entry(whole.to_string()).or_insert_with(|| Made::of(whole));
        let is_described = lead.filter.is_some()
            || lead.path.sub_attribute().is_none_or(|sub| !is_descriptive(sub.name()));
        made.says_something |= is_described;
        let element =
            made.elements.entry(Value::Object(described.clone()).to_string()).or_insert(described);
        for (name, part) in parts {
            let sub = made.path.attribute().sub_attribute(&name).map(|sub| sub.key().clone());
            if element.insert(sub.unwrap_or(name), part).is_some() {
                return Err(twice(&made.path));
            }
        }
        Ok(())
    }

    /// The parts of an element that stand under a path, those without a value left out.
    fn parts(
        &self,
        lead: &Lead,
        whole: &ResolvedPath,
        value: Value,
    ) -> Result<Object, PatchErrorKind> {
        let mut parts = match (lead.path.sub_attribute(), value) {
            (Some(sub), value) => Object::from([(sub.key(), value)]),
            (None, Value::Object(parts)) => parts,
            (None, _) => {
                let kind = ValueErrorKind::Type(AttributeType::Complex);
                return Err(ValueError::new(whole, kind).into());
            }
        };
        let blank_is_none = self.binder.options.quirks.empty_strings;
        let is_none =
            |part: &Value| is_unassigned(part) || (blank_is_none && part.as_str() == Some(""));
        parts.retain(|_, part| !is_none(part));
        Ok(parts)
    }

    /// Returns the sub-attributes that the filter of a path fixes; none without a filter. It
    /// describes the kind of a value, not its identity, and never makes a reference, such as a
    /// member.
    fn described(&mut self, lead: &Lead, whole: &ResolvedPath) -> Result<Object, PatchErrorKind> {
        let no_target = || PatchErrorKind::NoTarget(lead.path.to_string());
        if !self.binder.options.quirks.create_on_no_match || whole.attribute().refers_to_resources()
        {
            return Err(no_target());
        }
        let Some(filter) = &lead.filter else {
            return Ok(Object::new());
        };
        let PatchBinder { resource_type, options, .. } = self.binder;
        // What the filter says and the host does not keep goes where it goes in any value.
        let before = if options.quirks.left_out_attributes {
            resource_type.before_leaving_out(whole)
        } else {
            None
        };
        let path = before.as_ref().unwrap_or(whole);
        let filter = self.binder.filter_binder().bind_element(path, filter, self.deviations)?;
        describe(&filter)
            .filter(|described| described.keys().all(|name| is_descriptive(name)))
            .ok_or_else(no_target)
    }

    /// The object that holds the attribute: the resource, or the container of an extension.
    fn object(&mut self, path: &ResolvedPath) -> Result<&mut Object, PatchErrorKind> {
        let Some(schema) = path.extension() else {
            return Ok(&mut self.named);
        };
        let key = self.named.keys().find(|key| schema.uri().is(key)).cloned();
        let container = self
            .named
            .entry(key.unwrap_or_else(|| schema.uri().as_str().into()))
            .or_insert(Value::Null);
        if container.is_null() {
            *container = Value::Object(Object::new());
        }
        let kind = ValueErrorKind::Type(AttributeType::Complex);
        container.as_object_mut().ok_or_else(|| ValueError::new(schema.uri(), kind).into())
    }
}

impl Made {
    fn of(path: ResolvedPath) -> Self {
        Self { path, elements: BTreeMap::new(), says_something: false }
    }
}

fn twice(path: &ResolvedPath) -> PatchErrorKind {
    ValueError::new(path, ValueErrorKind::Duplicate).into()
}
