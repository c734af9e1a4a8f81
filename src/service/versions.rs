//! Versions of resources (RFC 7644, Section 3.14; RFC 9110, Section 13.1).

use http::StatusCode;

use super::Call;
use super::outcome::Failure;
use crate::error::Error;
use crate::resource::{Resource, Version};
use crate::store::{EntityTags, Precondition, StoreError};

impl Call<'_> {
    /// Requires `If-Match` for changes, if the feature is on (RFC 6585, Section 3).
    pub(super) fn check_if_match(&self) -> Result<(), Failure> {
        if self.features.if_match_required && self.precondition.if_match.is_none() {
            let detail = "missing precondition: send the current version in `If-Match`";
            return Err(Error::new(StatusCode::PRECONDITION_REQUIRED, detail).into());
        }
        Ok(())
    }

    /// Returns `true` if the client has this version already (`If-None-Match`).
    pub(super) fn is_known(&self, resource: &Resource) -> Result<bool, StoreError> {
        if self.precondition == Precondition::default() {
            return Ok(false);
        }
        let version = resource.version();
        let Precondition { if_match, if_none_match } = self.precondition.clone();
        Precondition { if_match, if_none_match: None }.check(version.as_ref())?;
        Ok(if_none_match.is_some_and(|tags| version.is_some_and(|version| tags.matches(&version))))
    }
}

/// The entity tags in the values of a field such as `If-Match`; none without a value.
pub(crate) fn entity_tags<'v>(values: impl IntoIterator<Item = &'v str>) -> Option<EntityTags> {
    let mut versions = None;
    for value in values {
        let value = value.trim();
        if value == "*" {
            return Some(EntityTags::Any);
        }
        versions.get_or_insert_with(Vec::new).extend(tags(value));
    }
    versions.map(EntityTags::List)
}

/// The tags of a list. A comma between quotes does not separate.
fn tags(mut list: &str) -> Vec<Version> {
    let mut tags = Vec::new();
    loop {
        list = list.trim_start_matches([' ', '\t', ',']);
        let opening = match list.strip_prefix("W/").unwrap_or(list).strip_prefix('"') {
            Some(rest) => list.len() - rest.len(),
            // Some clients leave the quotes out.
            None => {
                let tag = list.split(',').next().unwrap_or_default();
                if tag.is_empty() {
                    return tags;
                }
                tags.push(Version::unchecked(tag.trim()));
                list = list.get(tag.len()..).unwrap_or_default();
                continue;
            }
        };
        let rest = list.get(opening..).unwrap_or_default();
        let length = rest.find('"').map_or(list.len(), |quote| opening + quote + 1);
        let (tag, after) = list.split_at(length);
        tags.push(Version::unchecked(tag));
        list = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lists_of_tags() {
        // P-3.14-06, P-3.14-09
        let if_match = |values: &[&str]| entity_tags(values.iter().copied());
        let two = Some(EntityTags::List(vec![
            Version::unchecked("\"a,b\""),
            Version::unchecked("W/\"c\""),
        ]));
        assert_eq!(if_match(&["W/\"a,b\", \"c\""]), two);
        assert_eq!(if_match(&["\"a,b\"", "\"c\""]), two);
        assert_eq!(if_match(&["*"]), Some(EntityTags::Any));
        assert_eq!(if_match(&[]), None);
        assert_eq!(if_match(&["3"]), Some(EntityTags::List(vec![Version::unchecked("\"3\"")])));
        assert_eq!(
            if_match(&["\"open"]),
            Some(EntityTags::List(vec![Version::unchecked("\"open")]))
        );
    }
}
