//! From an `http::Request` to an `http::Response`, whatever carries them (RFC 7644, Section 3).

mod body;
mod builder;
mod headers;
mod report;
mod response;
#[cfg(feature = "tower")]
mod tower;
mod tracing;

use std::fmt;
use std::future;
use std::sync::Arc;

use http::header::{CONTENT_LENGTH, CONTENT_LOCATION};
use http::request::Parts;
use http::{Extensions, Method, Request, Response, StatusCode};
use serde_json::Value;

use crate::auth::{AuthError, Authenticate};
use crate::error::Error;
use crate::message::SearchRequest;
use crate::quirks::Deviations;
use crate::schema::SchemaRegistry;
use crate::service::bulk::{bulk, check_payload};
use crate::service::rewrite;
use crate::service::{
    Call, Discovery, Endpoint, Failure, Outcome, Route, Service, check_no_filter, create, delete,
    discover, get, list, not_implemented, patch, replace, search,
};

pub use crate::clock::{Clock, SystemClock};
pub use crate::features::{Features, PatchResponse};
pub use crate::service::Limits;
pub use builder::{BaseUrlError, BuildError, DispatcherBuilder};
#[doc(no_inline)]
pub use bytes::Bytes;
pub use report::{ReportedOperation, RequestReport};

use self::tracing::Observation;
use body::Body;
use headers::{check_accept, precondition, prefers_minimal};
use response::{of_document, of_failure, of_options, of_outcome, of_text, set};

/// A SCIM service provider: hand it requests, and send what it answers.
///
/// ```
/// use scimwire::schema::ResourceType;
/// use scimwire::{Dispatcher, MemoryStore};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let users = ResourceType::user();
/// let scim = Dispatcher::builder("https://example.com/scim/v2")
///     .store(MemoryStore::new(users))
///     .unauthenticated()
///     .build()?;
/// let request = http::Request::get("/scim/v2/Users").body("")?;
/// let response = scim.dispatch(request).await;
/// assert_eq!(response.status(), 200);
/// # Ok(())
/// # }
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(std::pin::pin!(example()).poll(&mut context).is_ready());
/// # use std::future::Future;
/// ```
#[derive(Clone)]
pub struct Dispatcher {
    provider: Arc<Provider>,
}

/// All that a dispatcher is made of.
struct Provider {
    service: Service,
    authenticator: Arc<dyn Authenticate>,
}

/// A request whose path and sender are known.
struct Exchange<'r, 'c> {
    provider: &'r Provider,
    head: &'r Parts,
    body: Body<'r>,
    call: &'r mut Call<'c>,
    report: &'r mut RequestReport,
}

impl Dispatcher {
    /// Begins a service provider that clients reach under `base_url`.
    pub fn builder(base_url: impl Into<String>) -> DispatcherBuilder {
        DispatcherBuilder::new(base_url.into())
    }

    /// Answers a request. A failure is an answer too: a SCIM error with its status (RFC 7644,
    /// Section 3.12).
    ///
    /// The path may be that below the host, or below the base URL, as a router leaves it that has
    /// taken a prefix away. The response carries a [`RequestReport`] among its extensions.
    ///
    /// OPTIONS is answered with 204 and `Allow`, without a body, and like all else only to those
    /// who authenticate: which paths there are is a matter of the tenant. A host that serves
    /// browsers of another origin answers their preflight requests, which carry no credentials,
    /// before it dispatches.
    pub async fn dispatch<B: AsRef<[u8]>>(&self, request: Request<B>) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        let (response, report) = self.respond(&head, |_| future::ready(Ok(body))).await;
        reported(response, report, head.extensions)
    }

    /// Answers a request whose body is read, up to a limit, once it is known that it may be sent.
    async fn respond<B, F>(
        &self,
        head: &Parts,
        body: impl FnOnce(usize) -> F,
    ) -> (Response<Bytes>, RequestReport)
    where
        B: AsRef<[u8]>,
        F: Future<Output = Result<B, Error>>,
    {
        let mut report = RequestReport::default();
        let observation = Observation::of(&head.method);
        let answer = observation.around(self.provider.answer(head, body, &mut report)).await;
        let mut response = match answer {
            Ok(response) => response,
            Err(failure) => of_failure(failure, &mut report),
        };
        if head.method == Method::HEAD && !response.body().is_empty() {
            // RFC 9110, Section 8.6: the length that GET has, if any.
            let length = response.body().len();
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
            *response.body_mut() = Bytes::new();
        }
        if response.status() == StatusCode::NOT_FOUND {
            report.id = None;
        }
        observation.end(&response, &report);
        (response, report)
    }

    /// The resource types and schemas that are served.
    #[must_use]
    pub fn registry(&self) -> &SchemaRegistry {
        &self.provider.service.registry
    }
}

/// Puts the report into the response, in the place that the extensions of the request have left.
fn reported(
    mut response: Response<Bytes>,
    report: RequestReport,
    mut extensions: Extensions,
) -> Response<Bytes> {
    extensions.clear();
    extensions.insert(report);
    *response.extensions_mut() = extensions;
    response
}

impl Provider {
    async fn answer<B, F>(
        &self,
        head: &Parts,
        body: impl FnOnce(usize) -> F,
        report: &mut RequestReport,
    ) -> Result<Response<Bytes>, Failure>
    where
        B: AsRef<[u8]>,
        F: Future<Output = Result<B, Error>>,
    {
        let cx = self.authenticator.authenticate(head).await?;
        report.tenant = Some(cx.tenant.clone());
        let mut call = Call::new(&self.service, &cx, self.service.limits.budget());
        let answer = self.exchange(&mut call, head, body, report).await;
        report.deviations = call.deviations.into_vec();
        report.pushdown = call.pushdown;
        answer
    }

    async fn exchange<B, F>(
        &self,
        call: &mut Call<'_>,
        head: &Parts,
        body: impl FnOnce(usize) -> F,
        report: &mut RequestReport,
    ) -> Result<Response<Bytes>, Failure>
    where
        B: AsRef<[u8]>,
        F: Future<Output = Result<B, Error>>,
    {
        let mut respelled = Deviations::default();
        let route = Route::find(head.uri.path(), call, &mut respelled)?;
        call.deviations.append(respelled);
        route.fill(&head.method, report);
        let (limits, permissions) = (&self.service.limits, call.cx.permissions);
        let allowed =
            if route.only_reads(&head.method) { permissions.read } else { permissions.write };
        if !allowed {
            return Err(AuthError::insufficient_scope().into());
        }
        let body = body(route.body_limit(limits)).await?;
        let text = body.as_ref();
        if text.len() > limits.max_body_bytes {
            return Err(too_large(limits.max_body_bytes).into());
        }
        let body = Body { headers: &head.headers, text };
        Exchange { provider: self, head, body, call, report }.run(route).await
    }
}

impl<'r, 'c> Exchange<'r, 'c> {
    /// The way of GET by id is the shortest: what all others wait in is put aside, since it has to
    /// be moved about with the whole.
    async fn run(mut self, route: Route<'c, '_>) -> Result<Response<Bytes>, Failure> {
        self.call.precondition = precondition(&self.head.headers);
        rewrite::path(self.head.uri.path(), &mut self.call.deviations);
        match (route, self.method()) {
            (Route::Resource(endpoint, id), &Method::GET) => self.read(endpoint, &id).await,
            (Route::Collection(endpoint), &Method::GET) => Box::pin(self.list(&[endpoint])).await,
            (Route::Root(endpoints), &Method::GET) => Box::pin(self.list(&endpoints)).await,
            (route, _) => Box::pin(self.run_other(route)).await,
        }
    }

    async fn run_other(mut self, route: Route<'c, '_>) -> Result<Response<Bytes>, Failure> {
        let allowed = route.allowed(&self.call.features);
        self.call.prefers_minimal = prefers_minimal(&self.head.headers);
        match (route, self.method()) {
            (Route::NotImplemented(feature), _) => Err(not_implemented(feature)),
            (_, &Method::OPTIONS) => Ok(of_options(allowed)),
            (Route::Collection(endpoint), &Method::POST) => {
                self.read_parameters()?;
                let body = self.body.resource(self.call, &endpoint.resource_type)?;
                let outcome = create(self.call, endpoint, body).await?;
                self.finish(&outcome)
            }
            (Route::Resource(endpoint, id), method) => {
                let outcome = self.one(method, allowed, endpoint, &id).await?;
                self.finish(&outcome)
            }
            (Route::Me(endpoint, id), method) => {
                let outcome = self.one(method, allowed, endpoint, id).await?;
                let outcome = outcome.of_me(self.call, endpoint, id);
                self.finish(&outcome)
            }
            (Route::Search(endpoints), &Method::POST) => {
                check_accept(&self.head.headers)?;
                let body = self.body.search(self.call)?;
                Ok(of_text(search(self.call, &endpoints, body).await?))
            }
            (Route::Bulk, &Method::POST) => self.bulk().await,
            (Route::Discovery(discovery), &Method::GET) => self.discover(&discovery),
            (
                Route::Collection(_)
                | Route::Search(_)
                | Route::Root(_)
                | Route::Bulk
                | Route::Discovery(_),
                _,
            ) => Err(Failure::MethodNotAllowed(allowed)),
        }
    }

    /// The method, where HEAD is GET without a body.
    fn method(&self) -> &'r Method {
        match self.head.method {
            Method::HEAD => &Method::GET,
            ref method => method,
        }
    }

    async fn read(&mut self, endpoint: &Endpoint, id: &str) -> Result<Response<Bytes>, Failure> {
        self.read_parameters()?;
        let outcome = get(self.call, endpoint, id).await?;
        self.finish(&outcome)
    }

    /// A request to one resource.
    async fn one(
        &mut self,
        method: &Method,
        allowed: &'static str,
        endpoint: &Endpoint,
        id: &str,
    ) -> Result<Outcome, Failure> {
        match *method {
            Method::GET => {
                self.read_parameters()?;
                get(self.call, endpoint, id).await
            }
            Method::PUT => {
                self.read_parameters()?;
                let body = self.body.resource(self.call, &endpoint.resource_type)?;
                replace(self.call, endpoint, id, body).await
            }
            Method::PATCH => {
                self.read_parameters()?;
                let body = self.body.patch(self.call)?;
                patch(self.call, endpoint, id, body).await
            }
            Method::DELETE => delete(self.call, endpoint, id).await,
            _ => Err(Failure::MethodNotAllowed(allowed)),
        }
    }

    async fn list(&mut self, endpoints: &[&Endpoint]) -> Result<Response<Bytes>, Failure> {
        self.read_parameters()?;
        Ok(of_text(list(self.call, endpoints).await?))
    }

    async fn bulk(mut self) -> Result<Response<Bytes>, Failure> {
        self.read_parameters()?;
        check_payload(self.call, self.body.text.len())?;
        let body = self.body.bulk_request(self.call)?;
        let results = bulk(self.call, body).await?;
        let operations = &results.response.operations;
        self.report.operations = operations.iter().map(|result| result.status).collect();
        self.report.error = results.source;
        of_document(&results.response)
    }

    fn discover(self, discovery: &Discovery) -> Result<Response<Bytes>, Failure> {
        check_accept(&self.head.headers)?;
        check_no_filter(discovery, self.head.uri.query().unwrap_or_default())?;
        let schemes = self.provider.authenticator.schemes();
        let document = discover(self.call, discovery, &schemes)?;
        let mut response = of_document(&document)?;
        if let Some(location) = document.pointer("/meta/location").and_then(Value::as_str) {
            set(&mut response, CONTENT_LOCATION, location);
        }
        Ok(response)
    }

    /// Takes the parameters in the URL, for an answer that has a body.
    fn read_parameters(&mut self) -> Result<(), Failure> {
        check_accept(&self.head.headers)?;
        if let Some(query) = self.head.uri.query() {
            let quirks = self.call.quirks;
            self.call.parameters =
                SearchRequest::from_query_with(query, &quirks, &mut self.call.deviations)?;
        }
        Ok(())
    }

    fn finish(&mut self, outcome: &Outcome) -> Result<Response<Bytes>, Failure> {
        if self.report.id.is_none() {
            self.report.id = outcome.id().map(str::to_owned);
        }
        of_outcome(outcome)
    }
}

impl Route<'_, '_> {
    /// Returns `true` if a request there changes nothing.
    fn only_reads(&self, method: &Method) -> bool {
        matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
            || matches!(self, Self::Search(_))
    }

    /// Returns the maximum length of a body, in bytes.
    fn body_limit(&self, limits: &Limits) -> usize {
        if matches!(self, Self::Bulk) { limits.bulk_payload() } else { limits.max_body_bytes }
    }
}

/// RFC 9110, Section 15.5.14.
fn too_large(limit: usize) -> Error {
    let detail = format!("the body exceeds {limit} bytes: send less data per request");
    Error::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher")
            .field("base_url", &self.provider.service.locations.base_url())
            .finish_non_exhaustive()
    }
}
