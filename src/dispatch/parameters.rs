//! The parameters of a request (RFC 7644, Sections 3.4.2 and 3.9), as clients write them.

use super::answer::Failure;
use super::{Endpoint, Exchange};
use crate::attr::AttrPath;
use crate::message::SearchRequest;
use crate::query::Projection;
use crate::quirks::Deviation;
use crate::resource::Repair;
use crate::schema::ResourceType;

impl Exchange<'_> {
    /// The parameters in the query of the URL.
    pub(super) fn parameters(&mut self) -> Result<SearchRequest, Failure> {
        Ok(SearchRequest::from_query(self.head.uri.query().unwrap_or_default())?)
    }

    /// Which attributes of one resource are asked for.
    pub(super) fn projection(&mut self, endpoint: &Endpoint) -> Result<Projection, Failure> {
        let parameters = self.parameters()?;
        let resource_type = &endpoint.resource_type;
        self.note_left_out(&parameters, resource_type);
        let projection = Projection::bind(&parameters.attributes, &parameters.excluded_attributes, resource_type)?;
        Ok(projection.hiding(self.hidden_view(resource_type)))
    }

    /// Takes note of attributes that are asked for or sorted by, and that the resource type left out.
    pub(super) fn note_left_out(&mut self, request: &SearchRequest, resource_type: &ResourceType) {
        if !self.quirks.left_out_attributes {
            return;
        }
        let named = request.attributes.iter().chain(&request.excluded_attributes).chain(&request.sort_by);
        let paths = named.filter_map(|name| name.trim().parse::<AttrPath>().ok());
        let left_out = paths.filter_map(|path| resource_type.left_out(&path, false));
        let repairs = left_out.map(|path| Deviation::Value(Repair::LeftOut(path.to_string())));
        self.report.deviations.extend(repairs);
    }
}
