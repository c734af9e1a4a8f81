//! The body of a POST or PUT, as a resource.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::outcome::Failure;
use super::{Call, Endpoint};
use crate::resource::{Decoded, Intake, Resource};
use crate::schema::{Attribute, ResolvedPath, ResourceType, Returned, Schema};

impl Call<'_> {
    pub(super) fn decode(
        &mut self,
        endpoint: &Endpoint,
        mut body: Map<String, Value>,
    ) -> Result<Decoded, Failure> {
        self.plan_binder(endpoint).unfold(&mut body, &mut self.deviations)?;
        let intake = Intake::new(&endpoint.resource_type)
            .with_quirks(self.quirks)
            .with_secrets(self.features.change_password);
        Ok(intake.decode(body, &mut self.deviations)?)
    }
}

/// Attributes with `returned: request` that the body named (RFC 7643, Section 7).
pub(super) fn named_on_request(
    resource_type: &ResourceType,
    resource: &Resource,
) -> Vec<ResolvedPath> {
    let on_request = |extension: Option<&Arc<Schema>>, schema: &Schema| -> Vec<ResolvedPath> {
        let path = |attribute: &Arc<Attribute>, sub: Option<&Arc<Attribute>>| {
            ResolvedPath::new(extension.cloned(), Arc::clone(attribute), sub.cloned())
        };
        let paths = schema.attributes().iter().flat_map(|attribute| {
            let parts =
                attribute.sub_attributes().iter().map(move |sub| path(attribute, Some(sub)));
            parts.chain([path(attribute, None)])
        });
        let on_request = paths.filter(|path| path.last().returned() == Returned::Request);
        on_request.filter(|path| resource.values(path).next().is_some()).collect()
    };
    let mut named = on_request(None, resource_type.schema());
    for extension in resource_type.extensions() {
        named.extend(on_request(Some(&extension.schema), &extension.schema));
    }
    named
}
