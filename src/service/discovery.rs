//! Discovery: `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas` (RFC 7644, Section 4).

use http::StatusCode;
use serde_json::{Value, json};

use super::Call;
use super::outcome::Failure;
use crate::auth::AuthenticationScheme;
use crate::error::Error;
use crate::message::ListResponse;
use crate::schema::{ResourceType, Schema};
use crate::store::StoreError;

/// The endpoints that describe the service provider.
pub(crate) enum Discovery {
    ServiceProviderConfig,
    ResourceTypes,
    ResourceType(String),
    Schemas,
    Schema(String),
}

/// Describes the service provider, or a part of it.
pub(crate) fn discover(
    call: &Call<'_>,
    discovery: &Discovery,
    schemes: &[AuthenticationScheme],
) -> Result<Value, Failure> {
    match discovery {
        Discovery::ServiceProviderConfig => Ok(call.service_provider_config(schemes)),
        Discovery::ResourceTypes => {
            list(call.resource_types().map(|known| call.resource_type(known)).collect())
        }
        Discovery::ResourceType(name) => {
            let found = call.resource_types().find(|known| known.name() == name);
            found.map(|found| call.resource_type(found)).ok_or_else(not_found)
        }
        Discovery::Schemas => list(call.schemas().map(|known| call.schema(known)).collect()),
        Discovery::Schema(uri) => {
            let found = call.schemas().find(|known| known.uri().is(uri));
            found.map(|found| call.schema(found)).ok_or_else(not_found)
        }
    }
}

/// Parameters of queries do not apply, and a filter is refused, so that nobody takes the answer for
/// a filtered one. One that was asked for by name is no list, and not taken for one.
pub(crate) fn check_no_filter(discovery: &Discovery, query: &str) -> Result<(), Failure> {
    let by_name = matches!(discovery, Discovery::ResourceType(_) | Discovery::Schema(_));
    let is_filter = |name: &str| name.eq_ignore_ascii_case("filter");
    if !by_name && form_urlencoded::parse(query.as_bytes()).any(|(name, _)| is_filter(&name)) {
        let detail = "filters are not supported by this endpoint: omit `filter`";
        return Err(Error::new(StatusCode::FORBIDDEN, detail).into());
    }
    Ok(())
}

impl Call<'_> {
    fn resource_types(&self) -> impl Iterator<Item = &ResourceType> {
        let all = self.service.registry.resource_types().iter().map(AsRef::as_ref);
        all.filter(|known: &&ResourceType| self.cx.has_resource_type(known.name()))
    }

    /// The schemas of what this tenant is served, and those of the discovery endpoints themselves.
    fn schemas(&self) -> impl Iterator<Item = &Schema> {
        let all = self.service.registry.schemas().iter().map(AsRef::as_ref);
        all.filter(|schema: &&Schema| {
            let uri = schema.uri();
            let uses = |known: &ResourceType| {
                known.schema().uri() == uri || known.extension(uri.as_str()).is_some()
            };
            let is_of_hidden =
                self.service.registry.resource_types().iter().any(|known| uses(known));
            !is_of_hidden || self.resource_types().any(uses)
        })
    }

    fn resource_type(&self, resource_type: &ResourceType) -> Value {
        let location =
            format!("{}/ResourceTypes/{}", self.locations.base_url(), resource_type.name());
        with_meta(resource_type.to_json(), "ResourceType", &location)
    }

    fn schema(&self, schema: &Schema) -> Value {
        let location = format!("{}/Schemas/{}", self.locations.base_url(), schema.uri());
        with_meta(schema.to_json(), "Schema", &location)
    }
}

/// All there are.
fn list(documents: Vec<Value>) -> Result<Value, Failure> {
    let total_results = Some(documents.len());
    let list = ListResponse {
        total_results,
        start_index: Some(1),
        next_cursor: None,
        resources: documents,
    };
    Ok(serde_json::to_value(list).map_err(StoreError::other)?)
}

fn with_meta(mut document: Value, resource_type: &str, location: &str) -> Value {
    if let Some(document) = document.as_object_mut() {
        document.insert(
            "meta".to_owned(),
            json!({ "resourceType": resource_type, "location": location }),
        );
    }
    document
}

fn not_found() -> Failure {
    Error::new(StatusCode::NOT_FOUND, "no such schema or resource type").into()
}
