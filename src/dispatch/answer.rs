//! What comes of a request, before it is an `http::Response`.

use http::StatusCode;

use crate::auth::AuthError;
use crate::error::Error;
use crate::message::{JsonError, MessageError};
use crate::patch::PatchError;
use crate::query::{ProjectionError, SortError};
use crate::resource::{ValueError, Version};
use crate::store::StoreError;

/// A success.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) location: Option<String>,
    /// Where the resource is that the body has, or would have if the client did not have it
    /// already.
    pub(super) content_location: Option<String>,
    pub(super) version: Option<Version>,
    pub(super) body: Option<Vec<u8>>,
    /// The methods that are allowed, where that was asked.
    pub(super) allow: Option<&'static str>,
    /// The id of the resource in the body.
    pub(super) id: Option<String>,
    /// Whether the resource is a new one.
    pub(super) is_new: bool,
}

/// A failure, with what the response needs besides its body.
pub(super) enum Failure {
    Refused(Error),
    Auth(AuthError),
    Store(StoreError),
    /// With the methods that are allowed.
    MethodNotAllowed(&'static str),
}

impl Answer {
    pub(super) fn status(status: StatusCode) -> Self {
        Self {
            status,
            location: None,
            content_location: None,
            version: None,
            body: None,
            id: None,
            is_new: false,
            allow: None,
        }
    }
}

impl From<Error> for Failure {
    fn from(err: Error) -> Self {
        Self::Refused(err)
    }
}

impl From<AuthError> for Failure {
    fn from(err: AuthError) -> Self {
        Self::Auth(err)
    }
}

impl From<StoreError> for Failure {
    fn from(err: StoreError) -> Self {
        Self::Store(err)
    }
}

macro_rules! refused {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(err: $error) -> Self {
                Self::Refused(err.into())
            }
        })*
    };
}

refused!(JsonError, MessageError, PatchError, ProjectionError, SortError, ValueError);
