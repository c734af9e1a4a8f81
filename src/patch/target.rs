//! Where a step lands: one attribute of an object, or chosen values of a multi-valued attribute.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::PatchErrorKind;
use super::plan::{Action, StepTarget};
use super::rules::NoMatch;
use crate::budget::Budget;
use crate::resource::{ValueError, ValueErrorKind, fresh_values, same_by_value, same_value};
use crate::schema::{Attribute, AttributeType, Mutability, fold};

/// How a step was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    AsAsked,
    /// `replace` made the element that its filter describes.
    MadeElement,
    /// A new primary value took that from another one.
    MovedPrimary,
}

/// One attribute of a resource, or of a complex value.
pub(super) struct Slot<'r> {
    object: &'r mut Map<String, Value>,
    attribute: &'r Attribute,
}

impl<'r> Slot<'r> {
    pub(super) fn new(object: &'r mut Map<String, Value>, attribute: &'r Attribute) -> Self {
        Self { object, attribute }
    }

    pub(super) fn apply(&mut self, action: &Action, budget: &Budget) -> Result<Done, PatchErrorKind> {
        match action {
            Action::Add(Value::Array(values)) if self.attribute.multi_valued() => return self.append(values, budget),
            Action::Add(value) | Action::Replace(Some(value)) => self.set(value),
            Action::Replace(None) | Action::Remove => self.unassign(),
            Action::RemoveListed(listed) => self.remove_listed(listed, budget),
        }
        .map(|()| Done::AsAsked)
    }

    /// RFC 7644, Section 3.5.2.1: values that are there already stay as they are.
    fn append(&mut self, values: &[Value], budget: &Budget) -> Result<Done, PatchErrorKind> {
        let attribute = self.attribute;
        let slot = self.object.entry(attribute.name()).or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(elements) = slot else {
            return Ok(Done::AsAsked);
        };
        let before = elements.len();
        budget.spend_values(before)?;
        elements.extend(fresh_values(attribute, elements, values));
        if elements.len() > before && attribute.mutability() == Mutability::Immutable && before > 0 {
            return Err(self.immutable());
        }
        let added: Vec<usize> = (before..elements.len()).collect();
        let done = keep_one_primary(attribute, elements, &added)?;
        if elements.is_empty() {
            self.object.remove(attribute.name());
        }
        Ok(done)
    }

    /// Replaces a value; sub-attributes of a complex one are set one by one (RFC 7644, Section 3.5.2.3).
    fn set(&mut self, value: &Value) -> Result<(), PatchErrorKind> {
        if let (AttributeType::Complex, false, Value::Object(parts)) =
            (self.attribute.kind(), self.attribute.multi_valued(), value)
        {
            return self.merge(parts);
        }
        match self.object.get_mut(self.attribute.name()) {
            Some(current) if same_value(self.attribute, current, value) => Ok(()),
            Some(current) if self.attribute.mutability() == Mutability::Immutable => {
                if same_by_value(self.attribute, Some(current), Some(value)) { Ok(()) } else { Err(self.immutable()) }
            }
            Some(current) => {
                current.clone_from(value);
                Ok(())
            }
            None => {
                self.object.insert(self.attribute.name().to_owned(), value.clone());
                Ok(())
            }
        }
    }

    fn merge(&mut self, parts: &Map<String, Value>) -> Result<(), PatchErrorKind> {
        if self.attribute.mutability() == Mutability::Immutable && self.object.contains_key(self.attribute.name()) {
            let changes = parts.iter().any(|(name, part)| {
                self.object.get(self.attribute.name()).and_then(|value| value.get(name)).unwrap_or(&Value::Null) != part
            });
            return if changes { Err(self.immutable()) } else { Ok(()) };
        }
        let value = self.object.entry(self.attribute.name()).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(object) = value {
            merge_parts(self.attribute, object, parts)?;
            if object.is_empty() {
                self.object.remove(self.attribute.name());
            }
        }
        Ok(())
    }

    fn unassign(&mut self) -> Result<(), PatchErrorKind> {
        let Some(value) = self.object.get(self.attribute.name()) else {
            return Ok(());
        };
        if self.attribute.mutability() == Mutability::Immutable {
            return Err(self.immutable());
        }
        let is_fixed = |sub: &&Arc<Attribute>| sub.mutability() == Mutability::Immutable && value.get(sub.name()).is_some();
        if let Some(sub) = self.attribute.sub_attributes().iter().find(is_fixed) {
            return Err(immutable(self.attribute, sub));
        }
        self.object.remove(self.attribute.name());
        Ok(())
    }

    fn remove_listed(&mut self, listed: &[Value], budget: &Budget) -> Result<(), PatchErrorKind> {
        let attribute = self.attribute;
        let Some(Value::Array(elements)) = self.object.get_mut(attribute.name()) else {
            return Ok(());
        };
        let before = elements.len();
        let by_id = attribute.refers_by_value() && listed.iter().all(|value| id(value).is_some());
        if by_id {
            let ids: HashSet<&str> = listed.iter().filter_map(id).collect();
            elements.retain(|element| id(element).is_none_or(|id| !ids.contains(id)));
        } else {
            budget.spend_values(before.saturating_mul(listed.len()))?;
            elements.retain(|element| !listed.iter().any(|listed| is_listed(attribute, element, listed)));
        }
        if elements.len() < before && attribute.mutability() == Mutability::Immutable {
            return Err(self.immutable());
        }
        if elements.is_empty() {
            self.object.remove(attribute.name());
            if attribute.required() {
                return Err(PatchErrorKind::Required(attribute.name().to_owned()));
            }
        }
        Ok(())
    }

    fn immutable(&self) -> PatchErrorKind {
        PatchErrorKind::Immutable(self.attribute.name().to_owned())
    }
}

/// The values of a multi-valued attribute that a value filter chose; without a filter, all of them.
pub(super) struct Values<'r> {
    elements: &'r mut Vec<Value>,
    chosen: Vec<usize>,
    target: &'r StepTarget,
}

impl<'r> Values<'r> {
    pub(super) fn choose(elements: &'r mut Vec<Value>, target: &'r StepTarget, budget: &Budget) -> Result<Self, PatchErrorKind> {
        let mut chosen = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let matches = match &target.filter {
                Some(filter) => filter.bound.matches_element(element, budget)?,
                None => true,
            };
            if matches {
                chosen.push(index);
            }
        }
        Ok(Self { elements, chosen, target })
    }

    pub(super) fn apply(&mut self, action: &Action, no_match: NoMatch, budget: &Budget) -> Result<Done, PatchErrorKind> {
        let done = self.change(action, no_match, budget)?;
        if let (Action::Add(value) | Action::Replace(Some(value)), false) =
            (action, self.target.attribute.kind() == AttributeType::Complex)
        {
            self.keep_once(value);
        }
        Ok(done)
    }

    /// RFC 7643, Section 2.4: a text or a number stands once, also where one has become what another one is.
    fn keep_once(&mut self, value: &Value) {
        let mut found = false;
        self.elements.retain(|element| element != value || !std::mem::replace(&mut found, true));
    }

    fn change(&mut self, action: &Action, no_match: NoMatch, budget: &Budget) -> Result<Done, PatchErrorKind> {
        match action {
            _ if self.chosen.is_empty() && self.target.filter.as_ref().is_some_and(|filter| filter.left_out) => Ok(Done::AsAsked),
            Action::Replace(None) if self.chosen.is_empty() && no_match == NoMatch::Fail => Err(self.no_target()),
            Action::Remove | Action::Replace(None) | Action::RemoveListed(_) => self.remove(action, budget),
            Action::Add(value) if self.chosen.is_empty() && self.target.filter.is_some() => {
                self.create(value).map(|()| Done::AsAsked)
            }
            Action::Add(value) | Action::Replace(Some(value)) if self.chosen.is_empty() && self.is_made(no_match) => {
                self.create(value).map(|()| Done::MadeElement)
            }
            Action::Add(_) | Action::Replace(Some(_)) if self.chosen.is_empty() => Err(self.no_target()),
            Action::Add(value) | Action::Replace(Some(value)) => {
                let swap = matches!(action, Action::Replace(_)) && self.target.sub.is_none();
                for index in self.chosen.clone() {
                    if let Some(element) = self.elements.get_mut(index) {
                        set_element(self.target, element, value, action, swap, budget)?;
                    }
                }
                keep_one_primary(&self.target.attribute, self.elements, &self.chosen)
            }
        }
    }

    fn remove(&mut self, action: &Action, budget: &Budget) -> Result<Done, PatchErrorKind> {
        let Some(sub) = &self.target.sub else {
            let chosen: HashSet<usize> = self.chosen.iter().copied().collect();
            let mut index = 0;
            self.elements.retain(|_| {
                index += 1;
                !chosen.contains(&(index - 1))
            });
            return Ok(Done::AsAsked);
        };
        for index in &self.chosen {
            if let Some(Value::Object(object)) = self.elements.get_mut(*index) {
                Slot::new(object, sub).apply(action, budget)?;
            }
        }
        Ok(Done::AsAsked)
    }

    /// Whether `replace` makes an element where there is none: of what kind it is may be described, but not which one it is. Who
    /// changes a part of a value that has gone does not bring that back.
    fn is_made(&self, no_match: NoMatch) -> bool {
        let described = self.target.filter.as_ref().map(|filter| filter.describes.iter().flat_map(Map::keys));
        no_match == NoMatch::Create && described.is_none_or(|mut names| names.all(|name| is_descriptive(name)))
    }

    /// Makes the element that the filter describes, since clients count on it. Nobody comes to be referred to so, such as a member:
    /// who is to be in a group is added to it.
    fn create(&mut self, value: &Value) -> Result<(), PatchErrorKind> {
        if self.target.attribute.refers_by_value() {
            return Err(self.no_target());
        }
        let described = match &self.target.filter {
            Some(filter) => filter.describes.clone(),
            None => self.bare_element(),
        };
        let mut element = described.ok_or_else(|| self.no_target())?;
        match (&self.target.sub, value) {
            (Some(sub), value) => {
                element.insert(sub.name().to_owned(), value.clone());
            }
            (None, Value::Object(parts)) => element.extend(parts.clone()),
            (None, _) => return Err(self.no_target()),
        }
        self.elements.push(Value::Object(element));
        let last = self.elements.len() - 1;
        keep_one_primary(&self.target.attribute, self.elements, &[last]).map(drop)
    }

    /// Where no filter describes an element, one is made of the sub-attribute alone, unless that says nothing by itself.
    fn bare_element(&self) -> Option<Map<String, Value>> {
        let sub = self.target.sub.as_ref()?;
        if is_descriptive(sub.name()) { None } else { Some(Map::new()) }
    }

    fn no_target(&self) -> PatchErrorKind {
        PatchErrorKind::NoTarget(self.target.path().to_string())
    }
}

/// Whether a sub-attribute says what a value is for, and not what it is (RFC 7643, Section 2.4).
pub(super) fn is_descriptive(sub: &str) -> bool {
    matches!(sub, "type" | "primary" | "display")
}

fn set_element(
    target: &StepTarget,
    element: &mut Value,
    value: &Value,
    action: &Action,
    swap: bool,
    budget: &Budget,
) -> Result<(), PatchErrorKind> {
    match (element, &target.sub, value) {
        (Value::Object(object), Some(sub), _) => Slot::new(object, sub).apply(action, budget).map(drop),
        (Value::Object(object), None, Value::Object(parts)) if !swap => merge_parts(&target.attribute, object, parts),
        (Value::Object(object), None, Value::Object(record)) => swap_element(target, object, record),
        (element, _, value) => {
            element.clone_from(value);
            Ok(())
        }
    }
}

/// RFC 7644, Section 3.5.2.3: the whole record is replaced; what clients may not change stays.
fn swap_element(
    target: &StepTarget,
    element: &mut Map<String, Value>,
    record: &Map<String, Value>,
) -> Result<(), PatchErrorKind> {
    let attribute = &target.attribute;
    let is_kept = |sub| target.filter.as_ref().is_some_and(|filter| filter.keeps.contains(sub));
    let mut swapped = record.clone();
    for sub in attribute.sub_attributes() {
        let Some(current) = element.get(sub.name()) else {
            continue;
        };
        match sub.mutability() {
            // What the host itself sets is in the record.
            Mutability::ReadOnly => drop(swapped.entry(sub.name()).or_insert_with(|| current.clone())),
            Mutability::Immutable if record.get(sub.name()).is_some_and(|value| value != current) => {
                return Err(immutable(attribute, sub));
            }
            // What was set once and is left out stays, as with PUT.
            Mutability::Immutable => drop(swapped.insert(sub.name().to_owned(), current.clone())),
            _ if is_kept(sub) => drop(swapped.entry(sub.name()).or_insert_with(|| current.clone())),
            Mutability::ReadWrite | Mutability::WriteOnly => {}
        }
    }
    *element = swapped;
    Ok(())
}

/// Sets sub-attributes one by one; null unassigns.
fn merge_parts(attribute: &Attribute, object: &mut Map<String, Value>, parts: &Map<String, Value>) -> Result<(), PatchErrorKind> {
    for (name, part) in parts {
        let Some(sub) = attribute.sub_attribute(name) else {
            continue;
        };
        let mut slot = Slot::new(object, sub);
        let result = if part.is_null() { slot.unassign() } else { slot.set(part) };
        result.map_err(|_| immutable(attribute, sub))?;
    }
    Ok(())
}

fn immutable(attribute: &Attribute, sub: &Arc<Attribute>) -> PatchErrorKind {
    PatchErrorKind::Immutable(format!("{}.{}", attribute.name(), sub.name()))
}

/// RFC 7644, Section 3.5.2: a value that becomes the primary one takes that from all others.
fn keep_one_primary(attribute: &Attribute, elements: &mut [Value], touched: &[usize]) -> Result<Done, PatchErrorKind> {
    let is_primary = |element: &Value| element.get("primary") == Some(&Value::Bool(true));
    let mut new = touched.iter().copied().filter(|index| elements.get(*index).is_some_and(is_primary));
    let (Some(kept), another) = (new.next(), new.next()) else {
        return Ok(Done::AsAsked);
    };
    let mut done = Done::AsAsked;
    if another.is_some() {
        return Err(PatchErrorKind::Value(ValueError::new(attribute.name(), ValueErrorKind::Primary)));
    }
    for (index, element) in elements.iter_mut().enumerate() {
        if index != kept
            && is_primary(element)
            && let Some(primary) = element.get_mut("primary")
        {
            *primary = Value::Bool(false);
            done = Done::MovedPrimary;
        }
    }
    Ok(done)
}

/// Whether an element is the one that a removal lists: by its id where it names a resource, else by all that is given.
fn is_listed(attribute: &Attribute, element: &Value, listed: &Value) -> bool {
    match (element, listed) {
        (Value::Object(element), Value::Object(listed)) => {
            if attribute.refers_by_value() && listed.contains_key("value") {
                return element.get("value") == listed.get("value");
            }
            listed.iter().all(|(name, value)| match (attribute.sub_attribute(name), element.get(name)) {
                (Some(sub), Some(current)) => same_scalar(sub, current, value),
                _ => false,
            })
        }
        (element, listed) => same_scalar(attribute, element, listed),
    }
}

fn same_scalar(attribute: &Attribute, one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) if !attribute.case_exact() => fold(one) == fold(other),
        (one, other) => one == other,
    }
}

fn id(value: &Value) -> Option<&str> {
    value.get("value")?.as_str()
}
