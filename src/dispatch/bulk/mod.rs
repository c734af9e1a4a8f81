//! Many operations in one request (RFC 7644, Section 3.7). An operation is a request: it goes the
//! way that a single one goes.

mod circle;
mod job;
mod order;
mod references;
mod task;

use http::StatusCode;

use super::Exchange;
use super::answer::{Answer, Failure};
use super::request::Body;
use crate::error::Error;
use crate::message::{BULK_REQUEST, BulkRequest, BulkResponse};
use crate::quirks::{Deviation, message};
use crate::store::StoreError;

use job::Job;

impl Exchange<'_> {
    /// POST to `/Bulk`.
    pub(super) async fn bulk(mut self) -> Result<Answer, Failure> {
        self.check_accept()?;
        let asked = self.parameters(&[])?;
        let message = self.bulk_request()?;
        // Who names no attributes need not be told what was sent.
        let shows_bodies = !(asked.attributes.is_empty() && asked.excluded_attributes.is_empty());
        let room = if shows_bodies { self.provider.limits.bulk_payload() } else { 0 };
        let mut job = Job::new(&self, message, room);
        job.run().await;
        let (results, deviations, source) = job.finish();
        let noticed =
            |(operation, deviation)| Deviation::Bulk { operation, deviation: Box::new(deviation) };
        self.report.deviations.extend(deviations.into_iter().map(noticed));
        self.report.operations = results.iter().map(|result| result.status).collect();
        self.report.source = source;
        let body =
            serde_json::to_vec(&BulkResponse { operations: results }).map_err(StoreError::other)?;
        Ok(Answer { body: Some(body), ..Answer::status(StatusCode::OK) })
    }

    fn bulk_request(&mut self) -> Result<BulkRequest, Failure> {
        let (most, payload) =
            (self.provider.limits.bulk_operations, self.provider.limits.bulk_payload());
        if matches!(self.body, Body::Text(text) if text.len() > payload) {
            return Err(too_large(format!(
                "a bulk request has no more than {payload} bytes (`maxPayloadSize`): send the operations in several"
            )));
        }
        let body = self.bulk_object()?;
        let mut body = self.as_message(body, BULK_REQUEST);
        if self.quirks.zero_fail_on_errors {
            self.report.deviations.extend(message::no_errors(&mut body));
        }
        let message = BulkRequest::from_object(body)?;
        if message.operations.len() > most {
            return Err(too_large(format!(
                "a bulk request has no more than {most} operations (`maxOperations`): send them in several"
            )));
        }
        Ok(message)
    }
}

/// RFC 7644, Section 3.7.4.
fn too_large(detail: String) -> Failure {
    Error::status_only(StatusCode::PAYLOAD_TOO_LARGE, detail).into()
}
