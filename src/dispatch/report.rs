//! What was noticed while a request was answered.

use std::error::Error as StdError;
use std::sync::Arc;

use http::{Method, StatusCode};

use crate::context::Tenant;
use crate::quirks::Deviation;
use crate::schema::ResourceType;
use crate::service::{Endpoint, Route};
use crate::store::Pushdown;

/// What a host may want to know about a request besides its answer; among the extensions of the
/// response.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Whose request it was; none before that was known.
    pub tenant: Option<Tenant>,
    /// What was asked: `create`, `read`, `list`, `search`, `replace`, `patch`, `delete`, `bulk`,
    /// `discover` or `options`; none before that was known.
    pub operation: Option<&'static str>,
    /// Of which resource type, where it is one.
    pub resource_type: Option<Arc<ResourceType>>,
    /// The id of the resource, where there is one.
    pub id: Option<String>,
    /// How much of a search the store did: the least, where it was over several resource types.
    /// [`Pushdown::Nothing`] means that the store handed over every resource for it. None where
    /// nothing was searched.
    pub pushdown: Option<Pushdown>,
    /// Where it departed from the RFC, and was read all the same: a hundred times at most, and then
    /// how much more there was ([`Deviation::More`]).
    pub deviations: Vec<Deviation>,
    /// What came of each operation of a bulk request that was processed, in the order of the
    /// request.
    pub operations: Vec<StatusCode>,
    /// What failed in the host's database or token service, for its log; the client does not see
    /// it.
    pub source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Report {
    fn name(&mut self, endpoint: &Endpoint, id: &str) {
        self.resource_type = Some(Arc::clone(&endpoint.resource_type));
        self.id = Some(id.to_owned());
    }
}

impl Route<'_, '_> {
    /// Tells what is asked, of which resource.
    pub(super) fn tell(&self, method: &Method, report: &mut Report) {
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

    fn operation(&self, method: &Method) -> Option<&'static str> {
        let reads = matches!(*method, Method::GET | Method::HEAD);
        match (self, method) {
            (Self::NotImplemented(_), _) => None,
            (_, &Method::OPTIONS) => Some("options"),
            (Self::Collection(_), &Method::POST) => Some("create"),
            (Self::Collection(_) | Self::Root(_), _) => reads.then_some("list"),
            (Self::Resource(..) | Self::Me(..), &Method::PUT) => Some("replace"),
            (Self::Resource(..) | Self::Me(..), &Method::PATCH) => Some("patch"),
            (Self::Resource(..) | Self::Me(..), &Method::DELETE) => Some("delete"),
            (Self::Resource(..) | Self::Me(..), _) => reads.then_some("read"),
            (Self::Search(_), _) => (method == Method::POST).then_some("search"),
            (Self::Bulk, _) => (method == Method::POST).then_some("bulk"),
            (Self::Discovery(_), _) => reads.then_some("discover"),
        }
    }
}
