//! The answer to a query (RFC 7644, Section 3.4.2; RFC 9865, Section 2).

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::{MessageError, named};

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
        self.serialize_with(&self.resources, serializer)
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

    fn serialize_with<S: Serializer>(
        &self,
        resources: &[impl Serialize],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
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
        body.serialize_field("Resources", resources)?;
        body.end()
    }
}

impl ListResponse<()> {
    /// The end of a message, after its resources.
    pub(crate) const END: &[u8] = b"]}";

    /// The text of the message up to its resources, which are parted by commas.
    pub(crate) fn head(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut text = Vec::with_capacity(HEAD);
        serde_json::to_writer(&mut text, &Empty(self))?;
        text.truncate(text.len().saturating_sub(Self::END.len()));
        Ok(text)
    }
}

/// A page without its resources, which says how many they are all the same.
struct Empty<'a>(&'a ListResponse<()>);

impl Serialize for Empty<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_with(&[(); 0], serializer)
    }
}
