//! What a method means at an endpoint (RFC 7644, Section 3.2).

use std::sync::Arc;

use http::Method;

use super::report::Report;
use crate::service::{Limits, Route};

impl Route<'_> {
    /// Tells what is asked, of which resource.
    pub(super) fn tell(&self, method: &Method, report: &mut Report) {
        report.operation = self.operation(method);
        match self {
            Self::Resource(endpoint, id) | Self::Me(endpoint, id) => {
                report.resource_type = Some(Arc::clone(&endpoint.resource_type));
                report.id = Some(id.clone());
            }
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

    /// Whether a request there changes nothing.
    pub(super) fn only_reads(&self, method: &Method) -> bool {
        matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
            || matches!(self, Self::Search(_))
    }

    /// How long a body may be, in bytes.
    pub(super) fn body_limit(&self, limits: &Limits) -> usize {
        if matches!(self, Self::Bulk) { limits.bulk_payload() } else { limits.body_bytes }
    }
}
