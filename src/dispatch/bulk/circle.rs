//! Resources that refer to each other in a circle (RFC 7644, Section 3.7.1): each is created
//! without what is not there yet, which is put in once it is. All of them are made, or none.

use http::Method;

use super::job::{Job, conflict, head};
use super::order::{self, Link};
use super::task::resolve;
use crate::budget::Budget;
use crate::dispatch::answer::{Answer, Failure};
use crate::dispatch::report::Report;
use crate::dispatch::request::Body;
use crate::message::PatchOperation;

/// A resource of a circle, and what it lacks yet.
struct Made {
    index: usize,
    answer: Answer,
    lacks: Vec<PatchOperation>,
}

impl Job<'_, '_> {
    pub(super) async fn run_circle(&mut self, circle: &[usize], links: &[Vec<Link>]) {
        let mut made = Vec::with_capacity(circle.len());
        match self.make(circle, links, &mut made).await {
            Ok(()) => made.into_iter().for_each(|made| self.settle(made.index, Ok(made.answer))),
            Err((culprit, failure)) => {
                let left = self.undo(&made).await;
                self.settle(culprit, Err(failure));
                for index in circle.iter().filter(|index| **index != culprit) {
                    let detail =
                        "the resources that refer to each other could not be created together"
                            .to_owned();
                    self.settle(*index, Err(conflict(detail)));
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
        let Some(order) = order::of_circle(circle, links) else {
            let detail = "the resource requires others that require it: create one without, and change it later".to_owned();
            return Err((circle.first().copied().unwrap_or_default(), conflict(detail)));
        };
        for index in order {
            let lacks = self.defer(index);
            let answer = self.send(index).await.map_err(|failure| (index, failure))?;
            let name = self.tasks.get(index).and_then(|task| task.creates()).map(str::to_owned);
            self.ids.extend(name.zip(answer.id.clone()));
            made.push(Made { index, answer, lacks });
        }
        for made in made.iter_mut().filter(|made| !made.lacks.is_empty()) {
            self.complete(made).await.map_err(|failure| (made.index, failure))?;
        }
        Ok(())
    }

    /// Takes out what refers to resources that are not there yet.
    fn defer(&mut self, index: usize) -> Vec<PatchOperation> {
        let (exchange, ids) = (self.exchange, &self.ids);
        let Some(task) = self.tasks.get_mut(index) else {
            return Vec::new();
        };
        let mut data = std::mem::take(&mut task.data);
        let missing = |name: &str| !ids.contains_key(name);
        let lacks =
            task.references(exchange).map(|references| references.defer(&mut data, &missing));
        task.data = data;
        lacks.unwrap_or_default()
    }

    /// Puts in what a resource lacks.
    async fn complete(&mut self, made: &mut Made) -> Result<(), Failure> {
        let (exchange, mut operations) = (self.exchange, std::mem::take(&mut made.lacks));
        let Some((task, id)) = self.tasks.get(made.index).zip(made.answer.id.as_deref()) else {
            return Ok(());
        };
        let Some((references, target)) = task.references(exchange).zip(task.target.as_ref()) else {
            return Ok(());
        };
        for operation in &mut operations {
            let (path, value) = (operation.path.as_mut(), operation.value.as_mut());
            references.in_change(path, value, &mut |text| resolve(text, &self.ids));
        }
        let (endpoint, mut report) = (target.endpoint, Report::default());
        let head = head(exchange.head, Method::GET, None, self.shows_bodies());
        let mut part = exchange.part(&head, Body::Text(&[]), &mut report);
        let change = {
            let _turn = exchange.provider.policy.turn(exchange.cx).await?;
            part.amend(endpoint, id, operations, part.rules()).await?
        };
        made.answer.version = change.version;
        if self.shows_bodies() {
            made.answer.body = part.read(endpoint, id).await?.body;
        }
        self.notice(made.index, report);
        Ok(())
    }

    /// Takes back what was made of a circle that could not be closed, and returns where that is of
    /// it which the host keeps. What a policy let take over something that was there before stays.
    async fn undo(&mut self, made: &[Made]) -> Vec<(usize, Option<String>)> {
        let (exchange, mut left) = (self.exchange, Vec::new());
        for made in made.iter().rev().filter(|made| made.answer.is_new) {
            let target = self.tasks.get(made.index).and_then(|task| task.target.as_ref());
            let Some((target, id)) = target.zip(made.answer.id.as_deref()) else {
                continue;
            };
            let mut report = Report::default();
            let head = head(exchange.head, Method::DELETE, None, false);
            let mut part = exchange.part(&head, Body::Text(&[]), &mut report);
            // What was begun is taken back, whatever is left of the budget.
            part.budget = Budget::unlimited();
            let undone = match exchange.provider.policy.turn(exchange.cx).await {
                Ok(_turn) => part.delete(target.endpoint, id).await,
                Err(refusal) => Err(refusal.into()),
            };
            if let Err(failure) = undone {
                failure.into_response(&mut report);
                left.push((made.index, made.answer.location.clone()));
            }
            self.notice(made.index, report);
        }
        left
    }
}
