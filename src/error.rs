//! Error responses (RFC 7644, Section 3.12).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use http::StatusCode;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

/// The schema of every error body.
pub const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

macro_rules! scim_types {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:ident;)*) => {
        /// The kind of an error, as defined by the RFC (RFC 7644, Table 9; RFC 9865, Section 2.1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ScimType { $($(#[$doc])* $variant,)* }

        impl ScimType {
            /// The word in the `scimType` member.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The HTTP status of the type.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }
        }

        impl FromStr for ScimType {
            type Err = ScimTypeError;

            /// Reads the word of an RFC, as it is written there.
            fn from_str(word: &str) -> Result<Self, ScimTypeError> {
                match word { $($text => Ok(Self::$variant),)* _ => Err(ScimTypeError(())) }
            }
        }

        impl TryFrom<String> for ScimType {
            type Error = ScimTypeError;

            fn try_from(word: String) -> Result<Self, ScimTypeError> {
                word.parse()
            }
        }
    };
}

scim_types! {
    /// The filter is malformed, or its attribute and operator do not go together (RFC 7644, Section
    /// 3.12).
    InvalidFilter = "invalidFilter", BAD_REQUEST;
    /// The query has more results than the service provider is willing to process (RFC 7644,
    /// Section 3.12).
    TooMany = "tooMany", BAD_REQUEST;
    /// A value is already in use (RFC 7644, Section 3.12).
    Uniqueness = "uniqueness", CONFLICT;
    /// The change is not allowed by the attribute's mutability (RFC 7644, Section 3.12).
    Mutability = "mutability", BAD_REQUEST;
    /// The body is malformed (RFC 7644, Section 3.12).
    InvalidSyntax = "invalidSyntax", BAD_REQUEST;
    /// The `path` of an operation is malformed, or names no attribute (RFC 7644, Section 3.12).
    InvalidPath = "invalidPath", BAD_REQUEST;
    /// The `path` yields nothing that could be operated on (RFC 7644, Section 3.12).
    NoTarget = "noTarget", BAD_REQUEST;
    /// A value is missing, or does not fit the attribute (RFC 7644, Section 3.12).
    InvalidValue = "invalidValue", BAD_REQUEST;
    /// The protocol version is not supported (RFC 7644, Section 3.12).
    InvalidVers = "invalidVers", BAD_REQUEST;
    /// Personal data in a request URI (RFC 7644, Section 3.12).
    Sensitive = "sensitive", FORBIDDEN;
    /// The cursor is invalid, or belongs to another query (RFC 9865, Section 2.1).
    InvalidCursor = "invalidCursor", BAD_REQUEST;
    /// The cursor is too old (RFC 9865, Section 2.1).
    ExpiredCursor = "expiredCursor", BAD_REQUEST;
    /// `count` is not that of the first page (RFC 9865, Section 2.1).
    InvalidCount = "invalidCount", BAD_REQUEST;
}

impl fmt::Display for ScimType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is not the `scimType` of any RFC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown `scimType`")]
pub struct ScimTypeError(());

/// A failure as the client sees it: an HTTP status, a `scimType` where the RFC has one, and a
/// sentence.
///
/// Its serialised form is the body of the answer. A body of another service provider may have a
/// `scimType` that no RFC defines, which is left out when it is read.
///
/// ```
/// use scimwire::{Error, ScimType};
///
/// let error = Error::scim(ScimType::InvalidValue, "attribute `userName` is required");
/// assert_eq!(error.status().as_u16(), 400);
/// let body = serde_json::to_value(&error)?;
/// assert_eq!(body["status"], "400");
/// assert_eq!(serde_json::from_value::<Error>(body)?, error);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, thiserror::Error)]
#[serde(try_from = "Body")]
#[error("{status}: {detail}")]
pub struct Error {
    status: StatusCode,
    scim_type: Option<ScimType>,
    detail: Cow<'static, str>,
}

impl Error {
    /// A failure that Table 9 of RFC 7644 knows; the status follows from the type.
    #[must_use]
    pub fn scim(scim_type: ScimType, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: scim_type.status(),
            scim_type: Some(scim_type),
            detail: one_line(detail.into()),
        }
    }

    /// A failure that has only a status.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, scim_type: None, detail: one_line(detail.into()) }
    }

    /// The failure of a resource type that nothing can be done with; no client can correct it.
    pub(crate) fn invalid_resource_type() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the resource type is invalid")
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The kind of failure, where the RFC has a word for it.
    #[must_use]
    pub fn scim_type(&self) -> Option<ScimType> {
        self.scim_type
    }

    /// Returns the message for the client, which says what to change.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

/// Escapes line breaks and control characters: a detail may repeat client input, and may end up in
/// a log.
fn one_line(detail: Cow<'static, str>) -> Cow<'static, str> {
    let steers =
        |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    if !detail.contains(steers) {
        return detail;
    }
    let mut line = String::with_capacity(detail.len());
    for character in detail.chars() {
        if steers(character) {
            line.extend(character.escape_default())
        } else {
            line.push(character)
        }
    }
    line.into()
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = 3 + usize::from(self.scim_type.is_some());
        let mut body = serializer.serialize_struct("Error", members)?;
        body.serialize_field("schemas", &[ERROR_SCHEMA])?;
        body.serialize_field("status", self.status.as_str())?;
        match self.scim_type {
            Some(scim_type) => body.serialize_field("scimType", scim_type.as_str())?,
            None => body.skip_field("scimType")?,
        }
        body.serialize_field("detail", &self.detail)?;
        body.end()
    }
}

/// The members of a body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    schemas: Vec<String>,
    status: String,
    scim_type: Option<String>,
    detail: Option<String>,
}

impl TryFrom<Body> for Error {
    type Error = &'static str;

    fn try_from(body: Body) -> Result<Self, &'static str> {
        if !body.schemas.iter().any(|uri| uri.eq_ignore_ascii_case(ERROR_SCHEMA)) {
            return Err("`schemas` does not contain the error schema");
        }
        Ok(Self {
            status: body.status.parse().map_err(|_| "`status` is not a valid HTTP status code")?,
            scim_type: body.scim_type.and_then(|word| word.parse().ok()),
            detail: one_line(body.detail.unwrap_or_default().into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_repeats_the_status_as_a_string() {
        // P-3.12-01, P-3.12-02, P-3.12-03
        let body = serde_json::to_value(Error::scim(ScimType::Uniqueness, "`bjensen` is taken"))
            .expect("a struct of strings");
        let expected = serde_json::json!({
            "schemas": [ERROR_SCHEMA], "status": "409", "scimType": "uniqueness", "detail": "`bjensen` is taken"
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn body_without_a_type_has_no_such_member() {
        let body = serde_json::to_value(Error::new(StatusCode::NOT_FOUND, "no such resource"))
            .expect("a struct of strings");
        assert_eq!(body.get("scimType"), None);
    }

    #[test]
    fn bodies_of_others_are_read() {
        let read = |body| serde_json::from_value::<Error>(body).map_err(|err| err.to_string());
        let schemas = [ERROR_SCHEMA];
        for (body, expected) in [
            (
                serde_json::json!({ "schemas": schemas, "status": "404" }),
                Ok(Error::new(StatusCode::NOT_FOUND, "")),
            ),
            (
                serde_json::json!({ "schemas": schemas, "status": "400", "scimType": "novel" }),
                Ok(Error::new(StatusCode::BAD_REQUEST, "")),
            ),
            (
                serde_json::json!({ "schemas": schemas, "status": "400", "detail": "two\nlines" }),
                Ok(Error::new(StatusCode::BAD_REQUEST, "two\\nlines")),
            ),
            (
                serde_json::json!({ "schemas": schemas, "status": "99" }),
                Err("`status` is not a valid HTTP status code"),
            ),
            (
                serde_json::json!({ "schemas": ["urn:example"], "status": "400" }),
                Err("`schemas` does not contain the error schema"),
            ),
        ] {
            assert_eq!(read(body.clone()), expected.map_err(str::to_owned), "{body}");
        }
    }
}
