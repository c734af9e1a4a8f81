//! Bulk operations (RFC 7644, Section 3.7): many calls in one request, each of which runs as a
//! single one does.

mod cycles;
mod operation;
mod references;
mod run;
mod schedule;

use http::StatusCode;

use super::Call;
use super::outcome::{Failure, Source};
use crate::error::Error;
use crate::message::{BULK_REQUEST, BulkRequest, BulkResponse};
use crate::service::rewrite::message;
use crate::value::Object;

use run::Job;

/// The results of a bulk request.
pub(crate) struct Results {
    pub(crate) response: BulkResponse,
    /// The first failure of the host's database.
    pub(crate) source: Option<Source>,
}

/// Runs the operations in the body of a POST to `/Bulk`.
pub(crate) async fn bulk(call: &mut Call<'_>, body: Object) -> Result<Results, Failure> {
    let asked = call.repaired(call.parameters.clone(), &[]);
    let message = read(call, body)?;
    // Who names no attributes need not be told what was sent.
    let shows_bodies = !(asked.attributes.is_empty() && asked.excluded_attributes.is_empty());
    let room = if shows_bodies { call.service.limits.bulk_payload() } else { 0 };
    let mut job = Job::new(call, message, room);
    job.run().await;
    let (operations, deviations, source) = job.finish();
    for (operation, deviations) in deviations {
        call.deviations.append_bulk(operation, deviations);
    }
    Ok(Results { response: BulkResponse { operations }, source })
}

/// Refuses a body that is longer than `maxPayloadSize` (Section 3.7.4).
pub(crate) fn check_payload(call: &Call<'_>, bytes: usize) -> Result<(), Failure> {
    let most = call.service.limits.bulk_payload();
    if bytes > most {
        let detail = format!(
            "the bulk request exceeds {most} bytes (`maxPayloadSize`): split it into several requests"
        );
        return Err(too_large(detail));
    }
    Ok(())
}

fn read(call: &mut Call<'_>, mut body: Object) -> Result<BulkRequest, Failure> {
    call.message(&mut body, BULK_REQUEST);
    if call.quirks.zero_fail_on_errors {
        message::no_errors(&mut body, &mut call.deviations);
    }
    let message = BulkRequest::from_object(body)?;
    let most = call.service.limits.max_bulk_operations;
    if message.operations.len() > most {
        let detail = format!(
            "the bulk request exceeds {most} operations (`maxOperations`): split it into several requests"
        );
        return Err(too_large(detail));
    }
    Ok(message)
}

/// RFC 7644, Section 3.7.4.
fn too_large(detail: String) -> Failure {
    Error::new(StatusCode::PAYLOAD_TOO_LARGE, detail).into()
}
