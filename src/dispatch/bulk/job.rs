//! Running the operations of a bulk request, one by one.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::Arc;

use http::header::IF_MATCH;
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode};

use super::order::{self, Link};
use super::task::Task;
use crate::dispatch::Exchange;
use crate::dispatch::answer::{Answer, Failure};
use crate::dispatch::report::Report;
use crate::dispatch::request::Body;
use crate::dispatch::route::{Asked, Route, not_found};
use crate::error::Error;
use crate::message::{BulkRequest, BulkResult};
use crate::quirks::Deviation;
use crate::shown::Shown;

/// A bulk request while its operations run.
pub(super) struct Job<'j, 'p> {
    pub(super) exchange: &'j Exchange<'p>,
    pub(super) tasks: Vec<Task<'p>>,
    /// What came of each operation; none of what has not run.
    results: Vec<Option<BulkResult>>,
    /// The ids of the resources that were created, by the client's names for them.
    pub(super) ids: HashMap<String, String>,
    /// How many more operations may fail.
    patience: u64,
    /// How many more bytes of bodies go into the answer.
    room: usize,
    deviations: Vec<(usize, Deviation)>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What is left of a job: the results, what was noticed by operation, and what failed in the host's
/// database.
pub(super) type Finished =
    (Vec<BulkResult>, Vec<(usize, Deviation)>, Option<Arc<dyn StdError + Send + Sync>>);

impl<'j, 'p> Job<'j, 'p> {
    /// Gets ready to run; bodies of successes go into the answer as long as there is `room` for
    /// them, in bytes.
    pub(super) fn new(exchange: &'j Exchange<'p>, message: BulkRequest, room: usize) -> Self {
        let mut tasks: Vec<Task<'p>> = message
            .operations
            .into_iter()
            .map(|operation| Task::new(operation, exchange))
            .collect();
        let names = tasks
            .iter()
            .enumerate()
            .filter_map(|(index, task)| Some((task.creates()?.to_owned(), index)));
        let names: HashMap<String, usize> = names.collect();
        tasks.iter_mut().for_each(|task| task.link(&names, exchange));
        Self {
            exchange,
            results: tasks.iter().map(|_| None).collect(),
            tasks,
            ids: HashMap::new(),
            patience: message.fail_on_errors.unwrap_or(u64::MAX),
            room,
            deviations: Vec::new(),
            source: None,
        }
    }

    /// Runs the operations until all are done, or too many have failed.
    pub(super) async fn run(&mut self) {
        let links: Vec<Vec<Link>> =
            self.tasks.iter_mut().map(|task| std::mem::take(&mut task.links)).collect();
        for group in order::groups(&links) {
            match group.as_slice() {
                [index] if !refers_to(&links, *index, *index) => {
                    let outcome = self.attempt(*index, &links).await;
                    self.settle(*index, outcome);
                }
                circle => self.run_circle(circle, &links).await,
            }
            if self.patience == 0 {
                return;
            }
        }
    }

    pub(super) fn finish(mut self) -> Finished {
        // What one operation departed in keeps its order.
        self.deviations.sort_by_key(|(index, _)| *index);
        (self.results.into_iter().flatten().collect(), self.deviations, self.source)
    }

    /// Runs an operation, if nothing is in its way.
    pub(super) async fn attempt(
        &mut self,
        index: usize,
        links: &[Vec<Link>],
    ) -> Result<Answer, Failure> {
        self.check(index, links)?;
        self.send(index).await
    }

    /// Whether an operation can run: it was read, and what it refers to was created.
    pub(super) fn check(&mut self, index: usize, links: &[Vec<Link>]) -> Result<(), Failure> {
        if let Some(task) = self.tasks.get_mut(index) {
            self.deviations.extend(
                std::mem::take(&mut task.deviations)
                    .into_iter()
                    .map(|deviation| (index, deviation)),
            );
            task.problem.take().map_or(Ok(()), Err)?;
        }
        let missing = links.get(index).into_iter().flatten().find(|link| self.has_failed(link.to));
        match missing.and_then(|link| self.tasks.get(link.to)?.bulk_id.as_ref()) {
            Some(bulk_id) => {
                Err(conflict(format!("`{}` was not created", Shown(&bulk_id.to_string()))))
            }
            None => Ok(()),
        }
    }

    /// Sends an operation the way of a single request.
    pub(super) async fn send(&mut self, index: usize) -> Result<Answer, Failure> {
        let exchange = self.exchange;
        // Even one without a body: once the budget is spent, nothing more is done.
        exchange.budget.spend(1).map_err(Error::from)?;
        let shows_bodies = self.shows_bodies();
        let task = self.tasks.get_mut(index).ok_or_else(not_found)?;
        task.resolve(&self.ids, exchange);
        let target = task.target.as_ref().ok_or_else(not_found)?;
        let route = match &target.id {
            Some(id) => Route::Resource(target.endpoint, id.clone()),
            None => Route::Collection(target.endpoint),
        };
        let mut report = Report::default();
        let head = head(exchange.head, task.method.clone(), task.version.take(), shows_bodies);
        let single =
            exchange.part(&head, Body::Object(std::mem::take(&mut task.data)), &mut report);
        let outcome = Box::pin(single.run(route)).await;
        self.notice(index, report);
        outcome
    }

    /// Keeps what came of an operation.
    pub(super) fn settle(&mut self, index: usize, outcome: Result<Answer, Failure>) {
        let Some(task) = self.tasks.get(index) else {
            return;
        };
        let mut location = task.location(&self.exchange.locations);
        let (method, bulk_id) = (task.written_method.clone(), task.bulk_id.clone());
        let (mut version, name) = (None, task.creates().map(str::to_owned));
        let response = match outcome {
            Ok(mut answer) => {
                location = answer.location.take().or(location);
                version = answer.version.take();
                if let (Some(name), Some(id)) = (name, answer.id.take()) {
                    self.ids.insert(name, id);
                }
                answer.body = self.fitting(answer.body);
                answer.into_response()
            }
            Err(failure) => {
                self.patience = self.patience.saturating_sub(1);
                let mut report = Report::default();
                let response = failure.into_response(&mut report);
                self.notice(index, report);
                response
            }
        };
        let (status, body) = (response.status(), response.body());
        let response = serde_json::from_slice(body).ok();
        let result = BulkResult { method, bulk_id, version, location, status, response };
        if let Some(place) = self.results.get_mut(index) {
            *place = Some(result);
        }
    }

    /// Says where a resource is that was created, although its operation has failed.
    pub(super) fn locate(&mut self, index: usize, location: Option<String>) {
        if let Some(result) = self.results.get_mut(index).and_then(Option::as_mut) {
            result.location = location;
        }
    }

    pub(super) fn notice(&mut self, index: usize, report: Report) {
        self.deviations.extend(report.deviations.into_iter().map(|deviation| (index, deviation)));
        self.source = self.source.take().or(report.source);
    }

    /// Whether what a success answers is shown.
    pub(super) fn shows_bodies(&self) -> bool {
        self.room > 0
    }

    fn has_failed(&self, index: usize) -> bool {
        self.results
            .get(index)
            .and_then(Option::as_ref)
            .is_some_and(|result| !result.status.is_success())
    }

    /// The body, as long as there is room for it: "the server MAY elect to omit the response body"
    /// of a success.
    fn fitting(&mut self, body: Option<Vec<u8>>) -> Option<Vec<u8>> {
        let left = self.room.checked_sub(body.as_ref()?.len());
        self.room = left.unwrap_or_default();
        body.filter(|_| left.is_some())
    }
}

impl<'p> Exchange<'p> {
    /// Who is asked, and by whom.
    pub(super) fn asked(&self) -> Asked<'_, 'p> {
        let Self { provider, locations, features, quirks, cx, .. } = self;
        Asked { provider, locations, features, quirks: *quirks, cx }
    }

    /// A request that is part of this one.
    pub(super) fn part<'e>(
        &'e self,
        head: &'e Parts,
        body: Body<'e>,
        report: &'e mut Report,
    ) -> Exchange<'e> {
        let (provider, cx, quirks, features) = (self.provider, self.cx, self.quirks, self.features);
        let (locations, budget) = (self.locations.clone(), self.budget.clone());
        Exchange { provider, head, body, cx, quirks, features, locations, budget, report }
    }
}

/// The head of a request that is part of a larger one; attributes are chosen for all parts at once.
pub(super) fn head(
    whole: &Parts,
    method: Method,
    version: Option<HeaderValue>,
    shows_body: bool,
) -> Parts {
    let (mut head, ()) = Request::new(()).into_parts();
    head.method = method;
    head.headers.extend(version.map(|version| (IF_MATCH, version)));
    if shows_body {
        head.uri = whole.uri.clone();
    }
    head
}

fn refers_to(links: &[Vec<Link>], index: usize, other: usize) -> bool {
    links.get(index).is_some_and(|links| links.iter().any(|link| link.to == other))
}

pub(super) fn conflict(detail: String) -> Failure {
    Error::status_only(StatusCode::CONFLICT, detail).into()
}
