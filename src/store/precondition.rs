//! Preconditions: ETags and `If-Match` (RFC 7644, Section 3.14; RFC 9110, Section 13).

use crate::resource::Version;

use super::error::StoreError;

/// The entity tags of `If-Match` or `If-None-Match`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntityTags {
    /// `*`: whatever the version is.
    Any,
    /// One of these versions.
    List(Vec<Version>),
}

/// A condition on the stored version (ETag), as in `If-Match`. The default is always met.
#[doc(alias = "etag")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Precondition {
    /// The version has to be one of these.
    pub if_match: Option<EntityTags>,
    /// The version must not be one of these.
    pub if_none_match: Option<EntityTags>,
}

impl EntityTags {
    /// Returns `true` if the tags name the version; `W/` does not count.
    #[must_use]
    pub fn matches(&self, version: &Version) -> bool {
        match self {
            Self::Any => true,
            Self::List(versions) => versions.contains(version),
        }
    }
}

impl Precondition {
    /// The stored version has to be this one.
    #[must_use]
    pub fn if_match(version: Version) -> Self {
        Self { if_match: Some(EntityTags::List(vec![version])), if_none_match: None }
    }

    /// Sets the tags of `If-Match`: the version has to be one of them.
    #[must_use]
    pub fn with_if_match(self, tags: EntityTags) -> Self {
        Self { if_match: Some(tags), ..self }
    }

    /// Sets the tags of `If-None-Match`: the version must not be one of them.
    #[must_use]
    pub fn with_if_none_match(self, tags: EntityTags) -> Self {
        Self { if_none_match: Some(tags), ..self }
    }

    /// Checks the version of the stored resource; a store calls this inside its transaction.
    ///
    /// # Errors
    ///
    /// - [`StoreError::VersionMismatch`]: the version is not as expected.
    pub fn check(&self, version: Option<&Version>) -> Result<(), StoreError> {
        let named = |tags: &EntityTags| {
            version.map_or(tags == &EntityTags::Any, |version| tags.matches(version))
        };
        let unmatched = self.if_match.as_ref().is_some_and(|tags| !named(tags));
        let matched = self.if_none_match.as_ref().is_some_and(named);
        if unmatched || matched { Err(StoreError::VersionMismatch) } else { Ok(()) }
    }
}
