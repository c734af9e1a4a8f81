//! The target of a step: one attribute of an object, or selected values of a multi-valued
//! attribute.

use std::sync::Arc;

use super::elements::{comparing_all, each_place, is_listed, is_there, keep_one_primary};
use super::error::PatchErrorKind;
use super::index::{Index, Question};
use super::part::{change_part, immutable, merge_parts, set_element};
use super::plan::{Action, StepTarget};
use crate::budget::{EvalBudget, units, weight};
use crate::filter::BoundFilter;
use crate::resource::{same_by_value, same_value};
use crate::schema::{Attribute, AttributeType, Mutability};
use crate::value::{List, Object, Value};

/// The way in which a step was done.
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
    object: &'r mut Object,
    attribute: &'r Attribute,
}

impl<'r> Slot<'r> {
    pub(super) fn new(object: &'r mut Object, attribute: &'r Attribute) -> Self {
        Self { object, attribute }
    }

    /// Does what a step says; `index` finds the one of a multi-valued attribute.
    pub(super) fn apply<'i>(
        &mut self,
        action: &Action,
        index: impl FnOnce() -> &'i mut Index,
        budget: &EvalBudget,
    ) -> Result<Done, PatchErrorKind> {
        match action {
            Action::Add(Value::Array(values)) if self.attribute.is_multi_valued() => {
                return self.append(values, index(), budget);
            }
            Action::Add(value) | Action::Replace(Some(value)) => {
                let current = self.object.get_kept(self.attribute.key()).and_then(Value::as_array);
                budget.spend(weight(value).saturating_add(units(current.map_or(0, List::len))))?;
                self.set(value)
            }
            Action::Replace(None) | Action::Remove => self.unassign(),
            Action::RemoveListed(listed) if self.attribute.is_multi_valued() => {
                self.remove_listed(listed, index(), budget)
            }
            Action::RemoveListed(listed) => self.remove_if_listed(listed, budget),
        }
        .map(|()| Done::AsAsked)
    }

    /// RFC 7644, Section 3.5.2.1: values that are there already stay as they are.
    fn append(
        &mut self,
        values: &[Value],
        index: &mut Index,
        budget: &EvalBudget,
    ) -> Result<Done, PatchErrorKind> {
        let attribute = self.attribute;
        let key = attribute.key().clone();
        let slot = self.object.entry(key).or_insert_with(|| Value::Array(List::new()));
        let Value::Array(elements) = slot else {
            return Ok(Done::AsAsked);
        };
        let (before, some) = (elements.len(), index.left(elements) > 0);
        for value in values {
            if !is_there(attribute, elements, value, values.len(), index, budget)? {
                elements.push(value.clone());
                index.note(attribute, elements, elements.len() - 1);
            }
        }
        if elements.len() > before && attribute.mutability() == Mutability::Immutable && some {
            return Err(self.immutable());
        }
        let added: Vec<usize> = (before..elements.len()).collect();
        let done = keep_one_primary(attribute, elements, &added, index, budget)?;
        if elements.is_empty() {
            self.object.remove(attribute.name());
        }
        Ok(done)
    }

    /// Replaces a value; sub-attributes of a complex one are set one by one (RFC 7644, Section
    /// 3.5.2.3).
    pub(super) fn set(&mut self, value: &Value) -> Result<(), PatchErrorKind> {
        if let (AttributeType::Complex, false, Value::Object(parts)) =
            (self.attribute.attribute_type(), self.attribute.is_multi_valued(), value)
        {
            return self.merge(parts);
        }
        match self.object.get_kept_mut(self.attribute.key()) {
            Some(current) if same_value(self.attribute, current, value) => Ok(()),
            Some(current) if self.attribute.mutability() == Mutability::Immutable => {
                if same_by_value(self.attribute, Some(current), Some(value)) {
                    Ok(())
                } else {
                    Err(self.immutable())
                }
            }
            Some(current) => {
                current.clone_from(value);
                Ok(())
            }
            None => {
                self.object.insert(self.attribute.key().clone(), value.clone());
                Ok(())
            }
        }
    }

    fn merge(&mut self, parts: &Object) -> Result<(), PatchErrorKind> {
        if self.attribute.mutability() == Mutability::Immutable
            && self.object.contains_key(self.attribute.name())
        {
            let changes = parts.iter().any(|(name, part)| {
                self.object
                    .get_kept(self.attribute.key())
                    .and_then(|value| value.get(name))
                    .unwrap_or(&Value::Null)
                    != part
            });
            return if changes { Err(self.immutable()) } else { Ok(()) };
        }
        let key = self.attribute.key().clone();
        let value = self.object.entry(key).or_insert_with(|| Value::Object(Object::new()));
        if let Value::Object(object) = value {
            merge_parts(self.attribute, object, parts)?;
            if object.is_empty() {
                self.object.remove(self.attribute.name());
            }
        }
        Ok(())
    }

    pub(super) fn unassign(&mut self) -> Result<(), PatchErrorKind> {
        let Some(value) = self.object.get_kept(self.attribute.key()) else {
            return Ok(());
        };
        if self.attribute.mutability() == Mutability::Immutable {
            return Err(self.immutable());
        }
        let is_fixed = |sub: &&Arc<Attribute>| {
            sub.mutability() == Mutability::Immutable && value.get_kept(sub.key()).is_some()
        };
        if let Some(sub) = self.attribute.sub_attributes().iter().find(is_fixed) {
            return Err(immutable(self.attribute, sub));
        }
        self.object.remove(self.attribute.name());
        Ok(())
    }

    fn remove_listed(
        &mut self,
        listed: &[Value],
        index: &mut Index,
        budget: &EvalBudget,
    ) -> Result<(), PatchErrorKind> {
        let attribute = self.attribute;
        let Some(Value::Array(elements)) = self.object.get_kept_mut(attribute.key()) else {
            return Ok(());
        };
        let before = index.left(elements);
        for value in listed {
            let questions = || Question::of_listed(attribute, value);
            let places = index.candidates(elements, questions, listed.len(), budget)?;
            if places.is_none() {
                // The looks themselves are counted below.
                budget.spend_on(|| {
                    comparing_all(elements, value).saturating_sub(units(elements.len()))
                })?;
            }
            each_place(elements.len(), places, budget, |place| {
                if elements.get(place).is_some_and(|element| is_listed(attribute, element, value)) {
                    index.remove(attribute, elements, place);
                }
            })?;
        }
        let left = index.left(elements);
        if left < before && attribute.mutability() == Mutability::Immutable {
            return Err(self.immutable());
        }
        if left == 0 {
            *index = Index::default();
            self.object.remove(attribute.name());
            if attribute.is_required() {
                return Err(PatchErrorKind::Required(attribute.name().to_owned()));
            }
        }
        Ok(())
    }

    /// Unassigns a value that is listed.
    fn remove_if_listed(
        &mut self,
        listed: &[Value],
        budget: &EvalBudget,
    ) -> Result<(), PatchErrorKind> {
        let Some(current) = self.object.get_kept(self.attribute.key()) else {
            return Ok(());
        };
        budget.spend_on(|| comparing_all(listed, current))?;
        if !listed.iter().any(|value| is_listed(self.attribute, current, value)) {
            return Ok(());
        }
        if self.attribute.is_required() {
            return Err(PatchErrorKind::Required(self.attribute.name().to_owned()));
        }
        self.unassign()
    }

    fn immutable(&self) -> PatchErrorKind {
        PatchErrorKind::Immutable(self.attribute.name().to_owned())
    }
}

/// The values of a multi-valued attribute that a value filter chose; without a filter, all of them.
pub(super) struct Values<'r> {
    elements: &'r mut List,
    chosen: Vec<usize>,
    target: &'r StepTarget,
    index: &'r mut Index,
}

impl<'r> Values<'r> {
    pub(super) fn choose(
        elements: &'r mut List,
        target: &'r StepTarget,
        index: &'r mut Index,
        budget: &EvalBudget,
    ) -> Result<Self, PatchErrorKind> {
        let Some(filter) = &target.filter else {
            budget.spend_values(elements.len())?;
            let chosen = elements
                .iter()
                .enumerate()
                .filter(|(_, element)| !element.is_null())
                .map(|(place, _)| place)
                .collect();
            return Ok(Self { elements, chosen, target, index });
        };
        let questions = || Question::of_filter(&filter.bound);
        // Each of several terms is a look at each value.
        let terms = if let BoundFilter::Or(terms) = &filter.bound { terms.len() } else { 1 };
        let found = match index.find(elements, questions, terms, budget)? {
            Some(found) if found.decided => {
                return Ok(Self { elements, chosen: found.places, target, index });
            }
            found => found.map(|found| found.places),
        };
        let mut chosen = Vec::new();
        for place in found.unwrap_or_else(|| (0..elements.len()).collect()) {
            let element = elements.get(place).filter(|element| !element.is_null());
            if let Some(element) = element
                && filter.bound.matches_element(element, budget)?
            {
                chosen.push(place);
            }
        }
        Ok(Self { elements, chosen, target, index })
    }

    pub(super) fn apply(
        &mut self,
        action: &Action,
        creates: bool,
        budget: &EvalBudget,
    ) -> Result<Done, PatchErrorKind> {
        let done = self.change(action, creates, budget)?;
        if let (Action::Add(value) | Action::Replace(Some(value)), false) =
            (action, self.target.attribute.attribute_type() == AttributeType::Complex)
        {
            self.keep_once(value, budget)?;
        }
        Ok(done)
    }

    /// RFC 7643, Section 2.4: a text or a number stands once, also where one has become what
    /// another one is.
    fn keep_once(&mut self, value: &Value, budget: &EvalBudget) -> Result<(), PatchErrorKind> {
        let attribute = &*self.target.attribute;
        let questions =
            || value.as_str().map(|text| Question::of_text(attribute, text)).into_iter().collect();
        let places = self.index.candidates(self.elements, questions, 1, budget)?;
        let mut is_kept = false;
        each_place(self.elements.len(), places, budget, |place| {
            if self.elements.get(place) == Some(value) && std::mem::replace(&mut is_kept, true) {
                self.index.remove(attribute, self.elements, place);
            }
        })
    }

    fn change(
        &mut self,
        action: &Action,
        creates: bool,
        budget: &EvalBudget,
    ) -> Result<Done, PatchErrorKind> {
        match action {
            _ if self.chosen.is_empty()
                && self.target.filter.as_ref().is_some_and(|filter| filter.left_out) =>
            {
                Ok(Done::AsAsked)
            }
            Action::Replace(None) if self.chosen.is_empty() && !creates => Err(self.no_target()),
            Action::Remove | Action::Replace(None) | Action::RemoveListed(_) => {
                self.remove(action, budget)
            }
            Action::Add(value) if self.chosen.is_empty() && self.target.filter.is_some() => {
                self.create(value, budget).map(|()| Done::AsAsked)
            }
            Action::Add(value) | Action::Replace(Some(value))
                if self.chosen.is_empty() && self.is_made(creates) =>
            {
                self.create(value, budget).map(|()| Done::MadeElement)
            }
            Action::Add(_) | Action::Replace(Some(_)) if self.chosen.is_empty() => {
                Err(self.no_target())
            }
            Action::Add(value) | Action::Replace(Some(value)) => {
                let swap = matches!(action, Action::Replace(_)) && self.target.sub.is_none();
                budget.spend(weight(value).saturating_mul(units(self.chosen.len())))?;
                self.index.forget_each(&self.target.attribute, self.elements, &self.chosen);
                for place in &self.chosen {
                    if let Some(element) = self.elements.get_mut(*place) {
                        set_element(self.target, element, value, action, swap, budget)?;
                        self.index.tidy(element);
                    }
                }
                self.index.note_each(&self.target.attribute, self.elements, &self.chosen);
                keep_one_primary(
                    &self.target.attribute,
                    self.elements,
                    &self.chosen,
                    self.index,
                    budget,
                )
            }
        }
    }

    fn remove(&mut self, action: &Action, budget: &EvalBudget) -> Result<Done, PatchErrorKind> {
        let Some(sub) = &self.target.sub else {
            for place in &self.chosen {
                self.index.remove(&self.target.attribute, self.elements, *place);
            }
            return Ok(Done::AsAsked);
        };
        self.index.forget_each(&self.target.attribute, self.elements, &self.chosen);
        for place in &self.chosen {
            if let Some(element) = self.elements.get_mut(*place) {
                change_part(element, sub, action, budget)?;
                self.index.tidy(element);
            }
        }
        self.index.note_each(&self.target.attribute, self.elements, &self.chosen);
        Ok(Done::AsAsked)
    }

    /// Returns `true` if `replace` makes an element where there is none: of what kind it is may be
    /// described, but not which one it is. Who changes a part of a value that has gone does not
    /// bring that back.
    fn is_made(&self, creates: bool) -> bool {
        let described = self
            .target
            .filter
            .as_ref()
            .map(|filter| filter.describes.iter().flat_map(Object::keys));
        creates && described.is_none_or(|mut names| names.all(|name| is_descriptive(name)))
    }

    /// Makes the element that the filter describes, since clients count on it. Nobody comes to be
    /// referred to so, such as a member: who is to be in a group is added to it. Nor does an
    /// element that is named by its value, and has gone.
    fn create(&mut self, value: &Value, budget: &EvalBudget) -> Result<(), PatchErrorKind> {
        if self.target.attribute.refers_to_resources() || self.names_its_value() {
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
            (None, Value::Object(parts)) if !parts.is_empty() => element.extend(parts.clone()),
            (None, _) => return Err(self.no_target()),
        }
        self.elements.push(Value::Object(element));
        let last = self.elements.len() - 1;
        self.index.note(&self.target.attribute, self.elements, last);
        keep_one_primary(&self.target.attribute, self.elements, &[last], self.index, budget)
            .map(drop)
    }

    fn names_its_value(&self) -> bool {
        let described = self.target.filter.as_ref().and_then(|filter| filter.describes.as_ref());
        described.is_some_and(|element| element.contains_key("value"))
    }

    /// Creates an element of the sub-attribute alone if no filter describes one, unless it says
    /// nothing by itself.
    fn bare_element(&self) -> Option<Object> {
        let sub = self.target.sub.as_ref()?;
        if is_descriptive(sub.name()) { None } else { Some(Object::new()) }
    }

    fn no_target(&self) -> PatchErrorKind {
        PatchErrorKind::NoTarget(self.target.path().to_string())
    }
}

/// Returns `true` if a sub-attribute says what a value is for, and not what it is (RFC 7643,
/// Section 2.4).
pub(super) fn is_descriptive(sub: &str) -> bool {
    matches!(sub, "type" | "primary" | "display")
}
