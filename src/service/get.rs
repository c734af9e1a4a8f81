//! Retrieving a known resource: GET (RFC 7644, Section 3.4.1).

use super::outcome::{Failure, Outcome};
use super::{Call, Endpoint};

/// Reads a resource, unless the client has its version already.
pub(crate) async fn get(
    call: &mut Call<'_>,
    endpoint: &Endpoint,
    id: &str,
) -> Result<Outcome, Failure> {
    let projection = call.projection(endpoint)?;
    let resource = endpoint.store.get(id, &projection, call.cx).await?;
    let is_known = call.is_known(&resource)?;
    let body = call.represent(endpoint, resource, projection);
    Ok(if is_known { Outcome::not_modified(body) } else { Outcome::ok(body) })
}
