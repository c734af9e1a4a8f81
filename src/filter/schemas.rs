//! Questions about `schemas`, which no store keeps: they become questions about what makes a
//! resource name a schema (RFC 7643, Section 3).

use std::sync::Arc;

use super::bound::BoundFilter;
use crate::budget::EvalBudget;
use crate::schema::{ResolvedPath, ResourceType};
use crate::value::Value;

/// Returns `true` if the path is `schemas`.
pub(super) fn is_schemas(path: &ResolvedPath) -> bool {
    path.extension().is_none() && path.attribute().name() == "schemas"
}

/// That one of the schemas a resource names satisfies `filter`: the base schema, which each of
/// them names, or that of an extension it has a value of.
pub(super) fn names_one(resource_type: &ResourceType, filter: &BoundFilter) -> BoundFilter {
    let satisfies = |uri: &str| {
        let matches = filter.matches_element(&Value::from(uri), &EvalBudget::unlimited());
        matches.unwrap_or_default()
    };
    if satisfies(resource_type.schema().uri().as_str()) {
        return names_any();
    }
    let schemas = resource_type.extensions().iter().map(|extension| &extension.schema);
    let of_extensions = schemas.filter(|schema| satisfies(schema.uri().as_str()));
    let attributes = of_extensions.flat_map(|schema| {
        let path = |attribute| ResolvedPath::new(Some(Arc::clone(schema)), attribute, None);
        schema.attributes().iter().map(Arc::clone).map(path)
    });
    let terms: Vec<BoundFilter> = attributes.map(BoundFilter::Present).collect();
    if terms.is_empty() { BoundFilter::Never } else { BoundFilter::Or(terms) }
}

/// That a resource names a schema, as each does.
pub(super) fn names_any() -> BoundFilter {
    BoundFilter::Not(Box::new(BoundFilter::Never))
}
