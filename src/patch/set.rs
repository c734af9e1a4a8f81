//! `add` and `replace`: where a value belongs, and in which form (RFC 7644, Sections 3.5.2.1 and
//! 3.5.2.3).

use std::sync::Arc;

use super::bind::{Binding, Op};
use super::error::PatchErrorKind;
use super::plan::{Action, StepChange, StepTarget};
use super::resolve::{Bound, described};
use super::target::is_descriptive;
use crate::quirks::Deviation;
use crate::resource::{ValueError, ValueErrorKind};
use crate::schema::{Attribute, AttributeType, Mutability, Schema};
use crate::value::{Object, Value};

impl Binding<'_> {
    pub(super) fn set(&mut self, path: &str, value: Value) -> Result<(), PatchErrorKind> {
        match self.bind_path(path) {
            Ok(bound) => self.set_bound(bound, value),
            Err(err) => self.or_ignore(err),
        }
    }

    pub(super) fn set_bound(&mut self, bound: Bound, value: Value) -> Result<(), PatchErrorKind> {
        match bound {
            Bound::Resource => self.without_path(value),
            Bound::Extension(schema) => self.set_extension(&schema, value),
            Bound::LeftOut { name, read_only } => {
                self.decode_with(|decoder| decoder.check_left_out(&name, &value))?;
                self.leave_out(name, read_only)
            }
            Bound::Attribute(mut target) => {
                self.refuse_read_only(&target)?;
                if is_derived(&target) && target.last().mutability() == Mutability::Immutable {
                    return Err(PatchErrorKind::Immutable(target.path().to_string()));
                }
                if is_derived(&target) {
                    return Ok(());
                }
                if !self.takes(&target) {
                    return self.check_unwanted(&target, value);
                }
                self.keep_described(&mut target, &value);
                let value = self.value(&target, value)?;
                let action = match (self.op, value) {
                    (Op::Add, Some(value)) => Action::Add(value),
                    // Nothing is added where there is no value.
                    (Op::Add, None) if target.last().is_multi_valued() => return Ok(()),
                    (_, value) => Action::Replace(value),
                };
                self.push(StepChange::Target(target, action));
                Ok(())
            }
        }
    }

    /// A password is to be one, also where the host keeps none.
    fn check_unwanted(&mut self, target: &StepTarget, value: Value) -> Result<(), PatchErrorKind> {
        let mark = self.deviations.mark();
        let checked = self.value(target, value).map(drop);
        self.deviations.back_to(mark);
        checked
    }

    /// Keeps the sub-attributes that the filter fixes, unless the value has them.
    fn keep_described(&mut self, target: &mut StepTarget, value: &Value) {
        let whole = self.op == Op::Replace && target.sub.is_none();
        let Some(filter) =
            target.filter.as_mut().filter(|_| whole && self.binder.options.quirks.keep_described)
        else {
            return;
        };
        let record = value.as_array().and_then(|values| values.first()).unwrap_or(value);
        let is_named = |sub: &Attribute| match record {
            Value::Object(record) => record.keys().any(|key| sub.attr_name().is(key)),
            _ => sub.name() == "value",
        };
        let stays =
            |sub: &Arc<Attribute>| sub.mutability() == Mutability::ReadWrite && !is_named(sub);
        filter.keeps = described(&filter.bound).into_iter().filter(stays).collect();
        if !filter.keeps.is_empty() {
            self.deviations.push(Deviation::KeptDescribed(target.path().to_string()));
        }
    }

    /// The container of an extension is no attribute: each attribute in it is set by itself.
    fn set_extension(&mut self, schema: &Arc<Schema>, value: Value) -> Result<(), PatchErrorKind> {
        let uri = schema.uri().as_str();
        let object = match value {
            Value::Null if self.op == Op::Replace => {
                self.push(StepChange::RemoveExtension(Arc::clone(schema)));
                return Ok(());
            }
            Value::Object(object) => object,
            other => self.decode_with(|decoder| decoder.extension(uri, other))?,
        };
        for (key, value) in object {
            match schema.attribute(&key) {
                Some(attribute) => {
                    let attribute = Arc::clone(attribute);
                    let target = StepTarget {
                        extension: Some(Arc::clone(schema)),
                        attribute,
                        filter: None,
                        sub: None,
                    };
                    self.set_part(target, value)?;
                }
                None => self.key(format!("{uri}:{key}").into(), value)?,
            }
        }
        Ok(())
    }

    /// The value in canonical form: all values of a multi-valued attribute, or one where a filter
    /// chooses.
    fn value(
        &mut self,
        target: &StepTarget,
        value: Value,
    ) -> Result<Option<Value>, PatchErrorKind> {
        let (container, attribute) = (target.container(), &*target.attribute);
        let takes_several =
            target.last().is_multi_valued() && (target.sub.is_some() || target.filter.is_none());
        let value = match value {
            // RFC 7644, Section 3.5.2.1 speaks of "a value"; a single one is as good as an array of
            // one.
            value
                if takes_several && self.op == Op::Add && !value.is_array() && !value.is_null() =>
            {
                [value].into()
            }
            value => value,
        };
        match &target.sub {
            Some(sub) => {
                self.decode_with(|decoder| decoder.sub_value(container, attribute, sub, value))
            }
            None if target.filter.is_some() => {
                if value.is_array() {
                    let values =
                        self.decode_with(|decoder| decoder.value(container, attribute, value))?;
                    return one_of(values, attribute);
                }
                let is_record = value.as_object().is_some_and(|record| !record.is_empty());
                let element =
                    self.decode_with(|decoder| decoder.element(container, attribute, value))?;
                match element {
                    None if is_record && self.op == Op::Replace && is_left(target) => {
                        Ok(Some(Value::Object(Object::new())))
                    }
                    element => Ok(element),
                }
            }
            None if value.is_object()
                && attribute.attribute_type() == AttributeType::Complex
                && !attribute.is_multi_valued() =>
            {
                self.decode_with(|decoder| decoder.parts(container, attribute, value)).map(Some)
            }
            None => self.decode_with(|decoder| decoder.value(container, attribute, value)),
        }
    }
}

/// A `$ref` beside a `value` follows from it, and `schemas` from what the resource holds.
fn is_derived(target: &StepTarget) -> bool {
    let reference = target.attribute.is_resource_reference()
        && target.sub.as_ref().is_some_and(|sub| sub.name() == "$ref");
    reference || (target.extension.is_none() && target.attribute.name() == "schemas")
}

/// Returns `true` if something is left of an element that is replaced by nothing: an immutable
/// part, or the part that selected it. A `type` alone does not count.
fn is_left(target: &StepTarget) -> bool {
    let mut parts = target.attribute.sub_attributes().iter();
    let mut kept = target.filter.iter().flat_map(|filter| &filter.keeps);
    parts.any(|sub| sub.mutability() == Mutability::Immutable)
        || kept.any(|sub| !is_descriptive(sub.name()))
}

/// The one value that a value filter's target takes.
fn one_of(values: Option<Value>, attribute: &Attribute) -> Result<Option<Value>, PatchErrorKind> {
    match values {
        Some(Value::Array(mut values)) if values.len() == 1 => Ok(values.pop()),
        Some(Value::Array(_)) => {
            let kind = ValueErrorKind::Array;
            Err(PatchErrorKind::Value(ValueError::new(attribute.name(), kind)))
        }
        values => Ok(values),
    }
}
