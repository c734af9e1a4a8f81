//! The parameters of a request, as clients write them; `attributes` and `excludedAttributes` (RFC
//! 7644, Section 3.9).

use std::sync::Arc;

use super::outcome::Failure;
use super::rewrite::parameters;
use super::{Call, Endpoint};
use crate::attr::AttrPath;
use crate::message::SearchRequest;
use crate::query::Projection;
use crate::quirks::Deviation;
use crate::resource::Resource;
use crate::schema::{ResolvedPath, ResourceType};

impl Call<'_> {
    /// Puts right what departs from the RFC in parameters for these resource types.
    pub(super) fn repaired(
        &mut self,
        mut request: SearchRequest,
        endpoints: &[&Endpoint],
    ) -> SearchRequest {
        let deviations = &mut self.deviations;
        if self.quirks.blank_as_absent {
            for (parameter, names) in [
                ("attributes", &mut request.attributes),
                ("excludedAttributes", &mut request.excluded_attributes),
            ] {
                parameters::without_blank_names(parameter, names, deviations);
            }
        }
        if self.quirks.filtered_attributes {
            for names in [&mut request.attributes, &mut request.excluded_attributes] {
                parameters::without_filters(names, deviations);
            }
        }
        if self.quirks.joined_urns {
            let types: Vec<&Arc<ResourceType>> =
                endpoints.iter().map(|endpoint| &endpoint.resource_type).collect();
            let lists = [&mut request.attributes, &mut request.excluded_attributes];
            for name in lists.into_iter().flatten().chain(&mut request.sort_by) {
                parameters::colon_in_name(name, &types, deviations);
            }
            if let Some(filter) = &mut request.filter {
                parameters::colons_in_filter(filter, &types, deviations);
            }
        }
        request
    }

    /// Which attributes of one resource the parameters in the URL ask for.
    pub(super) fn projection(&mut self, endpoint: &Endpoint) -> Result<Projection, Failure> {
        if self.parameters == SearchRequest::default() {
            return Ok(self.limited(Projection::default(), &endpoint.resource_type));
        }
        let request = self.repaired(self.parameters.clone(), &[endpoint]);
        self.projection_of(&request, &endpoint.resource_type)
    }

    pub(super) fn projection_of(
        &mut self,
        request: &SearchRequest,
        resource_type: &ResourceType,
    ) -> Result<Projection, Failure> {
        self.note_left_out(request, resource_type);
        let projection =
            Projection::bind(&request.attributes, &request.excluded_attributes, resource_type)?;
        Ok(self.limited(projection, resource_type))
    }

    /// A projection within the limits, and without what this tenant has not.
    fn limited(&self, projection: Projection, resource_type: &ResourceType) -> Projection {
        let limits = &self.service.limits;
        projection
            .with_max_groups(limits.max_groups)
            .with_max_indirect_groups(limits.max_indirect_groups)
            .without_attribute(self.hidden_view(resource_type))
    }

    /// Takes note of attributes that are asked for or sorted by, and that the resource type left
    /// out.
    fn note_left_out(&mut self, request: &SearchRequest, resource_type: &ResourceType) {
        if !self.quirks.left_out_attributes {
            return;
        }
        let named =
            request.attributes.iter().chain(&request.excluded_attributes).chain(&request.sort_by);
        let paths = named.filter_map(|name| name.trim().parse::<AttrPath>().ok());
        let left_out = paths.filter_map(|path| resource_type.left_out(&path, false));
        self.deviations.extend(left_out.map(|path| Deviation::LeftOut(path.to_string())));
    }
}

/// Attributes with `returned: request` that the body named (RFC 7643, Section 7).
pub(super) fn named_on_request(
    resource_type: &ResourceType,
    resource: &Resource,
) -> Vec<ResolvedPath> {
    let is_named = |path: &&ResolvedPath| resource.values(path).next().is_some();
    resource_type.paths_on_request().iter().filter(is_named).cloned().collect()
}
