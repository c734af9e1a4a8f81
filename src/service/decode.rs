//! The body of a POST or PUT, as a resource.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::outcome::Failure;
use super::{Call, Endpoint};
use crate::patch::is_unfolded;
use crate::quirks::Deviation;
use crate::resource::{Intake, Resource};
use crate::schema::{Attribute, ResolvedPath, ResourceType, Returned, Schema};

/// The attributes that a body unassigns in so many words.
pub(super) type Cleared = Vec<(Option<String>, String)>;

/// A resource as the client sent it.
pub(super) struct Decoded {
    pub(super) resource: Resource,
    pub(super) cleared: Cleared,
}

impl Call<'_> {
    pub(super) fn decode(
        &mut self,
        endpoint: &Endpoint,
        mut body: Map<String, Value>,
    ) -> Result<Decoded, Failure> {
        let unfolded = self.unfold(endpoint, &mut body)?;
        self.deviations.extend(unfolded);
        let rules = self.rules();
        let mut intake = Intake::new(&endpoint.resource_type, rules.values);
        let resource = intake.resource(body)?;
        let cleared = intake.unassigned();
        self.deviations.extend(intake.repairs().into_iter().map(Deviation::Value));
        Ok(Decoded { resource, cleared })
    }

    /// Puts what stands under the key of a path in the body of a POST or PUT where that leads, and
    /// says which keys did.
    pub(super) fn unfold(
        &self,
        endpoint: &Endpoint,
        body: &mut Map<String, Value>,
    ) -> Result<Vec<Deviation>, Failure> {
        if is_unfolded(&endpoint.resource_type, body) {
            return Ok(Vec::new());
        }
        let repairs = self.plan_binder(endpoint).unfold(body)?;
        Ok(repairs.into_iter().map(Deviation::Value).collect())
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
