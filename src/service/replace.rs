//! Replacing with PUT (RFC 7644, Section 3.5.1).

use std::sync::Arc;

use super::outcome::{Failure, Outcome};
use super::{Call, Endpoint, rewrite};
use crate::patch::Replacement;
use crate::resource::Decoded;
use crate::value::Object;

/// Replaces a resource by the one in the body of a PUT.
pub(crate) async fn replace(
    call: &mut Call<'_>,
    endpoint: &Endpoint,
    id: &str,
    body: Object,
) -> Result<Outcome, Failure> {
    call.check_if_match()?;
    let _turn = call.begin().await?;
    let (resource_type, omitted) = (&endpoint.resource_type, call.quirks.put_omitted);
    let (Decoded { resource, cleared }, projection) = call.decode(endpoint, body)?;
    rewrite::kept(resource_type, &resource, &cleared, omitted, &mut call.deviations);
    let replacement = Replacement::new(Arc::clone(resource_type), resource, omitted);
    let change = call.put(endpoint, id, replacement.with_cleared(cleared)).await?;
    Ok(Outcome::ok(call.represent_changed(endpoint, change, projection).await?))
}
