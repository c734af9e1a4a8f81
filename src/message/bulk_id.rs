//! Names for resources that a bulk request creates (RFC 7644, Section 3.7.2).

use std::fmt;

use serde::Serializer;

/// The prefix of a reference. No resource id begins with it (RFC 7643, Section 3.1).
const PREFIX: &str = "bulkId:";

/// The client's name for a resource that an operation of a bulk request creates. Others refer to it
/// by `bulkId:` and the name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BulkId(String);

impl BulkId {
    /// Creates an id from its name; `None` if the name is empty.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Option<Self> {
        Some(Self(name.into())).filter(|id| !id.0.is_empty())
    }

    /// Returns the name in a reference, such as `qwerty` in `bulkId:qwerty`; `None` for other text.
    ///
    /// ```
    /// use scimwire::message::BulkId;
    ///
    /// assert_eq!(BulkId::referred_to("bulkId:qwerty"), Some("qwerty"));
    /// assert_eq!(BulkId::referred_to("2819c223"), None);
    /// ```
    #[must_use]
    pub fn referred_to(text: &str) -> Option<&str> {
        text.strip_prefix(PREFIX)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Writes the name, which is there.
    pub(super) fn as_name<S: Serializer>(id: &Option<Self>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(id.as_ref().map_or("", Self::as_str))
    }
}

/// As others refer to it.
impl fmt::Display for BulkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0)
    }
}
