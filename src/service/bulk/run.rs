//! Running the operations of a bulk request, one by one.

use std::collections::HashMap;

use http::StatusCode;

use super::operation::{Task, Verb};
use super::schedule::{self, Link};
use crate::budget::weight_of;
use crate::error::Error;
use crate::message::{BulkRequest, BulkResult, SearchRequest};
use crate::quirks::Deviations;
use crate::resource::json_length;
use crate::service::endpoints::not_found;
use crate::service::outcome::{Failure, Outcome, Source};
use crate::service::{Call, create, delete, patch, replace};
use crate::shown::Shown;
use crate::store::{Precondition, StoreError};
use crate::value::Value;

/// A bulk request while its operations run.
pub(super) struct Job<'j, 'c> {
    pub(super) call: &'j Call<'c>,
    pub(super) tasks: Vec<Task<'c>>,
    /// The result of each operation; `None` if it has not run.
    results: Vec<Option<BulkResult>>,
    /// The ids of the resources that were created, by the client's names for them.
    pub(super) ids: HashMap<String, String>,
    /// The failures left before the request stops (`failOnErrors`).
    errors_left: u64,
    /// The bytes left for bodies in the response.
    room: usize,
    deviations: Vec<(usize, Deviations)>,
    source: Option<Source>,
}

/// The outcome of a job: the results, the deviations by operation, and the source of a failure.
pub(super) type Finished = (Vec<BulkResult>, Vec<(usize, Deviations)>, Option<Source>);

impl<'j, 'c> Job<'j, 'c> {
    /// Gets ready to run; bodies of successes go into the answer as long as there is `room` for
    /// them, in bytes.
    pub(super) fn new(call: &'j Call<'c>, message: BulkRequest, room: usize) -> Self {
        let mut tasks: Vec<Task<'c>> =
            message.operations.into_iter().map(|operation| Task::new(operation, call)).collect();
        let names = tasks
            .iter()
            .enumerate()
            .filter_map(|(index, task)| Some((task.creates()?.to_owned(), index)));
        let names: HashMap<String, usize> = names.collect();
        tasks.iter_mut().for_each(|task| task.link(&names, call));
        Self {
            call,
            results: tasks.iter().map(|_| None).collect(),
            tasks,
            ids: HashMap::new(),
            errors_left: message.fail_on_errors.unwrap_or(u64::MAX),
            room,
            deviations: Vec::new(),
            source: None,
        }
    }

    /// Runs the operations until all are done, or too many have failed.
    pub(super) async fn run(&mut self) {
        let links: Vec<Vec<Link>> =
            self.tasks.iter_mut().map(|task| std::mem::take(&mut task.links)).collect();
        for group in schedule::groups(&links) {
            match group.as_slice() {
                [index] if !refers_to(&links, *index, *index) => {
                    let outcome = self.attempt(*index, &links).await;
                    self.record_result(*index, outcome);
                }
                circle => self.run_circle(circle, &links).await,
            }
            if self.errors_left == 0 {
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
    ) -> Result<Outcome, Failure> {
        self.check(index, links)?;
        self.send(index).await
    }

    /// Checks that an operation can run: it was parsed, and its references exist.
    pub(super) fn check(&mut self, index: usize, links: &[Vec<Link>]) -> Result<(), Failure> {
        if let Some(task) = self.tasks.get_mut(index) {
            self.deviations.push((index, std::mem::take(&mut task.deviations)));
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

    /// Runs an operation as a single request.
    pub(super) async fn send(&mut self, index: usize) -> Result<Outcome, Failure> {
        let call = self.call;
        // Even one without a body: once the budget is spent, nothing more is done.
        call.budget.spend(1).map_err(Error::from)?;
        let mut part = self.part();
        let task = self.tasks.get_mut(index).ok_or_else(not_found)?;
        task.resolve(&self.ids, call);
        let (verb, target) = task.verb.zip(task.target.as_ref()).ok_or_else(not_found)?;
        part.precondition = Precondition { if_match: task.if_match.take(), if_none_match: None };
        let (endpoint, data) = (target.endpoint, std::mem::take(&mut task.data));
        if verb != Verb::Delete {
            call.budget.spend_on(|| weight_of(&data)).map_err(Error::from)?;
        }
        let outcome = match (verb, target.id.as_deref()) {
            (Verb::Post, None) => create(&mut part, endpoint, data).await,
            (Verb::Put, Some(id)) => replace(&mut part, endpoint, id, data).await,
            (Verb::Patch, Some(id)) => patch(&mut part, endpoint, id, data).await,
            (Verb::Delete, Some(id)) => delete(&mut part, endpoint, id).await,
            (Verb::Post, Some(_)) | (Verb::Put | Verb::Patch | Verb::Delete, None) => {
                Err(Failure::MethodNotAllowed(target.allowed))
            }
        };
        self.notice(index, part);
        outcome
    }

    /// A call for one operation; attributes are chosen for all of them at once.
    pub(super) fn part(&self) -> Call<'c> {
        let mut part = self.call.part();
        if !self.shows_bodies() {
            part.parameters = SearchRequest::default();
        }
        part
    }

    /// Keeps what came of an operation.
    pub(super) fn record_result(&mut self, index: usize, outcome: Result<Outcome, Failure>) {
        let Some(task) = self.tasks.get(index) else {
            return;
        };
        let creates = task.creates().map(str::to_owned);
        let mut result = BulkResult {
            method: task.written_method.clone(),
            bulk_id: task.bulk_id.clone(),
            version: None,
            location: task.location(&self.call.locations),
            status: StatusCode::OK,
            response: None,
        };
        let id = outcome.as_ref().ok().and_then(Outcome::id).map(str::to_owned);
        let location = outcome.as_ref().ok().and_then(Outcome::location);
        let version = outcome.as_ref().ok().and_then(Outcome::version);
        match outcome.and_then(|outcome| self.fitting(outcome)) {
            Ok((outcome, response)) => {
                self.ids.extend(creates.zip(id));
                result.location = location.or(result.location);
                (result.version, result.status) = (version, outcome.status);
                result.response = response;
            }
            Err(failure) => {
                self.errors_left = self.errors_left.saturating_sub(1);
                let (err, source) = failure.into_error();
                self.keep_source(source);
                result.status = err.status();
                // A struct of strings cannot fail to serialise.
                result.response = serde_json::to_value(&err).ok().map(Value::from);
            }
        }
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

    pub(super) fn notice(&mut self, index: usize, part: Call<'_>) {
        self.deviations.push((index, part.deviations));
    }

    /// Keeps a failure of the host's database for the log, the first of all.
    pub(super) fn keep_source(&mut self, source: Option<Source>) {
        self.source = self.source.take().or(source);
    }

    /// Returns `true` if what a success answers is shown.
    pub(super) fn shows_bodies(&self) -> bool {
        self.room > 0
    }

    fn has_failed(&self, index: usize) -> bool {
        self.results
            .get(index)
            .and_then(Option::as_ref)
            .is_some_and(|result| !result.status.is_success())
    }

    /// The body of a success, as long as there is room for it: "the server MAY elect to omit the
    /// response body" of a success.
    fn fitting(&mut self, mut outcome: Outcome) -> Result<(Outcome, Option<Value>), Failure> {
        let Some(body) = outcome.body.take() else {
            return Ok((outcome, None));
        };
        if !self.shows_bodies() {
            return Ok((outcome, None));
        }
        let body = Value::from(serde_json::to_value(&body).map_err(StoreError::other)?);
        let left = self.room.checked_sub(json_length(&body));
        self.room = left.unwrap_or_default();
        Ok((outcome, left.map(|_| body)))
    }
}

fn refers_to(links: &[Vec<Link>], index: usize, other: usize) -> bool {
    links.get(index).is_some_and(|links| links.iter().any(|link| link.to == other))
}

pub(super) fn conflict(detail: String) -> Failure {
    Error::new(StatusCode::CONFLICT, detail).into()
}
