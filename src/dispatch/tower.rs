//! The dispatcher as a service of `tower`, over the bodies of any HTTP stack.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use tower_service::Service;

use super::{Dispatcher, reported, too_large};
use crate::error::Error;

type BoxError = Box<dyn StdError + Send + Sync>;

/// The dispatcher for routers and middleware of `tower`: it never fails, and is always ready.
///
/// The body is read once it is known who asks, and no further than [`Limits`](super::Limits) allow:
/// a body that says that it is longer is not read at all. One that fails with an [`io::Error`] of
/// the kind [`TimedOut`](io::ErrorKind::TimedOut) is answered with 408, and one that fails
/// otherwise with 400.
///
/// In axum it is nested, or routed to as it is. Where tenants are in the path, do not nest: a
/// router that takes a prefix away hides from
/// [`TenantUrlTemplate::verify`](crate::auth::TenantUrlTemplate::verify) what stood in it.
///
/// ```
/// use axum::Router;
/// use scimwire::{Dispatcher, MemoryStore, ResourceType};
///
/// let users = ResourceType::user();
/// let scim = Dispatcher::builder("https://example.com/scim/v2")
///     .store(MemoryStore::new(users))
///     .unauthenticated()
///     .build()?;
/// let app: Router = Router::new().nest_service("/scim/v2", scim);
/// # Ok::<(), scimwire::dispatch::BuildError>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
impl<B> Service<Request<B>> for Dispatcher
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let dispatcher = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = |limit| read(&head.headers, body, limit);
            let (response, report) = dispatcher.respond(&head, body).await;
            Ok(reported(response, report, head.extensions).map(Full::new))
        })
    }
}

async fn read<B>(headers: &HeaderMap, body: B, limit: usize) -> Result<Vec<u8>, Error>
where
    B: Body + Send,
    B::Error: Into<BoxError>,
{
    let announced =
        headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let at_least = announced.unwrap_or_default().max(body.size_hint().lower());
    if usize::try_from(at_least).map_or(true, |at_least| at_least > limit) {
        return Err(too_large(limit));
    }
    let mut body = pin!(Limited::new(body, limit));
    // One buffer, which is filled as the body comes: to gather it first would take its length
    // twice.
    let mut text = Vec::with_capacity(usize::try_from(at_least).unwrap_or_default());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|err| unreadable(err.as_ref(), limit))?;
        if let Ok(mut data) = frame.into_data() {
            while data.has_remaining() {
                let chunk = data.chunk();
                text.extend_from_slice(chunk);
                data.advance(chunk.len());
            }
        }
    }
    Ok(text)
}

/// Returns the response to a body that could not be read to its end.
fn unreadable(err: &(dyn StdError + 'static), limit: usize) -> Error {
    let mut causes = std::iter::successors(Some(err), |&err| err.source());
    if err.is::<LengthLimitError>() {
        return too_large(limit);
    }
    let is_late = |cause: &io::Error| cause.kind() == io::ErrorKind::TimedOut;
    if causes.any(|cause| cause.downcast_ref().is_some_and(is_late)) {
        Error::new(
            StatusCode::REQUEST_TIMEOUT,
            "timed out while reading the body: send the request again",
        )
    } else {
        Error::new(StatusCode::BAD_REQUEST, "incomplete body: send the request again")
    }
}
