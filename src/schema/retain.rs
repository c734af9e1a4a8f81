//! A resource type reduced to the attributes that the application stores.

use std::sync::Arc;

use super::attribute::Attribute;
use super::error::SchemaErrorKind;
use super::resolve::ResolvedPath;
use super::resource_type::{ResourceType, SchemaExtension};
use super::schema::Schema;
use crate::attr::SchemaUri;

/// The attributes that the application stores.
pub(super) struct Kept {
    paths: Vec<ResolvedPath>,
    /// Extensions that are kept whole.
    extensions: Vec<SchemaUri>,
}

impl Kept {
    pub(super) fn read(
        names: &[String],
        resource_type: &ResourceType,
    ) -> Result<Self, SchemaErrorKind> {
        let (mut paths, mut extensions) = (Vec::new(), Vec::new());
        for name in names {
            if let Some(extension) = resource_type.whole_extension(name) {
                extensions.push(extension.uri().clone());
                continue;
            }
            let resolved = name.parse().ok().and_then(|path| resource_type.resolve(&path));
            paths.push(resolved.ok_or_else(|| SchemaErrorKind::Unknown(name.clone()))?);
        }
        Ok(Self { paths, extensions })
    }

    /// Reduces the base schema.
    pub(super) fn of_base(&self, schema: &Schema) -> Result<Schema, SchemaErrorKind> {
        Ok(schema.with_attributes(self.attributes(None, schema)?))
    }

    /// Reduces an extension; `None` if nothing of it is kept.
    pub(super) fn of_extension(
        &self,
        extension: &SchemaExtension,
    ) -> Result<Option<SchemaExtension>, SchemaErrorKind> {
        let SchemaExtension { schema, required } = extension;
        if self.extensions.contains(schema.uri()) {
            return Ok(Some(extension.clone()));
        }
        if !self.paths.iter().any(|path| path.extension() == Some(schema)) {
            return if *required {
                Err(SchemaErrorKind::Required(schema.uri().to_string()))
            } else {
                Ok(None)
            };
        }
        let attributes = self.attributes(Some(schema), schema)?;
        Ok(Some(SchemaExtension {
            schema: Arc::new(schema.with_attributes(attributes)),
            required: *required,
        }))
    }

    fn attributes(
        &self,
        container: Option<&Arc<Schema>>,
        schema: &Schema,
    ) -> Result<Vec<Arc<Attribute>>, SchemaErrorKind> {
        let kept = |attribute| self.attribute(container, attribute).transpose();
        schema.attributes().iter().filter_map(kept).collect()
    }

    /// Reduces an attribute; `None` if nothing of it is kept.
    fn attribute(
        &self,
        container: Option<&Arc<Schema>>,
        attribute: &Arc<Attribute>,
    ) -> Result<Option<Arc<Attribute>>, SchemaErrorKind> {
        let is_meant =
            |path: &&ResolvedPath| path.extension() == container && path.attribute() == attribute;
        let mut paths = self.paths.iter().filter(is_meant).peekable();
        let needed = |sub: Option<&Arc<Attribute>>| {
            let path = ResolvedPath::new(container.cloned(), Arc::clone(attribute), sub.cloned());
            Err(SchemaErrorKind::Required(path.to_string()))
        };
        if paths.peek().is_none() {
            return if attribute.is_required() { needed(None) } else { Ok(None) };
        }
        let subs: Option<Vec<&Arc<Attribute>>> = paths.map(ResolvedPath::sub_attribute).collect();
        let Some(named) = subs else {
            return Ok(Some(Arc::clone(attribute)));
        };
        // A `$ref` beside a `value` follows from it, and who is named by an id cannot be named
        // without one.
        let follows = |sub: &Attribute| attribute.is_resource_reference() && sub.name() == "$ref";
        let identifies =
            |sub: &Attribute| attribute.is_resource_reference() && sub.name() == "value";
        let is_kept = |sub: &&Arc<Attribute>| named.contains(sub) || follows(sub);
        let left_out = attribute
            .sub_attributes()
            .iter()
            .find(|sub| !is_kept(sub) && (sub.is_required() || identifies(sub)));
        match left_out {
            Some(sub) => needed(Some(sub)),
            None => {
                Ok(Some(Arc::new(attribute.with_subs(
                    attribute.sub_attributes().iter().filter(is_kept).cloned().collect(),
                ))))
            }
        }
    }
}
