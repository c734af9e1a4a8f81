//! `remove`: what goes, and what has to stay (RFC 7644, Section 3.5.2.2).

use std::sync::Arc;

use super::bind::Binding;
use super::error::PatchErrorKind;
use super::plan::{Action, StepChange, StepTarget};
use super::resolve::Bound;
use crate::filter::EvalBudget;
use crate::quirks::{Deviation, RemoveWithValue};
use crate::resource::is_unassigned;
use crate::schema::{Attribute, Schema};
use crate::value::Value;

impl Binding<'_> {
    pub(super) fn remove(
        &mut self,
        path: &str,
        value: Option<Value>,
    ) -> Result<(), PatchErrorKind> {
        let bound = match self.bind_path(path) {
            Err(PatchErrorKind::Path(err)) => match self.condition(path)? {
                Some(bound) => bound,
                None => return Err(PatchErrorKind::Path(err)),
            },
            Err(err) => return self.or_ignore(err),
            Ok(bound) => bound,
        };
        match bound {
            Bound::Resource => Err(PatchErrorKind::NoPath),
            Bound::Extension(schema) => {
                if let Some(extension) = self.binder.resource_type.extension(schema.uri().as_str())
                    && extension.required
                {
                    return Err(PatchErrorKind::Required(schema.uri().to_string()));
                }
                self.push(StepChange::RemoveExtension(schema));
                Ok(())
            }
            Bound::LeftOut { name, read_only } => self.leave_out(name, read_only),
            Bound::Attribute(target) => self.remove_attribute(target, value),
        }
    }

    fn remove_attribute(
        &mut self,
        target: StepTarget,
        value: Option<Value>,
    ) -> Result<(), PatchErrorKind> {
        self.refuse_read_only(&target)?;
        if let Some(schemas) = self.schemas_to_remove(&target)? {
            schemas.into_iter().for_each(|schema| self.push(StepChange::RemoveExtension(schema)));
            return Ok(());
        }
        // Null beside a removal says nothing.
        let value = value.filter(|value| !value.is_null());
        let whole = target.filter.is_none();
        let required = match &target.sub {
            Some(sub) => sub.is_required(),
            None => whole && target.attribute.is_required(),
        };
        // RFC 7644, Section 3.5.2.2: a required attribute yields "mutability".
        if required && value.is_none() {
            return Err(PatchErrorKind::Required(target.path().to_string()));
        }
        let action = match value {
            None => Action::Remove,
            Some(_) if self.binder.options.quirks.remove_with_value == RemoveWithValue::Reject => {
                return Err(PatchErrorKind::RemoveWithValue);
            }
            Some(value) if takes_listed(&target) => {
                let listed = self.listed(&target, value)?;
                self.deviations.push(Deviation::RemoveWithValue(target.path().to_string()));
                Action::RemoveListed(listed)
            }
            Some(_) if required => return Err(PatchErrorKind::Required(target.path().to_string())),
            Some(_) => Action::Remove,
        };
        self.push(StepChange::Target(target, action));
        Ok(())
    }

    /// The extensions that a removal from `schemas` takes away with all they hold.
    fn schemas_to_remove(
        &mut self,
        target: &StepTarget,
    ) -> Result<Option<Vec<Arc<Schema>>>, PatchErrorKind> {
        if target.attribute.name() != "schemas" || target.extension.is_some() {
            return Ok(None);
        }
        let Some(filter) = &target.filter else {
            return Err(PatchErrorKind::Required("schemas".into()));
        };
        let chosen =
            |uri: &str| filter.bound.matches_element(&Value::from(uri), &EvalBudget::unlimited());
        let resource_type = &self.binder.resource_type;
        if chosen(resource_type.schema().uri().as_str())? {
            return Err(PatchErrorKind::Required("schemas".into()));
        }
        let mut schemas = Vec::new();
        for extension in resource_type.extensions() {
            if chosen(extension.schema.uri().as_str())? {
                if extension.required {
                    return Err(PatchErrorKind::Required(extension.schema.uri().to_string()));
                }
                schemas.push(Arc::clone(&extension.schema));
            }
        }
        Ok(Some(schemas))
    }

    /// The values that a removal lists; `{"members": [..]}` is read as its list.
    fn listed(&mut self, target: &StepTarget, value: Value) -> Result<Vec<Value>, PatchErrorKind> {
        let value = match value {
            Value::Object(wrapper)
                if wrapper.len() == 1
                    && wrapper.keys().all(|key| target.last().attr_name().is(key)) =>
            {
                wrapper.into_iter().next().map(|(_, listed)| listed).unwrap_or_default()
            }
            value => value,
        };
        let values = if let Value::Array(values) = value { values } else { [value].into() };
        let container = target.container().map(str::to_owned);
        let attribute = Arc::clone(target.last());
        let refers = attribute.is_resource_reference();
        let mut listed: Vec<Value> = self.decode_with(|decoder| {
            let read = |value| {
                let is_nobody = refers && has_blank_id(&attribute, &value);
                let read = decoder.element(container.as_deref(), &attribute, value);
                read.map(|element| element.filter(|_| !is_nobody)).transpose()
            };
            values.into_iter().filter_map(read).collect()
        })?;
        if refers {
            listed.retain(names_somebody);
        }
        Ok(listed)
    }
}

/// Returns `true` if the target means several values, so that a list says which of them. Single
/// values that a filter chooses are chosen already.
fn takes_listed(target: &StepTarget) -> bool {
    match (&target.sub, &target.filter) {
        (Some(sub), Some(_)) => sub.is_multi_valued(),
        (Some(sub), None) => sub.is_multi_valued() || target.attribute.is_multi_valued(),
        (None, Some(_)) => false,
        (None, None) => target.attribute.is_multi_valued(),
    }
}

/// Returns `true` if a member has a blank id: it names nobody, whatever else it has.
fn has_blank_id(attribute: &Attribute, member: &Value) -> bool {
    let is_id = |key: &str| attribute.sub_attribute(key).is_some_and(|sub| sub.name() == "value");
    let is_blank = |id: &Value| is_unassigned(id) || id.as_str() == Some("");
    member
        .as_object()
        .is_some_and(|member| member.iter().any(|(key, id)| is_id(key) && is_blank(id)))
}

/// Of what type members are does not say who they are.
fn names_somebody(member: &Value) -> bool {
    member.as_object().is_some_and(|member| member.keys().any(|key| key != "type"))
}
