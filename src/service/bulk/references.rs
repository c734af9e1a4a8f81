//! References of a bulk operation to resources that the same request creates (RFC 7644, Section
//! 3.7.2): ids and references in its body. Other text that begins with `bulkId:` is left alone.

use std::sync::Arc;

use crate::attr::starts_with_urn;
use crate::filter::{CompValue, Filter, ParseOptions};
use crate::message::patch_op::paths_and_values;
use crate::message::{BulkId, PatchOperation};
use crate::patch::Path;
use crate::quirks::Deviations;
use crate::schema::{
    Attribute, AttributeType, Container, Mutability, ResourceType, SchemaExtension,
};
use crate::value::{List, Name, Object, Text, Value};

/// A visitor of references, which may replace them.
pub(super) type Visit<'v> = dyn FnMut(&mut String) + 'v;

/// Finds the references in bodies for one resource type.
#[derive(Clone, Copy)]
pub(super) struct References<'t> {
    pub(super) resource_type: &'t ResourceType,
    pub(super) options: ParseOptions,
}

/// The meaning of a path of PATCH.
enum Meaning {
    /// The resource, or the container of the extension of that URI.
    Parts(Option<String>),
    /// An attribute, and whether its text is an id.
    Attribute(Arc<Attribute>, bool),
    Nothing,
}

impl References<'_> {
    /// Visits the references in the body of a POST or PUT, and says with each whether its attribute
    /// is required. What is read-only is ignored there, and holds none.
    pub(super) fn in_resource(self, body: &mut Object, visit: &mut dyn FnMut(&mut String, bool)) {
        self.each_attribute(body, &mut |extension, attribute, value| {
            let required =
                attribute.is_required() || extension.is_some_and(|extension| extension.required);
            in_value(attribute, is_reference(attribute), value, &mut |text| visit(text, required));
        });
    }

    /// Visits the references in a message of PATCH.
    pub(super) fn in_patch(self, message: &mut Object, visit: &mut Visit<'_>) {
        for (path, value) in paths_and_values(message) {
            let changed = self.in_change(path.as_deref().map(Text::as_str), value, visit);
            if let (Some(path), Some(changed)) = (path, changed) {
                *path = changed.into();
            }
        }
    }

    /// Visits the references in one change; hands back the path, where it became another one.
    pub(super) fn in_change(
        self,
        path: Option<&str>,
        value: Option<&mut Value>,
        visit: &mut Visit<'_>,
    ) -> Option<String> {
        let (meaning, changed) = match path {
            Some(path) => self.in_path(path, visit),
            None => (Meaning::Parts(None), None),
        };
        if let Some(value) = value {
            self.in_meaning(&meaning, value, visit);
        }
        changed
    }

    /// Takes out of the body of a POST what refers to a resource that is `missing` yet, and returns
    /// the changes that put it in later on.
    pub(super) fn defer(
        self,
        body: &mut Object,
        missing: &dyn Fn(&str) -> bool,
    ) -> Vec<PatchOperation> {
        let mut deferred = Vec::new();
        self.each_attribute(body, &mut |extension, attribute, value| {
            let Some(value) = take_references(attribute, value, missing) else {
                return;
            };
            let path = match extension {
                Some(extension) => format!("{}:{}", extension.schema.uri(), attribute.name()),
                None => attribute.name().to_owned(),
            };
            deferred.push(PatchOperation {
                op: "add".to_owned(),
                path: Some(path),
                value: Some(value),
            });
        });
        deferred
    }

    fn each_attribute(
        self,
        body: &mut Object,
        handle: &mut dyn FnMut(Option<&SchemaExtension>, &Attribute, &mut Value),
    ) {
        let mut handle =
            |extension: Option<&SchemaExtension>, attribute: &Attribute, value: &mut Value| {
                if attribute.mutability() != Mutability::ReadOnly {
                    handle(extension, attribute, value);
                }
            };
        for (key, value) in body {
            match self.resource_type.container(key) {
                Some(Container::Attribute(attribute)) => handle(None, attribute, value),
                Some(Container::Extension(schema)) => {
                    let extension = self.resource_type.extension(schema.uri().as_str());
                    for (key, value) in value.as_object_mut().into_iter().flatten() {
                        if let Some(attribute) = schema.attribute(key) {
                            handle(extension, attribute, value);
                        }
                    }
                }
                None => {}
            }
        }
    }

    /// Returns the meaning of a path, and the path itself if it was rewritten.
    fn in_path(self, text: &str, visit: &mut Visit<'_>) -> (Meaning, Option<String>) {
        if starts_with_urn(text.trim_start_matches(' ')) {
            if let Some(schema) = self.resource_type.whole_extension(text) {
                return (Meaning::Parts(Some(schema.uri().to_string())), None);
            }
            if self.resource_type.schema().uri().is(text.trim_matches(' ')) {
                return (Meaning::Parts(None), None);
            }
        }
        // What is tolerated in it is noted when the operation runs.
        let unheard = &mut Deviations::default();
        let Ok(mut path) = Path::parse_with(text, &self.options, unheard) else {
            return (Meaning::Nothing, None);
        };
        let resolved = self.resource_type.resolve(&path.attribute);
        let Some(resolved) =
            resolved.or_else(|| self.resource_type.resolve_in_extensions(&path.attribute))
        else {
            return (Meaning::Nothing, None);
        };
        let attribute = resolved.attribute();
        let changed =
            path.filter.as_mut().is_some_and(|filter| in_filter(attribute, filter, visit));
        let changed = changed.then(|| path.to_string());
        let sub = match &path.sub {
            Some(name) => attribute.sub_attribute(name.as_str()),
            None => resolved.sub_attribute(),
        };
        let meaning = match sub {
            Some(sub) => Meaning::Attribute(Arc::clone(sub), is_part_reference(attribute, sub)),
            None if path.sub.is_some() => Meaning::Nothing,
            None => Meaning::Attribute(Arc::clone(attribute), is_reference(attribute)),
        };
        (meaning, changed)
    }

    fn in_meaning(self, meaning: &Meaning, value: &mut Value, visit: &mut Visit<'_>) {
        match (meaning, value) {
            (Meaning::Attribute(attribute, is_reference), value) => {
                in_value(attribute, *is_reference, value, visit)
            }
            (Meaning::Parts(container), Value::Object(parts)) => {
                self.in_parts(container.as_deref(), parts, visit)
            }
            (Meaning::Parts(_) | Meaning::Nothing, _) => {}
        }
    }

    /// Each key of a value without a path is the name of an attribute, or a path.
    fn in_parts(self, container: Option<&str>, parts: &mut Object, visit: &mut Visit<'_>) {
        let within = container.map_or_else(String::new, |uri| format!("{uri}:"));
        for (key, mut value) in std::mem::take(parts) {
            let (meaning, changed) = self.in_path(&format!("{within}{key}"), visit);
            self.in_meaning(&meaning, &mut value, visit);
            let resolved = changed
                .as_deref()
                .and_then(|path| path.strip_prefix(&within))
                .filter(|resolved| !parts.contains_key(resolved))
                .map(Name::from);
            parts.insert(resolved.unwrap_or(key), value);
        }
    }
}

/// Takes out of the value of an attribute what refers to something that is `missing`: those of
/// several values, or all of it.
fn take_references(
    attribute: &Attribute,
    value: &mut Value,
    missing: &dyn Fn(&str) -> bool,
) -> Option<Value> {
    let refers = |value: &mut Value| {
        let mut found = false;
        let mut look = |text: &mut String| found |= BulkId::referred_to(text).is_some_and(missing);
        in_value(attribute, is_reference(attribute), value, &mut look);
        found
    };
    let Value::Array(values) = value else {
        return refers(value).then(|| std::mem::take(value));
    };
    let (mut now, mut later) = (List::new(), List::new());
    for mut value in std::mem::take(values) {
        if refers(&mut value) { later.push(value) } else { now.push(value) }
    }
    *values = now;
    (!later.is_empty()).then_some(Value::Array(later))
}

/// Visits the references in a value of `attribute`, whose own text is one or not.
fn in_value(attribute: &Attribute, is_reference: bool, value: &mut Value, visit: &mut Visit<'_>) {
    match value {
        Value::String(text) if is_reference && BulkId::referred_to(text).is_some() => {
            let mut visited = text.to_string();
            visit(&mut visited);
            *text = visited.into();
        }
        Value::Array(values) => {
            values.iter_mut().for_each(|value| in_value(attribute, is_reference, value, visit))
        }
        Value::Object(parts) => {
            for (key, part) in parts {
                match attribute.sub_attribute(key) {
                    Some(sub) => in_value(sub, is_part_reference(attribute, sub), part, visit),
                    // `{"members": [..]}` where a list of members belongs.
                    None if attribute.attr_name().is(key) => {
                        in_value(attribute, is_reference, part, visit)
                    }
                    None => {}
                }
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Visits the references among the operands of a filter in brackets; says whether one has become
/// something else.
fn in_filter(attribute: &Attribute, filter: &mut Filter, visit: &mut Visit<'_>) -> bool {
    match filter {
        Filter::And(terms) | Filter::Or(terms) => {
            // All of them, also behind the first one.
            terms
                .iter_mut()
                .filter_map(|term| in_filter(attribute, term, visit).then_some(()))
                .count()
                > 0
        }
        Filter::Not(filter) => in_filter(attribute, filter, visit),
        Filter::Compare { path, value: CompValue::String(text), .. } => {
            let is_reference = match attribute.sub_attribute(path.name.as_str()) {
                Some(sub) => is_part_reference(attribute, sub),
                None => is_reference(attribute),
            };
            if !is_reference || BulkId::referred_to(text).is_none() {
                return false;
            }
            let mut visited = text.to_string();
            visit(&mut visited);
            let before = std::mem::replace(text, visited.into());
            *text != before
        }
        Filter::Compare { .. } | Filter::Present(_) | Filter::ValuePath { .. } => false,
    }
}

/// Returns `true` if the text of the attribute is an id or a reference to a resource: `id`, a
/// reference, or the shorthand of a complex attribute, `{"manager": "26118915"}`.
fn is_reference(attribute: &Attribute) -> bool {
    let is_id = attribute.name() == "id" && attribute.mutability() == Mutability::ReadOnly;
    is_id || attribute.is_resource_reference() || points_at_resources(attribute)
}

fn is_part_reference(attribute: &Attribute, sub: &Attribute) -> bool {
    points_at_resources(sub) || (attribute.is_resource_reference() && sub.name() == "value")
}

fn points_at_resources(attribute: &Attribute) -> bool {
    let types = attribute.reference_types();
    attribute.attribute_type() == AttributeType::Reference
        && types.iter().any(|name| name != "external" && name != "uri")
}
