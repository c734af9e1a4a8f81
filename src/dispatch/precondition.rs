//! `If-Match` and `If-None-Match` (RFC 7644, Section 3.14; RFC 9110, Section 13.1).

use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};

use crate::resource::Version;
use crate::store::{EntityTags, Precondition};

/// What the headers of a request say about the version.
pub(super) fn precondition(headers: &HeaderMap) -> Precondition {
    Precondition { if_match: entity_tags(headers, &IF_MATCH), if_none_match: entity_tags(headers, &IF_NONE_MATCH) }
}

fn entity_tags(headers: &HeaderMap, name: &HeaderName) -> Option<EntityTags> {
    let mut versions = Vec::new();
    for value in headers.get_all(name) {
        let value = value.to_str().unwrap_or_default().trim();
        if value == "*" {
            return Some(EntityTags::Any);
        }
        versions.extend(tags(value));
    }
    headers.contains_key(name).then_some(EntityTags::OneOf(versions))
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
                tags.push(Version::from(tag.trim()));
                list = list.get(tag.len()..).unwrap_or_default();
                continue;
            }
        };
        let rest = list.get(opening..).unwrap_or_default();
        let length = rest.find('"').map_or(list.len(), |quote| opening + quote + 1);
        let (tag, after) = list.split_at(length);
        tags.push(Version::from(tag));
        list = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn if_match(values: &[&str]) -> Option<EntityTags> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_MATCH, value.parse().expect("a header value"));
        }
        precondition(&headers).if_match
    }

    #[test]
    fn reads_lists_of_tags() {
        // P-3.14-06, P-3.14-09
        let two = Some(EntityTags::OneOf(vec![Version::from("\"a,b\""), Version::from("W/\"c\"")]));
        assert_eq!(if_match(&["W/\"a,b\", \"c\""]), two);
        assert_eq!(if_match(&["\"a,b\"", "\"c\""]), two);
        assert_eq!(if_match(&["*"]), Some(EntityTags::Any));
        assert_eq!(if_match(&[]), None);
        assert_eq!(if_match(&["3"]), Some(EntityTags::OneOf(vec![Version::from("\"3\"")])));
        assert_eq!(if_match(&["\"open"]), Some(EntityTags::OneOf(vec![Version::from("\"open")])));
    }
}
