//! Rewrites of what the parameters of a query say (RFC 7644, Section 3.4.2).

use std::sync::Arc;

use crate::quirks::{Deviation, Deviations};
use crate::schema::ResourceType;

/// `{"attributes": [""]}`
pub(crate) fn without_blank_names(
    parameter: &'static str,
    names: &mut Vec<String>,
    deviations: &mut Deviations,
) {
    let before = names.len();
    names.retain(|name| !name.trim().is_empty());
    if names.len() < before {
        deviations.push(Deviation::BlankParameter(parameter));
    }
}

/// `attributes=emails[type eq "work"].value`
pub(crate) fn without_filters(names: &mut Vec<String>, deviations: &mut Deviations) {
    if !names.iter().any(|name| name.contains('[')) {
        return;
    }
    // A comma inside a filter has cut the name in pieces.
    let list = names.join(",");
    if let Some(whole) = between_commas(&list) {
        let read = |name: &str| {
            let plain = without_filter(name);
            deviations.extend(plain.clone().map(Deviation::FilteredAttribute));
            plain.unwrap_or_else(|| name.to_owned())
        };
        *names = whole.into_iter().map(read).collect();
    }
}

fn without_filter(name: &str) -> Option<String> {
    let (attribute, rest) = name.split_once('[')?;
    let (_, part) = rest.rsplit_once(']')?;
    Some(format!("{}{}", attribute.trim_end(), part.trim()))
}

/// The names of a list, where commas inside brackets do not count; none where a bracket is not
/// closed.
fn between_commas(list: &str) -> Option<Vec<&str>> {
    let (mut in_brackets, mut in_quotes, mut escaped) = (false, false, false);
    let separates = |character: char| {
        match character {
            '[' if !in_brackets => in_brackets = true,
            ']' if !in_quotes => in_brackets = false,
            '"' if in_brackets && !escaped => in_quotes = !in_quotes,
            _ => {}
        }
        escaped = in_quotes && character == '\\' && !escaped;
        character == ',' && !in_brackets
    };
    let names = list.split(separates).collect();
    if in_brackets { None } else { Some(names) }
}

/// `sortBy=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department`
pub(crate) fn colon_in_name(
    name: &mut String,
    types: &[&Arc<ResourceType>],
    deviations: &mut Deviations,
) {
    let joined = types.iter().find_map(|resource_type| resource_type.with_colon(name.trim()));
    if let Some(joined) = joined {
        name.clone_from(&joined);
        deviations.push(Deviation::JoinedUrn(joined));
    }
}

/// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department eq "Sales"`; what stands
/// in quotes stays.
pub(crate) fn colons_in_filter(
    filter: &mut String,
    types: &[&Arc<ResourceType>],
    deviations: &mut Deviations,
) {
    if !filter.contains(':') {
        return;
    }
    let mut read = String::with_capacity(filter.len());
    let mut rest = filter.as_str();
    while let Some(word) = next_word(rest) {
        let joined = types.iter().find_map(|resource_type| resource_type.with_colon(word));
        deviations.extend(joined.clone().map(Deviation::JoinedUrn));
        read.push_str(joined.as_deref().unwrap_or(word));
        rest = rest.get(word.len()..).unwrap_or_default();
    }
    *filter = read;
}

/// A text in quotes, one separator, or all up to the next of these.
fn next_word(text: &str) -> Option<&str> {
    let separates = |character: char| matches!(character, ' ' | '(' | ')' | '[' | ']' | '"');
    let end = match text.chars().next()? {
        '"' => end_of_text(text),
        first if separates(first) => 1,
        _ => text.find(separates).unwrap_or(text.len()),
    };
    text.get(..end)
}

/// Returns the end of the text that begins with a quote.
fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    let closes = |(_, character): &(usize, char)| {
        let closes = *character == '"' && !escaped;
        escaped = *character == '\\' && !escaped;
        closes
    };
    text.char_indices().skip(1).find(closes).map_or(text.len(), |(end, _)| end + 1)
}
