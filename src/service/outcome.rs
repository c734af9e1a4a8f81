//! The outcome of a call, before it becomes an HTTP response or part of one.

use std::error::Error as StdError;
use std::sync::Arc;

use http::StatusCode;

use super::representation::Representation;
use crate::auth::AuthError;
use crate::error::Error;
use crate::message::{JsonError, MessageError};
use crate::patch::PatchError;
use crate::query::{ProjectionError, SortError};
use crate::resource::{ValueError, Version};
use crate::store::StoreError;

/// A success at one resource.
pub(crate) struct Outcome {
    pub(crate) status: StatusCode,
    /// The resource that the body represents, or would if the client did not have it already.
    pub(crate) body: Option<Representation>,
    /// The version, if there is no body.
    pub(super) version: Option<Version>,
    /// The URL of the resource of the client itself.
    pub(crate) me: Option<String>,
    /// `true` if the resource is a new one.
    pub(super) is_new: bool,
}

/// Why a call failed.
pub(crate) enum Failure {
    Refused(Error),
    Auth(AuthError),
    Store(StoreError),
    /// The path does not have this method; with those that it has.
    MethodNotAllowed(&'static str),
}

/// A failure of the database, for the log.
pub(crate) type Source = Arc<dyn StdError + Send + Sync>;

impl Outcome {
    /// A resource that was created, or one that was there already and that a POST was linked to.
    pub(super) fn created(body: Representation, is_new: bool) -> Self {
        Self { status: StatusCode::CREATED, is_new, ..Self::ok(body) }
    }

    /// A resource.
    pub(super) fn ok(body: Representation) -> Self {
        let (status, body) = (StatusCode::OK, Some(body));
        Self { status, body, version: None, me: None, is_new: false }
    }

    /// Returns `true` if the client has the resource already.
    pub(crate) fn is_not_modified(&self) -> bool {
        self.status == StatusCode::NOT_MODIFIED
    }

    /// The URL of the resource: that of `meta.location`, whichever part of the resource is shown
    /// (RFC 7643, Section 3.1).
    pub(crate) fn location(&self) -> Option<String> {
        let of_body = self.body.as_ref().filter(|_| !self.is_not_modified());
        of_body.and_then(Representation::location).or_else(|| self.me.clone())
    }

    /// The version of the resource.
    pub(crate) fn version(&self) -> Option<Version> {
        let of_body = || self.body.as_ref().and_then(|body| body.resource.version());
        self.version.clone().or_else(of_body)
    }

    /// The id of the resource in the body.
    pub(crate) fn id(&self) -> Option<&str> {
        Some(self.body.as_ref()?.resource.id())
    }

    /// Nothing to show.
    pub(super) fn no_content(version: Option<Version>) -> Self {
        let status = StatusCode::NO_CONTENT;
        Self { status, body: None, version, me: None, is_new: false }
    }

    /// A resource that the client has already; RFC 9110, Section 15.4.5: the headers of the answer
    /// with a body.
    pub(super) fn not_modified(body: Representation) -> Self {
        Self { status: StatusCode::NOT_MODIFIED, ..Self::ok(body) }
    }
}

impl Failure {
    /// The error that the client gets, and what goes to the log.
    pub(crate) fn into_error(self) -> (Error, Option<Source>) {
        match self {
            Self::Refused(err) => (err, None),
            Self::Auth(AuthError::Unavailable(source)) => {
                (AuthError::unavailable("in the report").into(), Some(source.into()))
            }
            Self::Auth(err) => (err.into(), None),
            Self::Store(StoreError::Other(source)) => {
                (StoreError::other("in the report").into(), Some(source.into()))
            }
            Self::Store(err) => (err.into(), None),
            Self::MethodNotAllowed(allowed) => {
                let detail = format!("method not allowed: this endpoint supports {allowed}");
                (Error::new(StatusCode::METHOD_NOT_ALLOWED, detail), None)
            }
        }
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

/// For the application, which calls as a client does.
impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(err) => err,
            failure => Self::Rejected(failure.into_error().0),
        }
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

refused!(Error, JsonError, MessageError, PatchError, ProjectionError, SortError, ValueError);
