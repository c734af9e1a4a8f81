//! Resolves a path in a resource type (RFC 7644, Section 3.5.2).

use std::sync::Arc;

use super::bind::Binding;
use super::error::PatchErrorKind;
use super::path::{Path, padded, without_values};
use super::plan::{ElementFilter, StepTarget};
use crate::attr::{AttrName, AttrPath, starts_with_urn};
use crate::filter::{BoundFilter, CompareOp, Filter, Operand};
use crate::quirks::{Deviation, Deviations, FilterAsPath};
use crate::schema::{Attribute, AttributeType, Mutability, ResolvedPath, Schema};
use crate::value::{Object, Value};

/// The meaning of a path.
pub(super) enum Bound {
    Attribute(StepTarget),
    Extension(Arc<Schema>),
    /// The resource itself: the URN of its schema.
    Resource,
    /// An attribute that the resource type left out: it never has a value.
    LeftOut {
        name: String,
        read_only: bool,
    },
}

impl Binding<'_> {
    /// A condition where a path belongs: `schemas eq "urn:example"` means the values that satisfy
    /// it.
    pub(super) fn condition(&mut self, path: &str) -> Result<Option<Bound>, PatchErrorKind> {
        let quirks = &self.binder.options.quirks;
        if padded(path).is_some() && !quirks.padded_paths {
            return Ok(None);
        }
        let mark = self.deviations.mark();
        let Ok(Filter::Compare { path, op, value }) =
            Filter::parse_with(path, &self.binder.options, self.deviations)
        else {
            self.deviations.back_to(mark);
            return Ok(None);
        };
        let name: Option<AttrPath> = match &path.sub {
            Some(sub) => sub.as_str().parse().ok(),
            None => "value".parse().ok(),
        };
        let (FilterAsPath::Select, Some(name)) = (quirks.filter_as_path, name) else {
            return Ok(None);
        };
        let filter = Filter::Compare { path: name, op, value };
        let path =
            Path { attribute: AttrPath { sub: None, ..path }, filter: Some(filter), sub: None };
        self.bind(&path).map(Some)
    }

    pub(super) fn bind_path(&mut self, text: &str) -> Result<Bound, PatchErrorKind> {
        if let Some(target) = self.plain(text) {
            return Ok(Bound::Attribute(target));
        }
        if let Some(err) = padded(text) {
            if !self.binder.options.quirks.padded_paths {
                return Err(err);
            }
            self.deviations.push(Deviation::PaddedPath(without_values(text.trim())));
        }
        let resource_type = &self.binder.resource_type;
        if self.binder.options.quirks.joined_urns
            && let Some(path) = resource_type.with_colon(text.trim_start_matches(' '))
        {
            self.deviations.push(Deviation::JoinedUrn(without_values(&path)));
            return self.bind_path_as_it_is(&path);
        }
        self.bind_path_as_it_is(text)
    }

    /// The target of a path that most clients write: the name of an attribute as in the schema, and
    /// perhaps one of its parts. Nothing has to be noted of it.
    fn plain(&self, text: &str) -> Option<StepTarget> {
        if text.len() > self.binder.options.limits.max_bytes {
            return None;
        }
        let (name, rest) = text.split_at(AttrName::length_in(text));
        let sub = match rest.strip_prefix('.') {
            Some(sub) => Some(sub),
            None if rest.is_empty() => None,
            None => return None,
        };
        let attribute = self.binder.resource_type.top_level(name)?;
        if attribute.name() != name {
            return None;
        }
        let sub = match sub {
            Some(sub) => Some(Arc::clone(attribute.sub_attribute(sub)?)),
            None => None,
        };
        Some(StepTarget { extension: None, attribute: Arc::clone(attribute), filter: None, sub })
    }

    fn bind_path_as_it_is(&mut self, text: &str) -> Result<Bound, PatchErrorKind> {
        let resource_type = &self.binder.resource_type;
        if starts_with_urn(text.trim_start_matches(' ')) {
            if let Some(schema) = resource_type.whole_extension(text) {
                return Ok(Bound::Extension(Arc::clone(schema)));
            }
            if resource_type.schema().uri().is(text.trim_matches(' ')) {
                return Ok(Bound::Resource);
            }
            if self.binder.options.quirks.left_out_attributes
                && resource_type.left_out_extension(text)
            {
                return Ok(Bound::LeftOut {
                    name: text.trim_matches(' ').to_owned(),
                    read_only: false,
                });
            }
        }
        let path = Path::parse_with(text, &self.binder.options, self.deviations)?;
        self.bind(&path)
    }

    fn bind(&mut self, path: &Path) -> Result<Bound, PatchErrorKind> {
        match self.resolve(path) {
            Err(PatchErrorKind::UnknownPath(unknown)) => match self.left_out(path)? {
                Some(left_out) => Ok(left_out),
                None => Err(PatchErrorKind::UnknownPath(unknown)),
            },
            resolved => resolved.map(Bound::Attribute),
        }
    }

    /// Resolves the path among the attributes that the resource type left out; its filter has to be
    /// valid there.
    fn left_out(&self, path: &Path) -> Result<Option<Bound>, PatchErrorKind> {
        let (quirks, resource_type) = (&self.binder.options.quirks, &self.binder.resource_type);
        let named = AttrPath {
            sub: path.sub.clone().or_else(|| path.attribute.sub.clone()),
            ..path.attribute.clone()
        };
        let found = resource_type.left_out(&named, quirks.unqualified_extension_attributes);
        let Some(found) = found.filter(|_| quirks.left_out_attributes) else {
            return Ok(None);
        };
        if let Some(filter) = &path.filter {
            // It chooses nothing, and so nothing is made of what it says.
            let unheard = &mut Deviations::default();
            self.binder.filter_binder().bind_element(&found.without_sub(), filter, unheard)?;
        }
        let read_only = |attribute: &Attribute| attribute.mutability() == Mutability::ReadOnly;
        let read_only = read_only(found.attribute()) || read_only(found.leaf());
        Ok(Some(Bound::LeftOut { name: found.to_string(), read_only }))
    }

    fn resolve(&mut self, path: &Path) -> Result<StepTarget, PatchErrorKind> {
        let binder = self.binder;
        let resource_type = &binder.resource_type;
        let resolved = match resource_type.resolve(&path.attribute) {
            Some(resolved) => resolved,
            None if binder.options.quirks.unqualified_extension_attributes => {
                let found = resource_type.resolve_in_extensions(&path.attribute);
                let resolved =
                    found.ok_or_else(|| PatchErrorKind::UnknownPath(path.to_string()))?;
                let name = without_values(&path.to_string());
                self.deviations.push(Deviation::UnqualifiedExtensionPath(name));
                resolved
            }
            None => return Err(PatchErrorKind::UnknownPath(path.to_string())),
        };
        self.note_name(&path.attribute, &resolved);
        let attribute = Arc::clone(resolved.attribute());
        let sub = match (&path.sub, resolved.sub_attribute()) {
            (Some(name), _) => {
                let sub = attribute.sub_attribute(name.as_str());
                Some(Arc::clone(sub.ok_or_else(|| PatchErrorKind::UnknownPath(path.to_string()))?))
            }
            (None, sub) => sub.cloned(),
        };
        let filter = match &path.filter {
            Some(_) if !attribute.is_multi_valued() => {
                return Err(PatchErrorKind::NotMultiValued(resolved.to_string()));
            }
            Some(filter) => {
                let filters = binder.filter_binder();
                let bound = filters.bind_element(&resolved, filter, self.deviations)?;
                let left_out = filters.names_left_out(&resolved, filter);
                let describes = describe(&bound);
                Some(Box::new(ElementFilter { bound, describes, keeps: Vec::new(), left_out }))
            }
            None => None,
        };
        Ok(StepTarget { extension: resolved.extension().cloned(), attribute, filter, sub })
    }

    /// Takes note of an attribute that is not spelled as in the schema.
    fn note_name(&mut self, came: &AttrPath, resolved: &ResolvedPath) {
        let read = resolved.attribute().name();
        if came.name.as_str() != read {
            let (came, read) = (came.name.to_string(), read.to_owned());
            self.deviations.push(Deviation::Name { received: came, interpreted_as: read });
        }
    }
}

/// The sub-attributes of which a filter says what they are, whatever else it asks for.
pub(super) fn described(filter: &BoundFilter) -> Vec<Arc<Attribute>> {
    match filter {
        BoundFilter::And(terms) => terms.iter().flat_map(described).collect(),
        BoundFilter::Compare(comparison) if comparison.op == CompareOp::Eq => {
            comparison.path.sub_attribute().cloned().into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The element that a filter describes: a conjunction of `eq` says what its sub-attributes are.
pub(super) fn describe(filter: &BoundFilter) -> Option<Object> {
    let mut element = Object::new();
    describe_into(filter, &mut element)?;
    Some(element)
}

fn describe_into(filter: &BoundFilter, element: &mut Object) -> Option<()> {
    match filter {
        BoundFilter::And(terms) => terms.iter().try_for_each(|term| describe_into(term, element)),
        BoundFilter::Compare(comparison) if comparison.op == CompareOp::Eq => {
            let sub: &ResolvedPath = &comparison.path;
            let sub =
                sub.sub_attribute().filter(|sub| sub.attribute_type() != AttributeType::Complex)?;
            let value = match &comparison.operand {
                Operand::Boolean(value) => Value::Bool(*value),
                Operand::Exact(text)
                | Operand::Folded { text, .. }
                | Operand::Identifier { text, .. } => {
                    sub.canonical_value(text).unwrap_or(text).into()
                }
                Operand::Number(number) => {
                    let value = Value::from(number.clone());
                    let fits = sub.attribute_type() != AttributeType::Integer
                        || value.is_i64()
                        || value.is_u64();
                    fits.then_some(value)?
                }
                _ => return None,
            };
            // Two values of one sub-attribute describe nothing.
            match element.insert(sub.name().to_owned(), value) {
                None => Some(()),
                Some(_) => None,
            }
        }
        _ => None,
    }
}
