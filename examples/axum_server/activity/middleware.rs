//! Writes requests down on their way through.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::Request;
use axum::response::Response;
use http_body_util::{BodyExt, Full};
use scimwire::Dispatcher;
use scimwire::dispatch::RequestReport;
use tower_service::Service;

use super::capture_body::Read;
use super::raw::{Answered, Asked};
use super::{ActivityLog, Departure, Mask, Trace, redact};
use crate::logging;

/// The dispatcher, of which each request is written down with what came of it.
#[derive(Clone)]
pub(crate) struct Recorded {
    dispatcher: Dispatcher,
    log: Arc<ActivityLog>,
    mask: Mask,
}

impl Recorded {
    pub(crate) fn new(dispatcher: Dispatcher, log: Arc<ActivityLog>) -> Self {
        let mask = Mask::new(dispatcher.registry());
        Self { dispatcher, log, mask }
    }

    async fn answer(mut self, request: Request) -> Response<Full<Bytes>> {
        let started = Instant::now();
        let (trace, read) = (Trace::default(), Read::up_to(redact::NEEDED_BYTES));
        let (mut head, body) = request.into_parts();
        head.extensions.insert(trace.clone());
        let (asked, method) = (Asked::of(&head, &self.mask), head.method.clone());
        let request = http::Request::from_parts(head, read.tee(body));
        let answer = match self.dispatcher.call(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };

        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let (mut head, body) = answer.into_parts();
        let body = whole(body).await;
        let report = head.extensions.remove::<RequestReport>().unwrap_or_default();
        let status = head.status;
        logging::note(&logging::Answered { method: &method, status, micros, report: &report });
        let (request_body, length) = read.take();
        let departures =
            report.deviations.iter().map(|it| Departure { rule: it.rule(), words: it.to_string() });
        let answered = Answered {
            tenant: report.tenant,
            status,
            micros,
            deviations: departures.collect(),
            changes: trace.take(),
        };
        let (asked_body, answer) = ((request_body.as_slice(), length), (&head.headers, &body[..]));
        self.log.push(asked.answered(asked_body, answer, answered, &self.mask), &self.mask);
        Response::from_parts(head, Full::new(body))
    }
}

/// The dispatcher answers with bodies that are in memory, so that nothing can fail or wait here.
async fn whole(mut body: Full<Bytes>) -> Bytes {
    let frame = body.frame().await.and_then(Result::ok);
    frame.and_then(|frame| frame.into_data().ok()).unwrap_or_default()
}

impl Service<Request> for Recorded {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let recorded = self.clone();
        Box::pin(async move { Ok(recorded.answer(request).await) })
    }
}
