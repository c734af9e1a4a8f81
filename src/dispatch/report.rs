//! Facts about a request besides its response.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use http::{Method, StatusCode};

use crate::context::Tenant;
use crate::quirks::Deviation;
use crate::schema::ResourceType;
use crate::service::{Endpoint, Route};
use crate::store::Pushdown;

/// Facts about a request that the response does not show, for logs, audits and metrics; an
/// extension of the response.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RequestReport {
    /// The tenant of the caller; `None` before it was known.
    pub tenant: Option<Tenant>,
    /// The operation; `None` before it was known.
    pub operation: Option<ReportedOperation>,
    /// Of which resource type, where it is one.
    pub resource_type: Option<Arc<ResourceType>>,
    /// The id of the resource, where there is one.
    pub id: Option<String>,
    /// The share of a search that the store did: the least, if it covered several resource types.
    /// With [`Pushdown::None`] the store returned every resource. `None` if nothing was
    /// searched.
    pub pushdown: Option<Pushdown>,
    /// The deviations from the RFC that were tolerated: a hundred at most, then the number of the
    /// others ([`Deviation::More`]).
    pub deviations: Vec<Deviation>,
    /// The status of each processed operation of a bulk request, in the order of the request.
    pub operations: Vec<StatusCode>,
    /// The error of your database or token service, for your log; the client does not see it.
    pub error: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The operation that a request asked for (RFC 7644, Section 3.2). Its `Display` is the name in
/// lower case, such as `create`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportedOperation {
    /// POST of a resource.
    Create,
    /// GET of a resource.
    Read,
    /// GET of a list.
    List,
    /// POST to `.search`.
    Search,
    /// PUT.
    Replace,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
    /// POST to `/Bulk`.
    Bulk,
    /// GET of `ServiceProviderConfig`, `ResourceTypes` or `Schemas`.
    Discover,
    /// OPTIONS.
    Options,
}

impl ReportedOperation {
    /// Returns the name, in lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::List => "list",
            Self::Search => "search",
            Self::Replace => "replace",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::Bulk => "bulk",
            Self::Discover => "discover",
            Self::Options => "options",
        }
    }
}

impl fmt::Display for ReportedOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl RequestReport {
    fn name(&mut self, endpoint: &Endpoint, id: &str) {
        self.resource_type = Some(Arc::clone(&endpoint.resource_type));
        self.id = Some(id.to_owned());
    }
}

impl Route<'_, '_> {
    /// Records the operation and the resource in the report.
    pub(super) fn fill(&self, method: &Method, report: &mut RequestReport) {
        report.operation = self.operation(method);
        match self {
            Self::Resource(endpoint, id) => report.name(endpoint, id),
            Self::Me(endpoint, id) => report.name(endpoint, id),
            Self::Collection(endpoint) => {
                report.resource_type = Some(Arc::clone(&endpoint.resource_type))
            }
            Self::Search(endpoints) | Self::Root(endpoints) => {
                if let [endpoint] = endpoints.as_slice() {
                    report.resource_type = Some(Arc::clone(&endpoint.resource_type));
                }
            }
            Self::Bulk | Self::Discovery(_) | Self::NotImplemented(_) => {}
        }
    }

    fn operation(&self, method: &Method) -> Option<ReportedOperation> {
        use ReportedOperation as Operation;
        let reads = matches!(*method, Method::GET | Method::HEAD);
        match (self, method) {
            (Self::NotImplemented(_), _) => None,
            (_, &Method::OPTIONS) => Some(Operation::Options),
            (Self::Collection(_), &Method::POST) => Some(Operation::Create),
            (Self::Collection(_) | Self::Root(_), _) => reads.then_some(Operation::List),
            (Self::Resource(..) | Self::Me(..), &Method::PUT) => Some(Operation::Replace),
            (Self::Resource(..) | Self::Me(..), &Method::PATCH) => Some(Operation::Patch),
            (Self::Resource(..) | Self::Me(..), &Method::DELETE) => Some(Operation::Delete),
            (Self::Resource(..) | Self::Me(..), _) => reads.then_some(Operation::Read),
            (Self::Search(_), _) => (method == Method::POST).then_some(Operation::Search),
            (Self::Bulk, _) => (method == Method::POST).then_some(Operation::Bulk),
            (Self::Discovery(_), _) => reads.then_some(Operation::Discover),
        }
    }
}
