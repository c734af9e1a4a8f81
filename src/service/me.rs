//! `/Me`, the resource of the client itself (RFC 7644, Section 3.11).

use http::StatusCode;

use super::outcome::{Failure, Outcome};
use super::{Call, Endpoint};
use crate::error::Error;

impl<'c> Call<'c> {
    /// The resource that `/Me` means, if this tenant has its type.
    pub(super) fn me(&self) -> Result<(&'c Endpoint, &'c str), Failure> {
        let own = self.cx.me.as_ref().and_then(|me| {
            let mut endpoints = self.endpoints();
            let endpoint =
                endpoints.find(|endpoint| endpoint.resource_type.name() == me.resource_type)?;
            Some((endpoint, me.id.as_str()))
        });
        own.ok_or_else(|| {
            Error::new(StatusCode::NOT_FOUND, "no resource represents this client").into()
        })
    }
}

impl Outcome {
    /// Adds the permanent URI of the resource, which a client that asked for `/Me` gets
    /// in any response.
    pub(crate) fn of_me(self, call: &Call<'_>, endpoint: &Endpoint, id: &str) -> Self {
        Self { me: call.locations.url_of(endpoint.resource_type.name(), id), ..self }
    }
}
