//! The answer to a query (RFC 7644, Section 3.4.2; RFC 9865, Section 2).

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::{MessageError, named};
use crate::value::{Out, Room, quote};

/// The schema of a list.
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Room for the text of a page without its resources; a cursor may need more.
const HEAD: usize = 256;

/// A page of results (RFC 7644, Section 3.4.2).
///
/// ```
/// use scimwire::message::ListResponse;
///
/// let list: ListResponse<serde_json::Value> = serde_json::from_str(
///     r#"{
///         "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
///         "totalResults": 1, "startIndex": 1, "itemsPerPage": 1,
///         "Resources": [{ "userName": "bjensen" }]
///     }"#,
/// )?;
/// assert_eq!(list.resources[0]["userName"], "bjensen");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Body<T>")]
#[non_exhaustive]
pub struct ListResponse<T> {
    /// The number of matches on all pages; `None` if a store cannot tell while paging by cursor.
    pub total_results: Option<usize>,
    /// The index of the first resource of this page, from 1; `None` when paging by cursor.
    pub start_index: Option<usize>,
    /// The cursor of the next page; `None` on the last page, and when paging by index.
    pub next_cursor: Option<String>,
    /// The resources of this page.
    pub resources: Vec<T>,
}

/// The members of a list. `Resources` may be missing if there are none (RFC 7644, Section 3.4.2).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<T> {
    schemas: Vec<String>,
    total_results: Option<usize>,
    start_index: Option<usize>,
    next_cursor: Option<String>,
    #[serde(rename = "Resources")]
    resources: Option<Vec<T>>,
}

impl<T> TryFrom<Body<T>> for ListResponse<T> {
    type Error = MessageError;

    fn try_from(body: Body<T>) -> Result<Self, MessageError> {
        named(&body.schemas, LIST_RESPONSE)?;
        Ok(Self {
            total_results: body.total_results,
            start_index: body.start_index,
            next_cursor: body.next_cursor,
            resources: body.resources.unwrap_or_default(),
        })
    }
}

impl<T: Serialize> Serialize for ListResponse<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let optional =
            [self.total_results.is_some(), self.start_index.is_some(), self.next_cursor.is_some()];
        let members = 3 + optional.into_iter().filter(|present| *present).count();
        let mut body = serializer.serialize_struct("ListResponse", members)?;
        body.serialize_field("schemas", &[LIST_RESPONSE])?;
        if let Some(total_results) = &self.total_results {
            body.serialize_field("totalResults", total_results)?;
        }
        if let Some(start_index) = self.start_index {
            body.serialize_field("startIndex", &start_index)?;
        }
        body.serialize_field("itemsPerPage", &self.resources.len())?;
        if let Some(next_cursor) = &self.next_cursor {
            body.serialize_field("nextCursor", next_cursor)?;
        }
        // Some clients demand the array even when it is empty.
        body.serialize_field("Resources", &self.resources)?;
        body.end()
    }
}

impl<T> ListResponse<T> {
    /// Creates a list of everything, on one page.
    #[must_use]
    pub fn new(resources: Vec<T>) -> Self {
        Self {
            total_results: Some(resources.len()),
            start_index: Some(1),
            next_cursor: None,
            resources,
        }
    }
}

impl ListResponse<()> {
    /// The end of a message, after its resources.
    pub(crate) const END: &[u8] = b"]}";

    /// The text of the message up to its resources, which are parted by commas. It is written
    /// without a serializer: many pages have few resources, or one.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(HEAD);
        // There is room without end.
        let _ = self.write_head(&mut Room::new(&mut text, usize::MAX));
        text
    }

    fn write_head(&self, out: &mut impl Out) -> fmt::Result {
        out.text(r#"{"schemas":[""#)?;
        out.text(LIST_RESPONSE)?;
        out.text(r#""]"#)?;
        let numbers = [
            (r#","totalResults":"#, self.total_results),
            (r#","startIndex":"#, self.start_index),
            (r#","itemsPerPage":"#, Some(self.resources.len())),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                out.text(name)?;
                out.text(&number.to_string())?;
            }
        }
        if let Some(next_cursor) = &self.next_cursor {
            out.text(r#","nextCursor":"#)?;
            quote(out, next_cursor)?;
        }
        out.text(r#","Resources":["#)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_and_an_end_are_the_message() {
        for number in 0..8 {
            let has = |bit: usize| number & bit != 0;
            let page = |resources| ListResponse {
                total_results: has(1).then_some(7),
                start_index: has(2).then_some(3),
                next_cursor: has(4).then(|| "a\"b".to_owned()),
                resources,
            };
            let head = String::from_utf8(page(Vec::new()).head()).expect("text");
            let end = String::from_utf8_lossy(ListResponse::END);
            let whole = serde_json::to_string(&page(Vec::new())).expect("JSON");
            assert_eq!(head + &end, whole);
        }
    }
}
