//! Lists that follow from a resource type, and are made when they are first asked for.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::attribute::Attribute;
use super::characteristics::Returned;
use super::conform::Conformity;
use super::error::SchemaError;
use super::membership::{Membership, Places};
use super::resolve::ResolvedPath;
use super::resource_type::ResourceType;
use super::schema::Schema;

/// The attributes that are always indexed, if the type has them.
const USUALLY_INDEXED: [&str; 2] = ["externalId", "emails.value"];

/// The lists, as far as they were asked for. They say nothing that the type does not say, so that a
/// copy begins without them.
#[derive(Default)]
pub(super) struct Derived {
    unique: OnceLock<Vec<ResolvedPath>>,
    indexed: OnceLock<Vec<ResolvedPath>>,
    on_request: OnceLock<Vec<ResolvedPath>>,
    sensitive: OnceLock<Vec<ResolvedPath>>,
    membership: OnceLock<Places>,
    conformity: OnceLock<Conformity>,
    problem: OnceLock<Option<SchemaError>>,
}

impl Clone for Derived {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Derived {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Derived").finish_non_exhaustive()
    }
}

impl ResourceType {
    /// Returns what is wrong with the type, if anything is.
    pub(crate) fn problem(&self) -> Option<&SchemaError> {
        self.derived.problem.get_or_init(|| self.find_problem()).as_ref()
    }

    /// Returns the limits of what the application can store of a resource.
    pub(crate) fn conformity(&self) -> &Conformity {
        self.derived.conformity.get_or_init(|| self.resolve_conformity())
    }

    /// Returns the attributes that define memberships, such as `members` and `groups`.
    #[must_use]
    pub fn membership(&self) -> Membership<'_> {
        let places = self.derived.membership.get_or_init(|| Places::of(self.schema()));
        Membership::of(self.schema(), *places)
    }

    /// Returns the attributes and sub-attributes with unique values, which a store has to enforce.
    pub fn unique_paths(&self) -> &[ResolvedPath] {
        let unique = || self.paths().filter(|path| path.leaf().is_unique()).collect();
        self.derived.unique.get_or_init(unique)
    }

    /// The attributes and sub-attributes that resources are looked up by, besides those that are
    /// unique.
    pub fn indexed_paths(&self) -> &[ResolvedPath] {
        self.derived.indexed.get_or_init(|| {
            let usual = USUALLY_INDEXED.iter().filter_map(|path| self.resolve(&path.parse().ok()?));
            let mut paths: Vec<ResolvedPath> = Vec::new();
            for path in usual.chain(self.declared_indexes()) {
                if !path.leaf().is_unique() && !paths.contains(&path) {
                    paths.push(path);
                }
            }
            paths
        })
    }

    /// The attributes and sub-attributes with `returned: request` (RFC 7643, Section 7).
    pub(crate) fn paths_on_request(&self) -> &[ResolvedPath] {
        let is_on_request = |path: &ResolvedPath| path.leaf().returned() == Returned::Request;
        self.derived.on_request.get_or_init(|| self.paths().filter(is_on_request).collect())
    }

    /// The attributes of which something is never returned.
    pub(crate) fn sensitive_paths(&self) -> &[ResolvedPath] {
        let is_sensitive =
            |path: &ResolvedPath| path.sub_attribute().is_none() && path.attribute().is_sensitive();
        self.derived.sensitive.get_or_init(|| self.paths().filter(is_sensitive).collect())
    }

    /// All attributes, and behind each its sub-attributes.
    fn paths(&self) -> impl Iterator<Item = ResolvedPath> {
        let core = self.schema().attributes().iter().map(|attribute| (None, attribute));
        let extended = self.extensions().iter().flat_map(|extension| {
            let attributes = extension.schema.attributes().iter();
            attributes.map(move |attribute| (Some(&extension.schema), attribute))
        });
        core.chain(extended).flat_map(|(extension, attribute)| with_subs(extension, attribute))
    }
}

fn with_subs(
    extension: Option<&Arc<Schema>>,
    attribute: &Arc<Attribute>,
) -> impl Iterator<Item = ResolvedPath> {
    let path = move |sub: Option<&Arc<Attribute>>| {
        ResolvedPath::new(extension.cloned(), Arc::clone(attribute), sub.cloned())
    };
    std::iter::once(None).chain(attribute.sub_attributes().iter().map(Some)).map(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ENTERPRISE_USER;

    #[test]
    fn what_was_asked_for_before_a_change_is_asked_for_again() {
        const NUMBER: &str =
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber";
        let users = ResourceType::user();
        assert_eq!((users.unique_paths().len(), users.indexed_paths().len()), (1, 2));
        let users = users.with_extension(ENTERPRISE_USER);
        assert_eq!((users.unique_paths().len(), users.paths_on_request().len()), (1, 0));
        let users = users.with_unique(NUMBER);
        assert_eq!((users.unique_paths().len(), users.indexed_paths().len()), (2, 2));
        let users = users.with_unique("emails.value");
        assert_eq!((users.unique_paths().len(), users.indexed_paths().len()), (3, 1));
        let users = users.with_index("title");
        assert_eq!(users.indexed_paths().len(), 2);
        let users = users.retain_attributes(["userName", "emails"]);
        assert_eq!((users.unique_paths().len(), users.indexed_paths().len()), (2, 1));
    }
}
