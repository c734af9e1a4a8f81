//! A value without a path: each of its keys is set by itself (RFC 7644, Sections 3.5.2.1 and
//! 3.5.2.3).

use std::sync::Arc;

use super::bind::Binding;
use super::error::PatchErrorKind;
use super::path::without_values;
use super::plan::{StepChange, StepTarget};
use super::resolve::Bound;
use crate::attr::starts_with_urn;
use crate::quirks::{Deviation, UnknownAttributes};
use crate::schema::Mutability;
use crate::value::{Name, Value};

impl Binding<'_> {
    /// RFC 7644, Section 3.5.2.1: "each attribute" of the value is added or replaced by itself.
    pub(super) fn without_path(&mut self, value: Value) -> Result<(), PatchErrorKind> {
        let Value::Object(object) = value else {
            return Err(PatchErrorKind::NotObject);
        };
        for (key, value) in object {
            self.key(key, value)?;
        }
        Ok(())
    }

    pub(super) fn key(&mut self, key: Name, value: Value) -> Result<(), PatchErrorKind> {
        if key.eq_ignore_ascii_case("schemas") {
            // What it says follows from the attributes (RFC 7644, Section 3.5.2).
            self.deviations.push(Deviation::ReadOnly(key.into()));
            return Ok(());
        }
        let bound = match self.bind_path(&key) {
            Ok(bound) => bound,
            Err(PatchErrorKind::UnknownPath(name))
                if self.binder.options.quirks.unknown_attributes == UnknownAttributes::Ignore =>
            {
                self.decode_with(|decoder| {
                    decoder.check_left_out(&name, &value)?;
                    decoder.unknown(without_values(&name))
                })?;
                return Ok(());
            }
            Err(err) => return Err(err),
        };
        let read_only = matches!(&bound, Bound::Attribute(target) if self.is_read_only(target));
        if !read_only && !is_name_of(&bound, &key) {
            self.deviations.push(Deviation::KeyAsPath(without_values(&key)));
        }
        match bound {
            Bound::Attribute(target) => self.set_part(target, value),
            // Clients echo what is read-only.
            Bound::LeftOut { name, .. } => {
                self.decode_with(|decoder| decoder.check_left_out(&name, &value))?;
                self.deviations.push(Deviation::LeftOut(name));
                Ok(())
            }
            bound => self.set_bound(bound, value),
        }
    }

    /// An attribute in a path-less value, or in the container of an extension.
    pub(super) fn set_part(
        &mut self,
        target: StepTarget,
        value: Value,
    ) -> Result<(), PatchErrorKind> {
        if self.is_read_only(&target) {
            return self.echo(&target, value);
        }
        self.echo_parts(&target, &value)?;
        self.set_bound(Bound::Attribute(target), value)
    }

    /// A read-only attribute in a path-less value: clients send back what they were sent.
    fn echo(&mut self, target: &StepTarget, value: Value) -> Result<(), PatchErrorKind> {
        let path = target.path();
        if self.binder.options.quirks.ignore_read_only {
            self.deviations.push(Deviation::ReadOnly(path.to_string()));
        } else {
            self.push(StepChange::Expect(path, value));
        }
        Ok(())
    }

    /// Read-only parts of a complex value without a path, such as `manager.displayName`.
    fn echo_parts(&mut self, target: &StepTarget, value: &Value) -> Result<(), PatchErrorKind> {
        let Value::Object(parts) = value else {
            return Ok(());
        };
        for (name, part) in
            parts.iter().filter(|_| target.sub.is_none() && !target.attribute.is_multi_valued())
        {
            let sub = target
                .attribute
                .sub_attribute(name)
                .filter(|sub| sub.mutability() == Mutability::ReadOnly);
            let Some(sub) = sub else { continue };
            let part_of_it = StepTarget { sub: Some(Arc::clone(sub)), ..target.clone() };
            if self.is_read_only(&part_of_it) {
                self.echo(&part_of_it, part.clone())?;
            }
        }
        Ok(())
    }
}

/// Returns `true` if the key of a path-less value is the name of what it means, and no path.
fn is_name_of(bound: &Bound, key: &str) -> bool {
    match bound {
        Bound::Attribute(target) => {
            target.extension.is_none()
                && target.filter.is_none()
                && target.sub.is_none()
                && !starts_with_urn(key)
        }
        Bound::Extension(_) | Bound::LeftOut { .. } => true,
        Bound::Resource => false,
    }
}
