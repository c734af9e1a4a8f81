//! A second dispatcher over the same users and groups, for the console alone: so lists in the
//! console are filtered, sorted and paged by the library, as a client's are. It reads for the
//! tenant that the console names, and changes nothing.

use std::sync::Arc;

use async_trait::async_trait;
use http::Request;
use http::request::Parts;
use scimwire::Dispatcher;
use scimwire::auth::{AuthError, Authenticate, Permissions, RequestContext, Tenant};
use scimwire::dispatch::{BuildError, Limits};
use serde_json::Value;

use super::error::ConsoleError;
use crate::policy::Served;

/// The tenant of a request of the console, which it puts among the extensions: nothing that comes
/// over the network can.
#[derive(Clone)]
struct Seated(Tenant);

struct Desk;

#[async_trait]
impl Authenticate for Desk {
    async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
        let Seated(tenant) = head.extensions.get().cloned().ok_or_else(AuthError::missing)?;
        Ok(RequestContext::new(tenant).with_permissions(Permissions { read: true, write: false }))
    }
}

/// The desk, over users and groups.
pub(crate) fn dispatcher(
    users: &Served,
    groups: &Served,
    limits: Limits,
) -> Result<Dispatcher, BuildError> {
    Dispatcher::builder("http://desk.invalid")
        .resource_type(Arc::clone(&users.0), Arc::clone(&users.1))
        .resource_type(Arc::clone(&groups.0), Arc::clone(&groups.1))
        .authenticate(Desk)
        .limits(limits)
        .build()
}

/// Reads at the desk.
pub(super) async fn read(
    desk: &Dispatcher,
    tenant: &Tenant,
    path: &str,
) -> Result<Value, ConsoleError> {
    let request = Request::get(path).extension(Seated(tenant.clone())).body("");
    let answer = desk.dispatch(request.map_err(|_| ConsoleError::NotFound)?).await;
    let value: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    if answer.status().is_success() {
        return Ok(value);
    }
    let words = value["detail"].as_str().unwrap_or("it cannot be read").to_owned();
    Err(ConsoleError::Refused(answer.status(), words))
}
