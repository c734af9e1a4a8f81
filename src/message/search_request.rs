//! Query parameters, from the URL or from a body (RFC 7644, Sections 3.4.2 and 3.4.3).

use percent_encoding::percent_decode_str;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{MessageError, expect_schema, reads_as, take, whole_number};
use crate::error::ScimType;
use crate::quirks::{Deviation, Deviations, Quirks};
use crate::value::{Object, Value};

/// The schema of a search message.
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// The parameters of a query, as the client wrote them (RFC 7644, Section 3.4.3; RFC 9865, Section
/// 3).
///
/// ```
/// use scimwire::message::SearchRequest;
///
/// let mut search = SearchRequest::default();
/// search.filter = Some("active eq true".to_owned());
/// let body = serde_json::to_value(&search)?;
/// assert_eq!(body["schemas"][0], scimwire::message::SEARCH_REQUEST);
/// assert_eq!(serde_json::from_value::<SearchRequest>(body)?, search);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SearchRequest {
    /// Attributes to return, and no others but those that always are.
    pub attributes: Vec<String>,
    /// Attributes not to return.
    pub excluded_attributes: Vec<String>,
    /// The filter.
    pub filter: Option<String>,
    /// The attribute to sort by.
    pub sort_by: Option<String>,
    /// `ascending` or `descending`.
    pub sort_order: Option<String>,
    /// The index of the first result, from 1.
    pub start_index: Option<i64>,
    /// The most results in the answer.
    pub count: Option<i64>,
    /// The cursor; empty to start paging by cursor.
    pub cursor: Option<String>,
}

impl SearchRequest {
    /// The names of the parameters.
    pub(crate) const PARAMETERS: [&'static str; 8] = [
        "attributes",
        "excludedAttributes",
        "filter",
        "sortBy",
        "sortOrder",
        "startIndex",
        "count",
        "cursor",
    ];

    /// Parameters that say nothing when they are blank. A blank `cursor` begins to page (RFC 9865,
    /// Section 2), and blank lists of attributes have no names in them.
    const BLANK: [&'static str; 5] = ["filter", "sortBy", "sortOrder", "startIndex", "count"];

    /// Reads the parameters from the query of a URL; names in any case, unknown ones are ignored,
    /// `+` is a space.
    ///
    /// # Errors
    ///
    /// - `startIndex` or `count` is no whole number.
    pub fn from_query(query: &str) -> Result<Self, MessageError> {
        Self::from_query_with(query, &Quirks::STRICT, &mut Deviations::default())
    }

    /// Reads the parameters from the query of a URL, and takes note of what was tolerated.
    ///
    /// # Errors
    ///
    /// - as [`SearchRequest::from_query`].
    pub fn from_query_with(
        query: &str,
        quirks: &Quirks,
        deviations: &mut Deviations,
    ) -> Result<Self, MessageError> {
        if query.split('&').any(str::is_empty) && !query.is_empty() {
            deviations.push(Deviation::EmptyParameter);
        }
        if query.contains('+') {
            deviations.push(Deviation::PlusAsSpace);
        }
        let (mut request, mut count) = (Self::default(), None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let Some(known) = known(&Self::PARAMETERS, &name) else {
                deviations.push(Deviation::UnknownParameter(name.into_owned()));
                continue;
            };
            if name != known {
                let came = name.into_owned();
                deviations.push(Deviation::ParameterName { received: came, interpreted_as: known });
            }
            if quirks.blank_as_absent && value.trim().is_empty() && Self::BLANK.contains(&known) {
                deviations.push(Deviation::BlankParameter(known));
                continue;
            }
            match known {
                "attributes" => request.attributes.extend(names(&value)),
                "excludedAttributes" => request.excluded_attributes.extend(names(&value)),
                "filter" => request.filter = Some(value.into_owned()),
                "sortBy" => request.sort_by = Some(value.into_owned()),
                "sortOrder" => request.sort_order = Some(value.into_owned()),
                "startIndex" => request.start_index = Some(whole("startIndex", &value)?),
                "count" => count = Some(whole("count", &value)),
                _ => request.cursor = Some(value.into_owned()),
            }
        }
        request.count = count.transpose().map_err(|err| request.about_count(err))?;
        request.refuse_broken_text(query)?;
        Ok(request)
    }

    /// Leaves out of a message the members that say nothing since they are blank.
    pub(crate) fn without_blank(body: &mut Object, deviations: &mut Deviations) {
        body.retain(|name, value| {
            let is_blank = value.as_str().is_some_and(|text| text.trim().is_empty());
            let blank = if is_blank { known(&Self::BLANK, name) } else { None };
            deviations.extend(blank.map(Deviation::BlankParameter));
            blank.is_none()
        });
    }

    /// RFC 9865, Section 2.1 has a word of its own for a wrong `count`.
    fn about_count(&self, err: MessageError) -> MessageError {
        match self.cursor {
            Some(_) => MessageError { scim_type: ScimType::InvalidCount, ..err },
            None => err,
        }
    }

    /// Refuses a query that is no Unicode; reading it as if it were could choose other resources.
    fn refuse_broken_text(&self, query: &str) -> Result<(), MessageError> {
        if is_of_ascii(query) || percent_decode_str(query).decode_utf8().is_ok() {
            return Ok(());
        }
        let in_filter =
            self.filter.as_ref().is_some_and(|filter| filter.contains(char::REPLACEMENT_CHARACTER));
        let scim_type = if in_filter { ScimType::InvalidFilter } else { ScimType::InvalidValue };
        Err(MessageError { scim_type, detail: "the query is not valid UTF-8".to_owned() })
    }

    /// Reads the message from a body.
    ///
    /// # Errors
    ///
    /// - `schemas` does not name the message;
    /// - a member is of the wrong type.
    pub fn from_object(mut body: Object) -> Result<Self, MessageError> {
        expect_schema(&mut body, SEARCH_REQUEST)?;
        let count = integer(&mut body, "count");
        let request = Self {
            attributes: strings(&mut body, "attributes")?,
            excluded_attributes: strings(&mut body, "excludedAttributes")?,
            filter: string(&mut body, "filter")?,
            sort_by: string(&mut body, "sortBy")?,
            sort_order: string(&mut body, "sortOrder")?,
            start_index: integer(&mut body, "startIndex")?,
            count: None,
            // RFC 9865, Section 2: null and "" both begin to page by cursor.
            cursor: match take(&mut body, "cursor") {
                None => None,
                Some(Value::Null) => Some(String::new()),
                Some(Value::String(cursor)) => Some(cursor.into()),
                Some(_) => return Err(MessageError::value("`cursor` must be a string")),
            },
        };
        let count = count.map_err(|err| request.about_count(err))?;
        Ok(Self { count, ..request })
    }
}

/// Returns `true` if no character beyond ASCII is in a query, encoded or not.
fn is_of_ascii(query: &str) -> bool {
    let begins_beyond = |digit: &u8| matches!(digit, b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F');
    let bytes = query.as_bytes();
    let mut codes = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    query.is_ascii() && !codes.any(|(percent, digit)| *percent == b'%' && begins_beyond(digit))
}

/// The members that are there, under the RFC's names.
impl Serialize for SearchRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        body.serialize_entry("schemas", &[SEARCH_REQUEST])?;
        let names =
            [("attributes", &self.attributes), ("excludedAttributes", &self.excluded_attributes)];
        for (name, names) in names.into_iter().filter(|(_, names)| !names.is_empty()) {
            body.serialize_entry(name, names)?;
        }
        let texts = [
            ("filter", &self.filter),
            ("sortBy", &self.sort_by),
            ("sortOrder", &self.sort_order),
            ("cursor", &self.cursor),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                body.serialize_entry(name, text)?;
            }
        }
        for (name, number) in [("startIndex", self.start_index), ("count", self.count)] {
            if let Some(number) = number {
                body.serialize_entry(name, &number)?;
            }
        }
        body.end()
    }
}

reads_as!(SearchRequest, Object, |body| Self::from_object(body));

/// The parameter that a name in any case means.
fn known(among: &[&'static str], name: &str) -> Option<&'static str> {
    among.iter().copied().find(|known| known.eq_ignore_ascii_case(name))
}

/// RFC 7644, Section 3.9: "a comma-separated list"; white space around names does not count.
pub(crate) fn names(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn whole(name: &str, text: &str) -> Result<i64, MessageError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let valid = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match (valid, text.parse()) {
        (true, Ok(number)) => Ok(number),
        // A number too large for any list is as good as the largest one.
        (true, Err(_)) if text.starts_with('-') => Ok(i64::MIN),
        (true, Err(_)) => Ok(i64::MAX),
        (false, _) => Err(MessageError::value(format!("`{name}` must be an integer"))),
    }
}

fn string(body: &mut Object, name: &str) -> Result<Option<String>, MessageError> {
    match take(body, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.into())),
        Some(_) => Err(MessageError::value(format!("`{name}` must be a string"))),
    }
}

fn strings(body: &mut Object, name: &str) -> Result<Vec<String>, MessageError> {
    let wrong = || MessageError::value(format!("`{name}` must be an array of strings"));
    match take(body, name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => values
            .into_iter()
            .map(|value| match value {
                Value::String(text) => Ok(text.trim().to_owned()),
                _ => Err(wrong()),
            })
            .collect(),
        Some(_) => Err(wrong()),
    }
}

fn integer(body: &mut Object, name: &str) -> Result<Option<i64>, MessageError> {
    match take(body, name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match whole_number(&value) {
            Some(number) => Ok(Some(number)),
            None => Err(MessageError::value(format!("`{name}` must be an integer"))),
        },
    }
}
