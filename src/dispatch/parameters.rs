//! The parameters of a request (RFC 7644, Sections 3.4.2 and 3.9), as clients write them.

use std::sync::Arc;

use super::answer::Failure;
use super::{Endpoint, Exchange};
use crate::attr::AttrPath;
use crate::message::{SEARCH_REQUEST, SearchRequest};
use crate::query::Projection;
use crate::quirks::{Deviation, message, parameters};
use crate::resource::Repair;
use crate::schema::ResourceType;

impl Exchange<'_> {
    /// The parameters in the query of the URL, for these resource types.
    pub(super) fn parameters(&mut self, endpoints: &[&Endpoint]) -> Result<SearchRequest, Failure> {
        let query = self.head.uri.query().unwrap_or_default();
        if !self.quirks.blank_as_absent {
            return Ok(self.repaired(SearchRequest::from_query(query)?, endpoints));
        }
        let (query, blank) = parameters::without_blank_parameters(query);
        self.report.deviations.extend(blank);
        Ok(self.repaired(SearchRequest::from_query(&query)?, endpoints))
    }

    /// The parameters in the body, for these resource types.
    pub(super) fn search_request(
        &mut self,
        endpoints: &[&Endpoint],
    ) -> Result<SearchRequest, Failure> {
        let mut body = self.message(SEARCH_REQUEST)?;
        if self.quirks.one_for_many {
            self.report.deviations.extend(message::comma_lists(&mut body));
        }
        if self.quirks.blank_as_absent {
            self.report.deviations.extend(parameters::without_blank_members(&mut body));
        }
        Ok(self.repaired(SearchRequest::from_object(body)?, endpoints))
    }

    fn repaired(&mut self, mut request: SearchRequest, endpoints: &[&Endpoint]) -> SearchRequest {
        let deviations = &mut self.report.deviations;
        if self.quirks.blank_as_absent {
            deviations
                .extend(parameters::without_blank_names("attributes", &mut request.attributes));
            deviations.extend(parameters::without_blank_names(
                "excludedAttributes",
                &mut request.excluded_attributes,
            ));
        }
        if self.quirks.filtered_attributes {
            for names in [&mut request.attributes, &mut request.excluded_attributes] {
                deviations.extend(parameters::without_filters(names));
            }
        }
        if self.quirks.joined_urns {
            let types: Vec<&Arc<ResourceType>> =
                endpoints.iter().map(|endpoint| &endpoint.resource_type).collect();
            let lists = [&mut request.attributes, &mut request.excluded_attributes];
            for name in lists.into_iter().flatten().chain(&mut request.sort_by) {
                deviations.extend(parameters::colon_in_name(name, &types));
            }
            if let Some(filter) = &mut request.filter {
                deviations.extend(parameters::colons_in_filter(filter, &types));
            }
        }
        request
    }

    /// Which attributes of one resource are asked for.
    pub(super) fn projection(&mut self, endpoint: &Endpoint) -> Result<Projection, Failure> {
        let request = self.parameters(&[endpoint])?;
        let resource_type = &endpoint.resource_type;
        self.note_left_out(&request, resource_type);
        let projection =
            Projection::bind(&request.attributes, &request.excluded_attributes, resource_type)?;
        let projection = projection.showing_indirect_groups(self.provider.limits.indirect_groups);
        Ok(projection.hiding(self.hidden_view(resource_type)))
    }

    /// Takes note of attributes that are asked for or sorted by, and that the resource type left
    /// out.
    pub(super) fn note_left_out(&mut self, request: &SearchRequest, resource_type: &ResourceType) {
        if !self.quirks.left_out_attributes {
            return;
        }
        let named =
            request.attributes.iter().chain(&request.excluded_attributes).chain(&request.sort_by);
        let paths = named.filter_map(|name| name.trim().parse::<AttrPath>().ok());
        let left_out = paths.filter_map(|path| resource_type.left_out(&path, false));
        let repairs = left_out.map(|path| Deviation::Value(Repair::LeftOut(path.to_string())));
        self.report.deviations.extend(repairs);
    }
}
