//! A transcript, sent line by line to a server that knows nothing of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::time::Instant;

use super::host::{AdminView, Marks};
use super::variables::{Unbound, Variables};
use super::{Failure, Line, Miss, Request, Transcript, check, clip};
use crate::support::http::{Client, Response, SendError};
use crate::support::json_path::JsonPath;

#[cfg(test)]
mod tests;

const DEFAULT_BASE: &str = "/scim/v2";
const CREATED: u16 = 201;

/// Sends the lines of a transcript, in order, to the server at this address.
pub(crate) async fn replay(
    transcript: &Transcript,
    address: SocketAddr,
    variables: Variables,
) -> Outcome {
    let key = variables.text("{{admin_key}}").unwrap_or_default();
    let mut replay = Replay {
        client: Client::new(address),
        host: AdminView::new(address, key),
        variables,
        created: BTreeSet::new(),
    };
    let mut outcome = Outcome::default();
    for line in &transcript.lines {
        let judgement = match replay.line(line).await {
            Ok(judgement) => judgement,
            Err(failure) => Judgement::from_failure(line, &failure),
        };
        outcome.add(line, &judgement);
    }
    outcome
}

/// How many lines passed and failed, and a report of those that failed.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    counted: Tally,
    soft: Tally,
    report: String,
}

impl Outcome {
    /// Returns `true` if there are lines that count, and all of them passed.
    pub(crate) fn is_pass(&self) -> bool {
        self.counted.failed == 0 && self.counted.passed > 0
    }

    fn add(&mut self, line: &Line, judgement: &Judgement) {
        let (tally, label) =
            if line.is_soft() { (&mut self.soft, "soft") } else { (&mut self.counted, "FAIL") };
        if judgement.misses.is_empty() {
            tally.passed += 1;
            return;
        }
        tally.failed += 1;
        let misses: Vec<_> = judgement.misses.iter().map(Miss::to_string).collect();
        for part in [
            format!("{label}  {}", line.step),
            format!("      {}", clip(&judgement.request)),
            format!("      {}", misses.join("; ")),
            format!("      {}", clip(&format!("{}. {}", line.source, line.note))),
        ] {
            self.report.push_str(part.trim_end());
            self.report.push('\n');
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}{}; optional or inferred, not counted: {}",
            self.report, self.counted, self.soft
        )
    }
}

#[derive(Debug, Default, PartialEq)]
struct Tally {
    passed: usize,
    failed: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// What was sent, and what came that should not have.
#[derive(Debug)]
struct Judgement {
    request: String,
    misses: Vec<Miss>,
}

impl Judgement {
    fn from_failure(line: &Line, failure: &Failure) -> Self {
        let miss = match failure {
            Failure::Miss(miss) => miss.clone(),
            Failure::Unbound(Unbound(name)) => {
                Miss::new(format!("`{name}` to have been captured"), "nothing")
            }
            Failure::Send(error) => Miss::new("an answer", error),
        };
        Self {
            request: format!("{} {}", line.request.method, line.request.path),
            misses: vec![miss],
        }
    }
}

/// A replay on its way.
struct Replay {
    client: Client,
    host: AdminView,
    variables: Variables,
    /// What each token was given as `id` of a resource that it made.
    created: BTreeSet<(Option<String>, String)>,
}

impl Replay {
    async fn line(&mut self, line: &Line) -> Result<Judgement, Failure> {
        let request = Filled::new(&line.request, &self.variables)?;
        let (marks, mut misses) = self.prepare(line).await?;
        let response = request.send(&mut self.client).await?;
        let answered = Instant::now();

        // Captured whatever the status: later lines may still run.
        let uncaptured = self.capture(&line.capture, &response);
        if line.expect.status.contain(response.status) {
            misses.extend(uncaptured);
            misses.extend(check::judge(&line.expect, &response, &self.variables)?);
        } else {
            let expected = format!("status {}", line.expect.status);
            misses.push(Miss::new(expected, response.status));
        }
        misses.extend(self.repeated_id(&request, &response));

        if let Some(last) = misses.last_mut() {
            last.got = format!("{} [{} {}]", last.got, response.status, clip(&response.text()));
        } else {
            misses.extend(self.host_miss(line, &marks, answered).await?);
        }
        Ok(Judgement { request: request.to_string(), misses })
    }

    /// What comes before the request: the administrator acts, and the host's events so far are
    /// noted.
    async fn prepare(&mut self, line: &Line) -> Result<(Marks, Vec<Miss>), Failure> {
        let mut misses = Vec::new();
        for action in &line.host_action {
            let acted = self.host.act(action, &self.variables).await;
            misses.extend(miss_of(acted)?.1);
        }
        let Some(wanted) = &line.host_expect else {
            return Ok((Marks::new(), misses));
        };
        let marked = self.host.marks(wanted, &self.variables).await;
        let (marks, miss) = miss_of(marked)?;
        misses.extend(miss);
        Ok((marks, misses))
    }

    async fn host_miss(
        &mut self,
        line: &Line,
        marks: &Marks,
        answered: Instant,
    ) -> Result<Option<Miss>, Failure> {
        let Some(wanted) = &line.host_expect else {
            return Ok(None);
        };
        let seen = self.host.expect(wanted, &self.variables, marks, answered).await;
        let (_, miss) = miss_of(seen)?;
        Ok(miss.map(|miss| Miss::new(format!("host: {}", miss.expected), miss.got)))
    }

    fn capture(&mut self, capture: &BTreeMap<String, JsonPath>, response: &Response) -> Vec<Miss> {
        let document = response.json().unwrap_or_default();
        let mut misses = Vec::new();
        for (name, path) in capture {
            let nodes = path.select(&document);
            match nodes.as_slice() {
                [Value::String(text)] if !text.is_empty() => self.variables.set(name, text.clone()),
                [Value::Number(number)] => self.variables.set(name, number.to_string()),
                other => {
                    let got = other
                        .first()
                        .map_or_else(|| "nothing there".to_owned(), ToString::to_string);
                    misses.push(Miss::new(format!("{path} to be captured"), clip(&got)));
                }
            }
        }
        misses
    }

    /// Ids are never given twice (RFC 7643, Section 3.1).
    fn repeated_id(&mut self, request: &Filled, response: &Response) -> Option<Miss> {
        let created = response.status == CREATED && request.method == "POST";
        let resource = response.json().filter(|resource| created && resource.is_object())?;
        let id = resource["id"].to_string();
        let token = request.headers.iter().find(|(name, _)| name == "Authorization");
        let token = token.map(|(_, token)| token.clone());
        let is_new = self.created.insert((token, id.clone()));
        (!is_new).then(|| Miss::new("an id that no earlier create was given", id))
    }
}

/// Takes the miss out of a result, since a line goes on after it; other failures end the line.
fn miss_of<T: Default>(result: Result<T, Failure>) -> Result<(T, Option<Miss>), Failure> {
    match result {
        Ok(value) => Ok((value, None)),
        Err(Failure::Miss(miss)) => Ok((T::default(), Some(miss))),
        Err(failure) => Err(failure),
    }
}

/// A request whose variables have their values.
#[derive(Debug)]
struct Filled {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl Filled {
    fn new(request: &Request, variables: &Variables) -> Result<Self, Unbound> {
        let base = variables.url(request.base.as_deref().unwrap_or(DEFAULT_BASE))?;
        let path = variables.url(&request.path)?;
        let mut headers = Vec::new();
        for (name, value) in &request.headers {
            headers.push((name.clone(), variables.text(value)?));
        }
        let body = match (&request.body_raw, &request.body) {
            (Some(raw), _) => Some(variables.text(raw)?),
            (None, Some(body)) => Some(variables.value(body)?.to_string()),
            (None, None) => None,
        };
        Ok(Self { method: request.method.clone(), path: base + &path, headers, body })
    }

    async fn send(&self, client: &mut Client) -> Result<Response, SendError> {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = self.body.as_deref().map(str::as_bytes);
        client.send(&self.method, &self.path, &headers, body).await
    }
}

impl fmt::Display for Filled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body.as_deref().unwrap_or_default();
        write!(formatter, "{} {} {body}", self.method, self.path)
    }
}
