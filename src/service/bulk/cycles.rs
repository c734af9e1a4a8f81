//! Resources that refer to each other in a circle (RFC 7644, Section 3.7.1). Each is created
//! without the missing references, which are added later. Either all of them are created, or none.

use super::operation::resolve;
use super::run::{Job, conflict};
use super::schedule::{self, Link};
use crate::budget::EvalBudget;
use crate::message::PatchOperation;
use crate::service::delete::delete_any_version;
use crate::service::get;
use crate::service::outcome::{Failure, Outcome};
use crate::service::patch::amend;

/// A resource of a circle, and what it lacks yet.
struct Made {
    index: usize,
    outcome: Outcome,
    lacks: Vec<PatchOperation>,
}

impl Job<'_, '_> {
    pub(super) async fn run_circle(&mut self, circle: &[usize], links: &[Vec<Link>]) {
        let mut made = Vec::with_capacity(circle.len());
        match self.make(circle, links, &mut made).await {
            Ok(()) => {
                made.into_iter().for_each(|made| self.record_result(made.index, Ok(made.outcome)))
            }
            Err((culprit, failure)) => {
                let left = self.undo(&made).await;
                self.record_result(culprit, Err(failure));
                for index in circle.iter().filter(|index| **index != culprit) {
                    let detail =
                        "the resources with circular references could not be created".to_owned();
                    self.record_result(*index, Err(conflict(detail)));
                }
                left.into_iter().for_each(|(index, location)| self.locate(index, location));
            }
        }
    }

    /// Creates the resources of a circle; the error names the operation that is to blame.
    async fn make(
        &mut self,
        circle: &[usize],
        links: &[Vec<Link>],
        made: &mut Vec<Made>,
    ) -> Result<(), (usize, Failure)> {
        for index in circle {
            self.check(*index, links).map_err(|failure| (*index, failure))?;
        }
        let Some(order) = schedule::of_circle(circle, links) else {
            let detail = "circular reference through required attributes: create one resource without the reference and add it later".to_owned();
            return Err((circle.first().copied().unwrap_or_default(), conflict(detail)));
        };
        for index in order {
            let lacks = self.defer(index);
            let outcome = self.send(index).await.map_err(|failure| (index, failure))?;
            let name = self.tasks.get(index).and_then(|task| task.creates()).map(str::to_owned);
            self.ids.extend(name.zip(outcome.id().map(str::to_owned)));
            made.push(Made { index, outcome, lacks });
        }
        for made in made.iter_mut().filter(|made| !made.lacks.is_empty()) {
            self.complete(made).await.map_err(|failure| (made.index, failure))?;
        }
        Ok(())
    }

    /// Takes out what refers to resources that are not there yet.
    fn defer(&mut self, index: usize) -> Vec<PatchOperation> {
        let (call, ids) = (self.call, &self.ids);
        let Some(task) = self.tasks.get_mut(index) else {
            return Vec::new();
        };
        let mut data = std::mem::take(&mut task.data);
        let missing = |name: &str| !ids.contains_key(name);
        let lacks = task.references(call).map(|references| references.defer(&mut data, &missing));
        task.data = data;
        lacks.unwrap_or_default()
    }

    /// Puts in what a resource lacks.
    async fn complete(&mut self, made: &mut Made) -> Result<(), Failure> {
        let (call, mut operations) = (self.call, std::mem::take(&mut made.lacks));
        let Some((task, id)) = self.tasks.get(made.index).zip(made.outcome.id()) else {
            return Ok(());
        };
        let Some((references, target)) = task.references(call).zip(task.target.as_ref()) else {
            return Ok(());
        };
        for operation in &mut operations {
            let (path, value) = (operation.path.as_deref(), operation.value.as_mut());
            let changed = references.in_change(path, value, &mut |text| resolve(text, &self.ids));
            operation.path = changed.or(operation.path.take());
        }
        let endpoint = target.endpoint;
        let mut part = self.part();
        let binder = part.plan_binder(endpoint);
        let change = {
            let _turn = part.begin().await?;
            amend(&mut part, endpoint, id, operations, &binder).await?
        };
        if self.shows_bodies() {
            made.outcome.body = get(&mut part, endpoint, id).await?.body;
        }
        made.outcome.version = change.version;
        self.notice(made.index, part);
        Ok(())
    }

    /// Takes back what was made of a circle that could not be closed, and returns where that is of
    /// it which the host keeps. A resource that a hook linked to an existing one stays.
    async fn undo(&mut self, made: &[Made]) -> Vec<(usize, Option<String>)> {
        let (call, mut left) = (self.call, Vec::new());
        for made in made.iter().rev().filter(|made| made.outcome.is_new) {
            let target = self.tasks.get(made.index).and_then(|task| task.target.as_ref());
            let Some((target, id)) = target.zip(made.outcome.id()) else {
                continue;
            };
            let mut part = call.part();
            // What was begun is taken back, whatever is left of the budget.
            part.budget = EvalBudget::unlimited();
            let undone = delete_any_version(&mut part, target.endpoint, id).await;
            self.notice(made.index, part);
            if let Err(failure) = undone {
                self.keep_source(failure.into_error().1);
                left.push((made.index, made.outcome.location()));
            }
        }
        left
    }
}
