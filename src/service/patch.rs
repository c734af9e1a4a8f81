//! Modifying with PATCH (RFC 7644, Section 3.5.2).

use std::sync::Arc;

use super::outcome::{Failure, Outcome};
use super::{Call, Endpoint, not_implemented, rewrite};
use crate::features::PatchResponse;
use crate::message::{PATCH_OP, PatchOp, PatchOperation};
use crate::patch::{PatchBinder, PatchPlan};
use crate::schema::ResolvedPath;
use crate::store::{Change, Update};
use crate::value::Object;

/// Changes a resource by the operations in the body of a PATCH: all of them or none.
pub(crate) async fn patch(
    call: &mut Call<'_>,
    endpoint: &Endpoint,
    id: &str,
    body: Object,
) -> Result<Outcome, Failure> {
    call.check_if_match()?;
    let _turn = call.begin().await?;
    if !call.features.patch {
        return Err(not_implemented("PATCH"));
    }
    let projection = call.projection(endpoint)?;
    let plan = plan(call, endpoint, body)?;
    let named: Vec<ResolvedPath> = plan.paths().collect();
    let change = apply(call, endpoint, id, plan).await?;
    let answer = call.features.patch_response;
    let has_no_body = call.prefers_minimal
        || answer == PatchResponse::NoContent
        || (answer == PatchResponse::WhenAvailable && change.after.is_none());
    if has_no_body && !projection.is_explicit() {
        return Ok(Outcome::no_content(change.version));
    }
    let projection = projection.with_requested(named);
    Ok(Outcome::ok(call.represent_changed(endpoint, change, projection).await?))
}

/// Makes changes that no client has sent as a PATCH of its own.
pub(super) async fn amend(
    call: &mut Call<'_>,
    endpoint: &Endpoint,
    id: &str,
    operations: Vec<PatchOperation>,
    binder: &PatchBinder,
) -> Result<Change, Failure> {
    let plan = binder.bind(PatchOp { operations })?;
    apply(call, endpoint, id, plan).await
}

fn plan(call: &mut Call<'_>, endpoint: &Endpoint, mut body: Object) -> Result<PatchPlan, Failure> {
    call.message(&mut body, PATCH_OP);
    let mut message = PatchOp::from_object(body, call.service.limits.max_patch_operations)?;
    for (index, operation) in message.operations.iter_mut().enumerate() {
        let quirks = &call.quirks;
        call.deviations.in_operation(index, |deviations| {
            rewrite::lower_op(operation, deviations);
            if quirks.blank_as_absent {
                rewrite::blank_path(operation, deviations);
            }
        });
    }
    let plan = call.plan_binder(endpoint).bind_with(message, &mut call.deviations)?;
    rewrite::not_unassigned(&endpoint.resource_type, &plan, &mut call.deviations);
    Ok(plan)
}

async fn apply(
    call: &mut Call<'_>,
    endpoint: &Endpoint,
    id: &str,
    plan: PatchPlan,
) -> Result<Change, Failure> {
    let (resource_type, tenant) = (Arc::clone(&endpoint.resource_type), call.cx.tenant.clone());
    let update = Update::of_patch(resource_type, tenant, plan, call.service.clock.now());
    call.update(endpoint, id, update).await
}
