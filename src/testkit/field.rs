//! The attributes of a resource type that a store under test keeps.

use std::sync::Arc;

use crate::query::Projection;
use crate::resource::Resource;
use crate::schema::{Attribute, AttributeType, Mutability, ResolvedPath, ResourceType, Schema};
use crate::value::{Object, Value};

/// An attribute that the store keeps.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) extension: Option<Arc<Schema>>,
    pub(super) attribute: Arc<Attribute>,
    /// The sub-attributes that it keeps.
    pub(super) subs: Vec<Arc<Attribute>>,
    /// `true` if each resource has to have a value.
    pub(super) demanded: bool,
}

impl Field {
    /// Returns `true` if clients may change it again and again.
    pub(super) fn is_changeable(&self) -> bool {
        self.attribute.mutability() == Mutability::ReadWrite
    }

    pub(super) fn path(&self, sub: Option<&Arc<Attribute>>) -> ResolvedPath {
        ResolvedPath::new(self.extension.clone(), Arc::clone(&self.attribute), sub.cloned())
    }
}

/// Returns the attributes that clients may write and the store keeps.
pub(super) fn fields(
    resource_type: &ResourceType,
    keeps: impl Fn(&ResolvedPath) -> bool,
) -> Vec<Field> {
    let external_id = Schema::common().attribute("externalId");
    let core = external_id
        .into_iter()
        .chain(resource_type.schema().attributes())
        .map(|attribute| (None, attribute, false));
    let extended = resource_type.extensions().iter().flat_map(|extension| {
        let attributes = extension.schema.attributes().iter();
        attributes.map(move |attribute| (Some(&extension.schema), attribute, extension.required))
    });
    let field =
        |(extension, attribute, required): (Option<&Arc<Schema>>, &Arc<Attribute>, bool)| {
            let path = |sub| ResolvedPath::new(extension.cloned(), Arc::clone(attribute), sub);
            let is_derived =
                |sub: &Attribute| sub.name() == "$ref" && attribute.is_resource_reference();
            let subs = attribute
                .sub_attributes()
                .iter()
                .filter(|sub| sub.is_readable() && !is_derived(sub));
            let subs: Vec<_> =
                subs.filter(|sub| keeps(&path(Some(Arc::clone(sub))))).cloned().collect();
            let is_written =
                attribute.mutability() != Mutability::ReadOnly && attribute.is_readable();
            let is_kept = if attribute.attribute_type() == AttributeType::Complex {
                !subs.is_empty()
            } else {
                keeps(&path(None))
            };
            let demanded = required
                || attribute.is_required()
                || attribute.is_unique()
                || subs.iter().any(|sub| sub.is_unique());
            let (extension, attribute) = (extension.cloned(), Arc::clone(attribute));
            (is_written && is_kept).then_some(Field { extension, attribute, subs, demanded })
        };
    core.chain(extended).filter_map(field).collect()
}

/// Returns `true` if what is kept is the path, or holds it, or is part of it.
pub(super) fn meet(kept: &ResolvedPath, path: &ResolvedPath) -> bool {
    kept.holds(path) || (path.sub_attribute().is_none() && path.holds(kept))
}

/// All that can be seen of a resource.
pub(super) fn everything(resource_type: &ResourceType) -> Projection {
    let extended = resource_type.extensions().iter().flat_map(|extension| {
        let schema = &extension.schema;
        schema
            .attributes()
            .iter()
            .map(move |attribute| format!("{}:{}", schema.uri(), attribute.name()))
    });
    let core = Schema::common().attributes().iter().chain(resource_type.schema().attributes());
    let names: Vec<String> =
        core.map(|attribute| attribute.name().to_owned()).chain(extended).collect();
    match Projection::bind(&names, &[], resource_type) {
        Ok(projection) => projection,
        Err(err) => panic!(
            "{}: the test kit made a projection that does not fit: {err}",
            resource_type.name()
        ),
    }
}

/// Returns the visible part of a value.
pub(super) fn without_secrets(attribute: &Attribute, mut value: Value) -> Value {
    if !attribute.is_readable() {
        return Value::Null;
    }
    let elements = match &mut value {
        Value::Array(elements) => elements.as_mut_slice(),
        value => std::slice::from_mut(value),
    };
    for element in elements.iter_mut().filter_map(Value::as_object_mut) {
        element.retain(|name, _| attribute.sub_attribute(name).is_none_or(|sub| sub.is_readable()));
    }
    value
}

/// Gives a resource one value at a path; an attribute with several then has that one.
pub(super) fn set(resource: &mut Resource, path: &ResolvedPath, value: Value) {
    let name = path.attribute().name();
    let many = path.attribute().is_multi_valued();
    let container = path.extension().map(|extension| extension.uri().as_str().to_owned());
    let object = container.as_ref().and_then(|uri| resource.get(uri)?.as_object().cloned());
    let current = match &container {
        Some(_) => object.as_ref().and_then(|object| object.get(name)).cloned(),
        None => resource.get(name).cloned(),
    };
    let value = match (path.sub_attribute(), current) {
        (None, _) if many => [value].into(),
        (None, _) => value,
        (Some(sub), _) if many => [Object::from([(sub.name(), value)])].into(),
        (Some(sub), Some(Value::Object(mut parts))) => {
            parts.insert(sub.name().to_owned(), value);
            Value::Object(parts)
        }
        (Some(sub), _) => Object::from([(sub.name(), value)]).into(),
    };
    match container {
        Some(uri) => {
            let mut object = object.unwrap_or_default();
            object.insert(name.to_owned(), value);
            resource.set(uri, object);
        }
        None => resource.set(name, value),
    }
}
