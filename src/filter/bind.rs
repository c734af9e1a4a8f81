//! From names to attributes, from literals to typed operands (RFC 7644, Sections 3.4.2.2 and 3.10).

use std::sync::Arc;

use super::ast::{CompValue, CompareOp, Filter};
use super::bind_error::{BindError, BindErrorKind};
use super::bound::{BoundFilter, Comparison, Operand};
use super::schemas::{is_schemas, names_any, names_one};
use crate::attr::AttrPath;
use crate::quirks::{Deviation, Deviations, Quirks};
use crate::schema::{
    AttributeType, ResolvedPath, ResourceType, ResourceUrls, bytes, case_fold, parse_date_time,
    prepare_username,
};

/// Binds filters to a resource type.
#[derive(Clone, Debug)]
pub struct FilterBinder<'t> {
    pub(super) resource_type: &'t ResourceType,
    unknown: UnknownAttribute,
    pub(super) quirks: Quirks,
    locations: Option<ResourceUrls>,
}

/// The meaning of a filter that names an attribute which the resource type does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownAttribute {
    /// It is refused with `invalidFilter`.
    #[default]
    Reject,
    /// The attribute has no value (RFC 7644, Section 3.4.2.1).
    NoValue,
}

/// The meaning of a name in a filter.
enum Named {
    /// An attribute of the resource type.
    Kept(ResolvedPath),
    /// One that was left out of it.
    LeftOut(ResolvedPath),
    Unknown,
}

/// The attributes that names are resolved against.
#[derive(Clone, Copy)]
pub(super) enum Names<'a> {
    /// In the resource type.
    Resource,
    /// Among the sub-attributes of a multi-valued attribute.
    Element(&'a ResolvedPath),
}

/// A filter while it is bound.
pub(super) struct Binding<'b> {
    pub(super) binder: &'b FilterBinder<'b>,
    pub(super) names: Names<'b>,
    deviations: &'b mut Deviations,
}

impl<'t> FilterBinder<'t> {
    /// Binds to `resource_type`, strictly.
    #[must_use]
    pub fn new(resource_type: &'t ResourceType) -> Self {
        Self {
            resource_type,
            unknown: UnknownAttribute::Reject,
            quirks: Quirks::STRICT,
            locations: None,
        }
    }

    /// Chooses what an unknown attribute means.
    #[must_use]
    pub fn with_unknown(self, unknown: UnknownAttribute) -> Self {
        Self { unknown, ..self }
    }

    /// Reads names and operands with these tolerances.
    #[must_use]
    pub fn with_quirks(self, quirks: Quirks) -> Self {
        Self { quirks, ..self }
    }

    /// Says where resources are, for comparisons with `meta.location` and `$ref`.
    #[must_use]
    pub fn with_urls(self, locations: ResourceUrls) -> Self {
        Self { locations: Some(locations), ..self }
    }

    /// Binds a filter.
    ///
    /// # Errors
    ///
    /// - an attribute does not exist, or is never returned;
    /// - an operator or operand does not go with the attribute's type;
    /// - the resource type is [inconsistent](ResourceType::validate).
    pub fn bind(&self, filter: &Filter) -> Result<BoundFilter, BindError> {
        self.bind_with(filter, &mut Deviations::default())
    }

    /// Binds a filter, and takes note of what was tolerated.
    ///
    /// # Errors
    ///
    /// - as [`FilterBinder::bind`].
    pub fn bind_with(
        &self,
        filter: &Filter,
        deviations: &mut Deviations,
    ) -> Result<BoundFilter, BindError> {
        self.bind_names(Names::Resource, filter, deviations)
    }

    /// Binds a filter on the elements of a multi-valued attribute.
    ///
    /// # Errors
    ///
    /// - the attribute has one value only;
    /// - the filter does not fit its sub-attributes.
    pub fn bind_element(
        &self,
        path: &ResolvedPath,
        filter: &Filter,
        deviations: &mut Deviations,
    ) -> Result<BoundFilter, BindError> {
        if !path.attribute().is_multi_valued() || path.sub_attribute().is_some() {
            return Err(BindError::new(path, BindErrorKind::NotMultiValued));
        }
        refuse_hidden(path)?;
        self.bind_names(Names::Element(path), filter, deviations)
    }

    fn bind_names(
        &self,
        names: Names<'_>,
        filter: &Filter,
        deviations: &mut Deviations,
    ) -> Result<BoundFilter, BindError> {
        if let Some(problem) = self.resource_type.problem() {
            return Err(problem.clone().into());
        }
        deviations
            .unless_refused(|deviations| Binding { binder: self, names, deviations }.node(filter))
    }
}

impl Binding<'_> {
    fn node(&mut self, filter: &Filter) -> Result<BoundFilter, BindError> {
        match filter {
            Filter::And(terms) => Ok(BoundFilter::And(self.nodes(terms)?)),
            Filter::Or(terms) => Ok(BoundFilter::Or(self.nodes(terms)?)),
            Filter::Not(filter) => Ok(BoundFilter::Not(Box::new(self.node(filter)?))),
            Filter::Present(path) => match self.resolve(path)? {
                Named::Kept(path) if is_schemas(&path) => Ok(names_any()),
                Named::Kept(path) => Ok(BoundFilter::Present(presence(path))),
                Named::LeftOut(_) | Named::Unknown => Ok(BoundFilter::Never),
            },
            Filter::Compare { path, op, value } => match self.resolve(path)? {
                Named::Kept(path) => {
                    let asks = matches!(self.names, Names::Resource) && is_schemas(&path);
                    let filter = self.comparison(path, *op, value)?;
                    Ok(if asks { self.of_schemas(filter) } else { filter })
                }
                Named::LeftOut(resolved) => {
                    let comparison = self.comparison(resolved, *op, value)?;
                    Ok(self.of_no_value(comparison))
                }
                // An attribute without a value is equal to nothing, and to null.
                Named::Unknown if matches!((op, value), (CompareOp::Ne, CompValue::Null)) => {
                    Ok(BoundFilter::Never)
                }
                Named::Unknown
                    if matches!(
                        (op, value),
                        (CompareOp::Ne, _) | (CompareOp::Eq, CompValue::Null)
                    ) =>
                {
                    Ok(BoundFilter::Not(Box::new(BoundFilter::Never)))
                }
                Named::Unknown => Ok(BoundFilter::Never),
            },
            Filter::ValuePath { path, filter } => match self.resolve(path)? {
                Named::Kept(path) => {
                    let filter = self.binder.bind_element(&path, filter, self.deviations)?;
                    if is_schemas(&path) {
                        return Ok(names_one(self.binder.resource_type, &filter));
                    }
                    Ok(BoundFilter::Element { path, filter: Box::new(filter) })
                }
                // What it asks for has to make sense all the same.
                Named::LeftOut(path) => self
                    .binder
                    .bind_element(&path, filter, self.deviations)
                    .map(|_| BoundFilter::Never),
                Named::Unknown => Ok(BoundFilter::Never),
            },
        }
    }

    /// Turns a comparison of `schemas` into one of extensions, which may be that nothing compares.
    fn of_schemas(&self, comparison: BoundFilter) -> BoundFilter {
        match comparison {
            BoundFilter::Not(term) => BoundFilter::Not(Box::new(self.of_schemas(*term))),
            BoundFilter::Present(_) => names_any(),
            comparison => names_one(self.binder.resource_type, &comparison),
        }
    }

    fn nodes(&mut self, filters: &[Filter]) -> Result<Vec<BoundFilter>, BindError> {
        let mut bound = Vec::with_capacity(filters.len());
        for filter in filters {
            bound.push(self.node(filter)?);
        }
        Ok(bound)
    }

    fn resolve(&mut self, path: &AttrPath) -> Result<Named, BindError> {
        let resolved = match self.names {
            Names::Resource => {
                let found = self.binder.resource_type.resolve(path);
                found.or_else(|| self.in_an_extension(path))
            }
            Names::Element(parent) => resolve_element(parent, path),
        };
        if let Some(resolved) = resolved {
            refuse_hidden(&resolved)?;
            return Ok(Named::Kept(resolved));
        }
        match self.left_out(path) {
            Some(left_out) if self.binder.quirks.left_out_attributes => {
                refuse_hidden(&left_out)?;
                self.deviations.push(Deviation::LeftOut(left_out.to_string()));
                Ok(Named::LeftOut(left_out))
            }
            _ if self.binder.unknown == UnknownAttribute::NoValue => Ok(Named::Unknown),
            _ => Err(BindError::new(path, BindErrorKind::Unknown)),
        }
    }

    fn in_an_extension(&mut self, path: &AttrPath) -> Option<ResolvedPath> {
        if !self.binder.quirks.unqualified_extension_attributes {
            return None;
        }
        let found = self.binder.resource_type.resolve_in_extensions(path)?;
        self.deviations.push(Deviation::UnqualifiedExtensionAttribute(path.to_string()));
        Some(found)
    }

    fn comparison(
        &mut self,
        path: ResolvedPath,
        op: CompareOp,
        value: &CompValue,
    ) -> Result<BoundFilter, BindError> {
        let error = |path: &ResolvedPath, kind| Err(BindError::new(path, kind));
        if value == &CompValue::Null {
            return match op {
                CompareOp::Eq => {
                    Ok(BoundFilter::Not(Box::new(BoundFilter::Present(presence(path)))))
                }
                CompareOp::Ne => Ok(BoundFilter::Present(presence(path))),
                _ => error(&path, BindErrorKind::Null(op)),
            };
        }
        let path = match self.comparable(path) {
            Ok(path) => path,
            Err(path) => return error(&path, BindErrorKind::Complex),
        };
        let kind = path.leaf().attribute_type();
        if !goes_with(op, kind) {
            return error(&path, BindErrorKind::Operator(op, kind));
        }
        let Some(operand) = self.operand(&path, op, value) else {
            return error(&path, BindErrorKind::Operand(kind));
        };
        if op == CompareOp::Ne {
            let equal = BoundFilter::Compare(Comparison { path, op: CompareOp::Eq, operand });
            return Ok(BoundFilter::Not(Box::new(equal)));
        }
        Ok(BoundFilter::Compare(Comparison { path, op, operand }))
    }

    /// The attribute itself, or the `value` of a complex one; the path again where it has none.
    fn comparable(&mut self, path: ResolvedPath) -> Result<ResolvedPath, ResolvedPath> {
        if path.leaf().attribute_type() != AttributeType::Complex {
            return Ok(path);
        }
        let Some(value) = path.attribute().sub_attribute("value") else {
            return Err(path);
        };
        self.deviations.push(Deviation::ComparedByValue(path.to_string()));
        Ok(ResolvedPath::new(
            path.extension().cloned(),
            Arc::clone(path.attribute()),
            Some(Arc::clone(value)),
        ))
    }

    fn operand(
        &mut self,
        path: &ResolvedPath,
        op: CompareOp,
        value: &CompValue,
    ) -> Option<Operand> {
        let attribute = path.leaf();
        match (attribute.attribute_type(), value) {
            (AttributeType::Boolean, CompValue::Boolean(value)) => Some(Operand::Boolean(*value)),
            (AttributeType::Boolean, CompValue::String(text))
                if self.binder.quirks.boolean_strings =>
            {
                let value = [("true", true), ("false", false)]
                    .into_iter()
                    .find(|(name, _)| text.eq_ignore_ascii_case(name));
                let (_, value) = value?;
                self.deviations.push(Deviation::BooleanString(path.to_string()));
                Some(Operand::Boolean(value))
            }
            (AttributeType::Integer | AttributeType::Decimal, CompValue::Number(number)) => {
                Some(Operand::Number(number.clone()))
            }
            (AttributeType::DateTime, CompValue::String(text)) => {
                parse_date_time(text).map(Operand::Instant)
            }
            (AttributeType::Binary, CompValue::String(text)) => bytes(text).map(Operand::Binary),
            (AttributeType::Reference, CompValue::String(url)) if is_location(path) => {
                Some(Operand::Location {
                    url: url.clone(),
                    locations: self.binder.locations.clone().unwrap_or_default(),
                })
            }
            (AttributeType::String | AttributeType::Reference, CompValue::String(text))
                if attribute.is_case_exact() =>
            {
                Some(Operand::Exact(text.clone()))
            }
            (_, CompValue::String(text))
                if attribute.is_identifier() && matches!(op, CompareOp::Eq | CompareOp::Ne) =>
            {
                Some(Operand::Identifier {
                    text: text.clone(),
                    prepared: prepare_username(text).into(),
                })
            }
            (AttributeType::String | AttributeType::Reference, CompValue::String(text)) => {
                Some(Operand::Folded { text: text.clone(), folded: case_fold(text).into() })
            }
            _ => None,
        }
    }
}

/// The names inside brackets are those of sub-attributes; `value` of a simple attribute is the
/// element itself.
pub(super) fn resolve_element(parent: &ResolvedPath, path: &AttrPath) -> Option<ResolvedPath> {
    let attribute = parent.attribute();
    if path.schema.is_some() || path.sub.is_some() {
        return None;
    }
    let sub = match attribute.sub_attribute(path.name.as_str()) {
        Some(sub) => Some(Arc::clone(sub)),
        None if attribute.attribute_type() != AttributeType::Complex && path.name.is("value") => {
            None
        }
        None => return None,
    };
    Some(ResolvedPath::new(parent.extension().cloned(), Arc::clone(attribute), sub))
}

fn refuse_hidden(path: &ResolvedPath) -> Result<(), BindError> {
    if !path.attribute().is_readable() || !path.leaf().is_readable() {
        return Err(BindError::new(path, BindErrorKind::Hidden));
    }
    Ok(())
}

/// Returns the attribute that must have a value for `path` to have one: for a `$ref`, the one it
/// follows from.
fn presence(path: ResolvedPath) -> ResolvedPath {
    let derived = path.attribute().is_resource_reference() && path.leaf().name() == "$ref";
    match path.attribute().sub_attribute("value") {
        Some(value) if derived => ResolvedPath::new(
            path.extension().cloned(),
            Arc::clone(path.attribute()),
            Some(Arc::clone(value)),
        ),
        _ if is_location(&path) => ResolvedPath::new(None, Arc::clone(path.attribute()), None),
        _ => path,
    }
}

/// Returns `true` if the attribute is the URL of a resource, which is made when it is asked for.
fn is_location(path: &ResolvedPath) -> bool {
    let of_meta = path.extension().is_none()
        && path.attribute().name() == "meta"
        && path.leaf().name() == "location";
    of_meta || (path.attribute().is_resource_reference() && path.leaf().name() == "$ref")
}

/// RFC 7644, Table 3 and Section 3.4.2.2.
fn goes_with(op: CompareOp, kind: AttributeType) -> bool {
    match op {
        CompareOp::Eq | CompareOp::Ne => kind != AttributeType::Complex,
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => {
            matches!(kind, AttributeType::String | AttributeType::Reference)
        }
        CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le => {
            !matches!(kind, AttributeType::Boolean | AttributeType::Binary | AttributeType::Complex)
        }
    }
}
