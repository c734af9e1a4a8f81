//! Writes requests down on their way through.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, SecondsFormat, Utc};
use http::header::USER_AGENT;
use http::request::Parts;
use http_body_util::BodyExt;
use scimwire::dispatch::Report;

use super::mask;
use super::tee::Read;
use super::{ActivityLog, Departure, Exchange, Mask, Message, Summary, Trace};

/// How a client calls itself, in characters.
const CLIENT_CHARACTERS: usize = 80;

/// The log that requests are written to, and what is masked in them.
#[derive(Clone)]
pub(crate) struct Recorder {
    pub(crate) log: Arc<ActivityLog>,
    pub(crate) mask: Mask,
}

/// Lets a request through, and writes down what was asked and what came of it.
pub(crate) async fn record(
    State(recorder): State<Recorder>,
    request: Request,
    next: Next,
) -> Response {
    let (started, time) = (Instant::now(), SystemTime::now());
    let (trace, read) = (Trace::default(), Read::up_to(mask::NEEDED_BYTES));
    let (mut head, body) = request.into_parts();
    head.extensions.insert(trace.clone());
    let asked = recorder.asked(&head);
    let answer = next.run(Request::from_parts(head, read.tee(body))).await;

    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let (answer_head, answer_body) = answer.into_parts();
    // The dispatcher answers with bodies that are in memory, so that nothing can fail or wait here.
    let answer_body =
        answer_body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let report = answer_head.extensions.get::<Report>().cloned().unwrap_or_default();
    let (request_body, length) = read.take();
    let changes = trace.take();
    recorder.log.push(report.tenant.clone(), |seq| Exchange {
        summary: Summary {
            seq,
            time: DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Millis, true),
            tenant: report.tenant.map(|tenant| tenant.as_str().to_owned()),
            status: answer_head.status.as_u16(),
            micros,
            noticed: report.deviations.len(),
            changed: changes.len(),
            ..asked.0
        },
        request: message(asked.1, length, recorder.mask.body(&request_body)),
        answer: message(
            recorder.mask.headers(&answer_head.headers),
            answer_body.len(),
            Mask::answer(&answer_body),
        ),
        deviations: report
            .deviations
            .iter()
            .map(|it| Departure { rule: it.rule(), words: it.to_string() })
            .collect(),
        changes,
    });
    Response::from_parts(answer_head, Body::from(answer_body))
}

fn message(headers: Vec<(String, String)>, length: usize, (body, cut): (String, bool)) -> Message {
    Message { headers, body, length, cut }
}

impl Recorder {
    /// The fields that are known before the response, and the headers.
    fn asked(&self, head: &Parts) -> (Summary, Vec<(String, String)>) {
        let client = head
            .headers
            .get(USER_AGENT)
            .map(|name| String::from_utf8_lossy(name.as_bytes()).into_owned());
        let address = head
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(address)| address.ip().to_string());
        let summary = Summary {
            seq: 0,
            time: String::new(),
            tenant: None,
            client: client.unwrap_or_default().chars().take(CLIENT_CHARACTERS).collect(),
            address: address.unwrap_or_default(),
            method: head.method.to_string(),
            path: self.mask.path(head.uri.path(), head.uri.query()),
            status: 0,
            micros: 0,
            noticed: 0,
            changed: 0,
        };
        (summary, self.mask.headers(&head.headers))
    }
}
