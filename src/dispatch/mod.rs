//! From an `http::Request` to an `http::Response`, whatever carries them (RFC 7644, Section 3).

mod answer;
mod builder;
mod bulk;
mod config;
mod cursor;
mod discovery;
mod groups;
mod limits;
mod listing;
mod observe;
mod parameters;
mod precondition;
mod report;
mod request;
mod resources;
mod response;
mod resume;
mod route;
mod search;
#[cfg(feature = "tower")]
mod service;

use std::fmt;
use std::future;
use std::sync::Arc;

use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};

use crate::auth::{AuthError, Authenticate};
use crate::budget::Budget;
use crate::context::RequestContext;
use crate::error::Error;
use crate::policy::Policy;
use crate::quirks::{Quirks, rewrite};
use crate::schema::{Attribute, Locations, Registry, ResolvedPath, ResourceType};
use crate::store::ResourceStore;

pub use crate::clock::{Clock, SystemClock};
pub use crate::features::{Features, PatchAnswer};
pub use builder::{BuildError, DispatcherBuilder};
pub use limits::Limits;
pub use report::Report;

use answer::{Answer, Failure};
use observe::Observation;
use request::Body;
use route::{Asked, Route};

/// A SCIM service provider: hand it requests, and send what it answers.
///
/// ```
/// use scimwire::schema::ResourceType;
/// use scimwire::{Dispatcher, MemoryStore};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let users = ResourceType::user();
/// let scim = Dispatcher::builder("https://example.com/scim/v2")
///     .resource_type(users.clone(), MemoryStore::new(users))
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
    registry: Registry,
    endpoints: Vec<Endpoint>,
    locations: Locations,
    authenticator: Arc<dyn Authenticate>,
    policy: Arc<dyn Policy>,
    /// Whether there is a policy, which may react to what it hears.
    host_has_a_say: bool,
    quirks: Quirks,
    limits: Limits,
    features: Features,
    clock: Arc<dyn Clock>,
    cursor_key: [u8; 16],
    /// Attributes that no filter in a URL may name.
    sensitive: Vec<ResolvedPath>,
}

/// A resource type and its store.
struct Endpoint {
    resource_type: Arc<ResourceType>,
    store: Arc<dyn ResourceStore>,
}

/// A request on its way: who asks, and what was noticed.
struct Exchange<'p> {
    provider: &'p Provider,
    head: &'p Parts,
    body: Body<'p>,
    cx: &'p RequestContext,
    quirks: Quirks,
    features: Features,
    locations: Locations,
    /// What the request may still cost, with all its parts.
    budget: Budget,
    report: &'p mut Report,
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
    /// taken a prefix away. The response carries a [`Report`] among its extensions.
    ///
    /// OPTIONS is answered with 204 and `Allow`, without a body, and like all else only to those
    /// who authenticate: which paths there are is a matter of the tenant. A host that serves
    /// browsers of another origin answers their preflight requests, which carry no credentials,
    /// before it dispatches.
    pub async fn dispatch<B: AsRef<[u8]>>(&self, request: Request<B>) -> Response<Vec<u8>> {
        let (head, body) = request.into_parts();
        self.respond(&head, |_| future::ready(Ok(body))).await
    }

    /// Answers a request whose body is read, up to a limit, once it is known that it may be sent.
    async fn respond<B, F>(&self, head: &Parts, body: impl FnOnce(usize) -> F) -> Response<Vec<u8>>
    where
        B: AsRef<[u8]>,
        F: Future<Output = Result<B, Failure>>,
    {
        let mut report = Report::default();
        let observation = Observation::of(&head.method);
        let answer = observation.around(self.provider.answer(head, body, &mut report)).await;
        let mut response = match answer {
            Ok(answer) => answer.into_response(),
            Err(failure) => failure.into_response(&mut report),
        };
        if head.method == Method::HEAD && !response.body().is_empty() {
            // RFC 9110, Section 8.6: the length that GET has, if any.
            let length = response.body().len();
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
            response.body_mut().clear();
        }
        if response.status() == StatusCode::NOT_FOUND {
            report.id = None;
        }
        report.shorten();
        observation.end(&response, &report);
        response.extensions_mut().insert(report);
        response
    }

    /// The resource types and schemas that are served.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.provider.registry
    }
}

impl Provider {
    async fn answer<B, F>(
        &self,
        head: &Parts,
        body: impl FnOnce(usize) -> F,
        report: &mut Report,
    ) -> Result<Answer, Failure>
    where
        B: AsRef<[u8]>,
        F: Future<Output = Result<B, Failure>>,
    {
        let cx = self.authenticator.authenticate(head).await?;
        report.tenant = Some(cx.tenant().clone());
        let locations = cx
            .base_url
            .as_ref()
            .map_or_else(|| self.locations.clone(), |url| self.locations.under(url));
        let features = cx.features.unwrap_or(self.features);
        let quirks = cx.quirks.unwrap_or(self.quirks);
        let asked =
            Asked { provider: self, locations: &locations, features: &features, quirks, cx: &cx };
        let (route, deviation) = Route::find(head.uri.path(), &asked)?;
        report.deviations.extend(deviation);
        route.tell(&head.method, report);
        let permissions = cx.permissions;
        let allowed =
            if route.only_reads(&head.method) { permissions.read } else { permissions.write };
        if !allowed {
            return Err(AuthError::insufficient_scope().into());
        }
        let body = body(route.body_limit(&self.limits)).await?;
        let body = body.as_ref();
        if body.len() > self.limits.body_bytes {
            return Err(too_large(self.limits.body_bytes));
        }
        let (body, budget) = (Body::Text(body), self.limits.budget());
        let exchange = Exchange {
            provider: self,
            head,
            body,
            cx: &cx,
            quirks,
            features,
            locations,
            budget,
            report: &mut *report,
        };
        let mut answer = exchange.run(route).await?;
        report.id = report.id.take().or_else(|| answer.id.take());
        Ok(answer)
    }
}

impl<'p> Exchange<'p> {
    async fn run(self, route: Route<'p>) -> Result<Answer, Failure> {
        let allowed = route.allowed(&self.features);
        let method = match self.head.method {
            Method::HEAD => &Method::GET,
            ref method => method,
        };
        self.check_precondition_is_there(&route)?;
        self.report.deviations.extend(rewrite::path(self.head.uri.path()));
        match (route, method) {
            (Route::NotImplemented(feature), _) => Err(not_implemented(feature).into()),
            (_, &Method::OPTIONS) => {
                Ok(Answer { allow: Some(allowed), ..Answer::status(StatusCode::NO_CONTENT) })
            }
            (Route::Collection(endpoint), &Method::GET) => self.list(&[endpoint]).await,
            (Route::Collection(endpoint), &Method::POST) => {
                let _turn = self.provider.policy.turn(self.cx).await?;
                self.create(endpoint).await
            }
            (Route::Resource(endpoint, id), method) => {
                self.one(method, allowed, endpoint, &id).await
            }
            (Route::Me(endpoint, id), method) => {
                let location = self.locations.of(endpoint.resource_type.name(), &id);
                let answer = self.one(method, allowed, endpoint, &id).await?;
                // RFC 7644, Section 3.11: the permanent URI, in any response.
                Ok(Answer { location: answer.location.or(location), ..answer })
            }
            (Route::Search(endpoints), &Method::POST) => self.search(&endpoints).await,
            (Route::Root(endpoints), &Method::GET) => self.list(&endpoints).await,
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

    /// A request to one resource.
    async fn one(
        self,
        method: &Method,
        allowed: &'static str,
        endpoint: &Endpoint,
        id: &str,
    ) -> Result<Answer, Failure> {
        if *method == Method::GET {
            return self.read(endpoint, id).await;
        }
        let _turn = self.provider.policy.turn(self.cx).await?;
        match *method {
            Method::PUT => self.replace(endpoint, id).await,
            Method::PATCH => self.patch(endpoint, id).await,
            Method::DELETE => self.delete(endpoint, id).await,
            _ => Err(Failure::MethodNotAllowed(allowed)),
        }
    }
}

/// RFC 9110, Section 15.5.14.
fn too_large(limit: usize) -> Failure {
    Error::status_only(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the body is larger than {limit} bytes: send it in parts"),
    )
    .into()
}

impl Exchange<'_> {
    /// The attribute that shows in which resources one is listed, where this tenant has no such
    /// resources.
    fn hidden_view<'t>(&self, resource_type: &'t ResourceType) -> Option<&'t Arc<Attribute>> {
        let view = resource_type.membership_view()?;
        let mut types = view.sub_attribute("$ref")?.reference_types().iter();
        let is_hidden = types.len() > 0 && types.all(|name| !self.cx.has_resource_type(name));
        is_hidden.then_some(view)
    }
}

fn not_implemented(feature: &str) -> Error {
    Error::status_only(StatusCode::NOT_IMPLEMENTED, format!("{feature} is not supported here"))
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher")
            .field("base_url", &self.provider.locations.base_url())
            .finish_non_exhaustive()
    }
}
