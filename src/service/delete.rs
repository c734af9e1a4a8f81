//! Deleting resources: DELETE (RFC 7644, Section 3.6).

use std::sync::Arc;

use super::outcome::{Failure, Outcome};
use super::patch::amend;
use super::{Call, Endpoint};
use crate::hooks::{DeleteDecision, DeleteEvent};
use crate::message::PatchOperation;
use crate::patch::PatchBinder;
use crate::store::Change;

/// Deletes a resource, or deactivates it, as the hooks decide.
pub(crate) async fn delete(
    call: &mut Call<'_>,
    endpoint: &Endpoint,
    id: &str,
) -> Result<Outcome, Failure> {
    call.check_if_match()?;
    delete_any_version(call, endpoint, id).await
}

/// Deletes a resource, or deactivates it, also where clients have to say which version.
pub(super) async fn delete_any_version(
    call: &mut Call<'_>,
    endpoint: &Endpoint,
    id: &str,
) -> Result<Outcome, Failure> {
    let _turn = call.begin().await?;
    let event = DeleteEvent::new(&endpoint.resource_type, id, call.cx);
    match call.service.hooks.before_delete(&event).await? {
        DeleteDecision::Delete => {
            remove(call, endpoint, id).await?;
            Ok(Outcome::no_content(None))
        }
        DeleteDecision::Deactivate => {
            let change = deactivate(call, endpoint, id).await?;
            Ok(Outcome::no_content(change.version))
        }
    }
}

/// Deletes a resource and calls the hooks, for clients and for your application.
pub(super) async fn remove(
    call: &Call<'_>,
    endpoint: &Endpoint,
    id: &str,
) -> Result<Change, Failure> {
    let change = endpoint.store.delete(id, &call.precondition, call.cx).await?;
    Ok(call.report(change).await)
}

async fn deactivate(call: &mut Call<'_>, endpoint: &Endpoint, id: &str) -> Result<Change, Failure> {
    let operation = PatchOperation {
        op: "replace".to_owned(),
        path: Some("active".to_owned()),
        value: Some(false.into()),
    };
    let binder = PatchBinder::new(Arc::clone(&endpoint.resource_type));
    amend(call, endpoint, id, vec![operation], &binder).await
}
