//! Values by their paths, as a host writes them.

use super::error::{ValueError, ValueErrorKind};
use super::{Resource, is_unassigned};
use crate::schema::{ResolvedPath, ResourceType};
use crate::value::{Object, Value};

/// The nesting of values: an extension, the values of an attribute, one of them, the values of a
/// sub-attribute.
const LEVELS: usize = 5;

impl Resource {
    /// The value of the attribute that a path names, as in a filter and in any case:
    /// `name.givenName`, or
    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`; of a whole
    /// extension by its URI. Of a sub-attribute where there can be several values, such as
    /// `emails.value`, all of these values.
    ///
    /// # Errors
    ///
    /// - resources of this type have no such attribute.
    pub fn get_path(
        &self,
        resource_type: &ResourceType,
        path: &str,
    ) -> Result<Option<&Value>, ValueError> {
        if let Some(extension) = resource_type.whole_extension(path) {
            return Ok(self.get(extension.uri().as_str()));
        }
        Ok(self.value(&resolved(resource_type, path)?))
    }

    /// Sets the attribute that a path names, as [`get_path`](Self::get_path) reads it. Null and
    /// empty values unassign it.
    ///
    /// # Errors
    ///
    /// - resources of this type have no such attribute;
    /// - it is a part of an attribute that has several values, such as `emails.value`: these are
    ///   set as a whole.
    ///
    /// ```
    /// use scimwire::schema::{ENTERPRISE_USER, ResourceType};
    /// use scimwire::Resource;
    /// use serde_json::json;
    ///
    /// let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    /// let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    /// let mut user = Resource::default();
    /// user.set_path(&users, "name.givenName", "Barbara")?;
    /// user.set_path(&users, department, "Sales")?;
    /// assert_eq!(user.attributes()["name"], json!({ "givenName": "Barbara" }));
    /// assert_eq!(user.get_path(&users, department)?, Some(&"Sales".into()));
    /// assert!(user.set_path(&users, "name.given", "Barbara").is_err());
    /// # Ok::<(), scimwire::resource::ValueError>(())
    /// ```
    pub fn set_path(
        &mut self,
        resource_type: &ResourceType,
        path: &str,
        value: impl Into<Value>,
    ) -> Result<(), ValueError> {
        if let Some(extension) = resource_type.whole_extension(path) {
            self.set(extension.uri().as_str(), value);
            return Ok(());
        }
        let path = resolved(resource_type, path)?;
        if path.sub_attribute().is_some() && path.attribute().is_multi_valued() {
            return Err(ValueError::new(path.without_sub(), ValueErrorKind::NotArray));
        }
        let container = path.extension().map(|schema| schema.uri().as_str());
        let names: Vec<&str> =
            [container, Some(path.attribute().name()), path.sub_attribute().map(|sub| sub.name())]
                .into_iter()
                .flatten()
                .collect();
        match names[..] {
            [name] => self.set(name, value),
            _ => assign(self.object_mut(), &names, without_nulls(value.into())),
        }
        Ok(())
    }
}

/// The value without what is unassigned in it (RFC 7643, Section 2.5).
pub(crate) fn without_nulls(mut value: Value) -> Value {
    drop_nulls(&mut value, LEVELS);
    value
}

fn drop_nulls(value: &mut Value, levels: usize) {
    let Some(levels) = levels.checked_sub(1) else {
        return;
    };
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(|value| drop_nulls(value, levels));
            object.retain(|_, value| !is_unassigned(value));
        }
        Value::Array(values) => {
            values.iter_mut().for_each(|value| drop_nulls(value, levels));
            values.retain(|value| !is_unassigned(value));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn resolved(resource_type: &ResourceType, path: &str) -> Result<ResolvedPath, ValueError> {
    let resolved = path.parse().ok().and_then(|path| resource_type.resolve(&path));
    resolved.ok_or_else(|| ValueError::new(path, ValueErrorKind::Unknown))
}

/// Sets what stands below these names, one in the other.
fn assign(object: &mut Object, names: &[&str], value: Value) {
    let Some((name, below)) = names.split_first() else {
        return;
    };
    let slot = object.entry(*name).or_insert(Value::Null);
    if below.is_empty() {
        *slot = value;
    } else {
        let mut inner =
            std::mem::take(slot).as_object_mut().map(std::mem::take).unwrap_or_default();
        assign(&mut inner, below, value);
        *slot = Value::Object(inner);
    }
    if is_unassigned(slot) {
        object.remove(name);
    }
}
